// A hart that allocates with interrupts on is interrupted all the time, and both the heap and the handler, which
// allocates too, come out right.
// expect: PASS
// status: 0
#include "support.hpp"

#include <atomic>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/arch/trap.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/registers.hpp>

namespace {

using namespace hv;

constexpr uint64_t period = 100;  // ticks: 10 us at 10 MHz
constexpr uint64_t wanted = 200;
constinit std::atomic<uint64_t> interrupts = 0;

void arm()
{
    arch::sbi::set_timer(arch::read_csr<isa::Csr::time>() + period);
}

void on_timer()
{
    auto* const word = new uint64_t{0x1234};
    test::expect(*word == 0x1234, "the handler's block is its own");
    interrupts++;
    arm();
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    test::begin(device_tree);
    arch::set_interrupt_handler(isa::Interrupt::supervisor_timer, on_timer);
    arm();
    arch::set_csr<isa::Csr::sie>(isa::Interrupts::supervisor_timer.mask);
    arch::set_csr<isa::Csr::sstatus>(isa::Sstatus::sie.mask);

    Vector<uint64_t*> blocks;
    for (uint64_t i = 0; interrupts.load() < wanted || i < 10'000; i++) {
        blocks.push_back(new uint64_t{i});
        test::expect(blocks.size() < 1'000'000, "interrupts arrive");
    }
    arch::clear_csr<isa::Csr::sstatus>(isa::Sstatus::sie.mask);
    for (uint64_t i = 0; i < blocks.size(); i++) {
        test::expect(*blocks[i] == i, "a block keeps what was written to it");
    }
    test::pass();
}
