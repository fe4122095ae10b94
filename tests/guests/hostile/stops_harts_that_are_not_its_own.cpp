// HSM and IPI calls by the machine's own numbers of harts, those of the neighbour and the hypervisor among them.
// tries: HOSTILE 18, 20; CHECKLIST 61, 65, 67
// answer: -3: its hart ids are its own, from 0 on, and whatever the machine calls them is nobody's business
// beats: 40
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (unsigned i = 0; i < 2000; ++i) {
        const uint64_t hart = 1 + i % 70;
        trying("hart", hart);
        const auto hsm = [&](sbi::HartState function, uint64_t address) {
            return sbi_call(sbi::Extension::hart_state, function, hart, address, 0);
        };
        expect_error(hsm(sbi::HartState::start, Probe::area()), sbi::Error::invalid_param);
        expect_error(hsm(sbi::HartState::get_status, 0), sbi::Error::invalid_param);
        expect_error(sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 1, hart),
                     sbi::Error::invalid_param);
        expect_error(sbi_call(sbi::Extension::remote_fence, sbi::RemoteFence::sfence_vma, 1, hart, 0, 0),
                     sbi::Error::invalid_param);
    }
    expect_served();
}

}  // namespace guest
