// An interrupt that nobody asked for ends in a panic that names it.
// expect: panic: supervisor timer interrupt, which nobody expects
// expect:   supervisor timer interrupt: scause 0x8000000000000005, .*
// status: 1
#include "support.hpp"

#include <hv/arch/csr_access.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/isa/registers.hpp>

void main(uint64_t, uint64_t device_tree)
{
    using namespace hv;
    test::begin(device_tree);
    arch::set_csr<isa::Csr::sie>(isa::Interrupts::supervisor_timer.mask);
    arch::sbi::set_timer(0);
    arch::set_csr<isa::Csr::sstatus>(isa::Sstatus::sie.mask);
    for (int i = 0; i < 1'000'000; i++) {
        asm volatile("");
    }
    test::pass();
}
