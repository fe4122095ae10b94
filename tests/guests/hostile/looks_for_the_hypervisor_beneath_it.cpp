// All that would tell it of an H extension: misa, its tree, its ISA, status bits, CSRs, nested calls.
// tries: HOSTILE 40; CHECKLIST 10, 53, 55, 58
// answer: there is none: what a hart without H does
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {

void attack()
{
    expect(!has_extension("h"), "its ISA names H");
    for (const uint32_t number : {0x301U, 0x600U, 0x680U, 0x200U, 0x280U, 0x643U, 0x64aU, 0x606U, 0xe12U}) {
        trying("CSR", number);
        const uint32_t instruction = encode::csr(encode::CsrOp::rs, number, 10, 0);
        probe.begin().run(instruction);
        probe.expect_trap(Exception::illegal_instruction, instruction);
    }
    trying("sstatus");
    // [priv] mstatus.MPV, GVA, TVM, TW, TSR are in no bit of it.
    constexpr uint64_t of_others = uint64_t{3} << 38 | uint64_t{7} << 20 | uint64_t{3} << 11;
    GUEST_CSR_SET(sstatus, of_others);
    expect_equal(GUEST_CSR_READ(sstatus) & of_others, 0);
    trying("nested acceleration");
    expect(!is_offered(0x4e41'434cU), "is offered");
    for (uint64_t function = 3; function < 7; ++function) {
        trying("fences of a hypervisor", function);
        const SbiResult result = sbi_call_raw(static_cast<uint64_t>(sbi::Extension::remote_fence), function, 0, 0);
        expect_error(result, sbi::Error::not_supported);
    }
    expect_served();
}

}  // namespace guest
