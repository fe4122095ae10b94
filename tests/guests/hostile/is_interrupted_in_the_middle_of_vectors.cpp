// Vector loads with vstart in the middle, and with a type that is illegal, over calls, faults and interrupts.
// tries: HOSTILE 33; CHECKLIST 23, 50
// answer: vstart, vl and vtype are as they were, whatever came between
// cpu: v=true
// beats: 60
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"
#include "registers.hpp"

namespace guest {
namespace {

void exit_in_every_way()
{
    sbi_call(sbi::Extension::base, sbi::Base::get_spec_version);
    uart(SerialRegister::scratch) = 1;
    probe.begin().set(11, hole).run(encode::load(encode::Load::ld, 10, 11));
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(now() + 20);
    wait_for_interrupt();
    set_timer(UINT64_MAX);
    GUEST_CSR_WRITE(sie, 0);
}

}  // namespace

void attack()
{
    GUEST_CSR_SET(sstatus, vector_initial);
    for (uint64_t i = 0; i < 500; ++i) {
        trying("round", i);
        const uint64_t elements = set_vector_type(4);
        const uint64_t type = read_csr<Csr::vtype>();
        write_csr<Csr::vstart>(i % 4);
        exit_in_every_way();
        expect_equal(read_csr<Csr::vstart>(), i % 4);
        expect_equal(read_csr<Csr::vl>(), elements);
        expect_equal(read_csr<Csr::vtype>(), type);
        // vle32.v v8, (a1) from a device, from the element vstart on.
        constexpr uint32_t load = 0x0205'e407;
        probe.begin().set(11, hole).run(load);
        probe.expect_trap(Exception::load_access_fault, hole + 4 * (i % 4));
        expect_equal(read_csr<Csr::vstart>(), i % 4);
        // vsetvl to a type that there is not: vill.
        asm volatile(".option push; .option arch, +v; vsetvl x0, %0, %1; .option pop" : : "r"(4), "r"(0xff));
        exit_in_every_way();
        expect_equal(read_csr<Csr::vtype>() >> 63, 1);
        expect_equal(read_csr<Csr::vl>(), 0);
    }
    expect_served();
}

}  // namespace guest
