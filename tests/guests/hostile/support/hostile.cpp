// Defines what the hostile guests share.
#include "hostile.hpp"

#include "devices.hpp"
#include "encode.hpp"

namespace guest {

void scenario()
{
    // Under -icount QEMU lets a hart that never sleeps run on until the next timer is due, and for ever where none
    // is.
    const uint64_t end = now() + 25 * ticks_per_ms;
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    set_timer(end);
    while (now() < end) {
        wait_for_interrupt();
    }
    set_timer(UINT64_MAX);
    GUEST_CSR_WRITE(sie, 0);
    attack();
}

// Bulkhead's machine has RAM from 0x80000000, at most 254 GiB, a UART and a PLIC: all else belongs to nobody.
const std::array<Nowhere, 12> nowhere = {{
    {"address 0", 0},
    {"QEMU's finisher", 0x10'0000},
    {"the CLINT", 0x200'0000},
    {"the end of the PLIC", 0x1000'0000 - 4096},
    {"behind the UART", 0x1000'1000},
    {"a hole", 0x4000'0000},
    {"the page below RAM", 0x8000'0000 - 4096},
    {"behind RAM", 0x9000'0000},
    {"far behind RAM", uint64_t{1} << 37},
    {"the highest of stage 2", (uint64_t{1} << 41) - 4096},
    {"one above stage 2", uint64_t{1} << 41},
    {"the highest bit of all", uint64_t{1} << 55},
}};

void expect_access_faults(Mode mode, uint64_t address, const char* file, unsigned line)
{
    using encode::Atomic;
    probe.begin(mode).set(11, address).run(encode::load(encode::Load::ld, 10, 11));
    probe.expect_trap(Exception::load_access_fault, address, file, line);
    probe.begin(mode).set(8, address).run(encode::c_lw(9, 8, 0));
    probe.expect_trap(Exception::load_access_fault, address, file, line);
    probe.begin(mode).set(11, address).run(encode::store(encode::Store::sd, 10, 11));
    probe.expect_trap(Exception::store_access_fault, address, file, line);
    probe.begin(mode).set(11, address).run(encode::atomic(Atomic::swap, 3, 10, 11, 12));
    probe.expect_trap(Exception::store_access_fault, address, file, line);
    probe.begin(mode).set(11, address).run(encode::atomic(Atomic::lr, 3, 10, 11, 0));
    probe.expect_trap(Exception::load_access_fault, address, file, line);
    probe.begin(mode).with_interrupts(true).run_at(address);
    probe.expect_trap(Exception::instruction_access_fault, address, file, line);
}

void expect_page_faults(Mode mode, uint64_t address, const char* file, unsigned line)
{
    probe.begin(mode).set(11, address).run(encode::load(encode::Load::ld, 10, 11));
    probe.expect_trap(Exception::load_page_fault, address, file, line);
    probe.begin(mode).set(11, address).run(encode::store(encode::Store::sd, 10, 11));
    probe.expect_trap(Exception::store_page_fault, address, file, line);
    probe.begin(mode).with_interrupts(true).run_at(address);
    probe.expect_trap(Exception::instruction_page_fault, address, file, line);
}

SbiResult watched_call(uint64_t extension, uint64_t function, const std::array<uint64_t, 6>& arguments,
                       const char* file, unsigned line)
{
    probe.begin().set(16, function).set(17, extension);
    for (unsigned n = 0; n < arguments.size(); ++n) {
        probe.set(10 + n, arguments[n]);
    }
    const MachineState before = probe.state();
    probe.run(encode::ecall);
    expect(probe.completed(), "a call that traps", file, line);
    for (unsigned reg = 1; reg < 32; ++reg) {
        if (reg != 10 && reg != 11) {
            expect_equal(probe.get(reg), before.x[reg], file, line);
        }
    }
    return {static_cast<int64_t>(probe.get(10)), probe.get(11)};
}

void expect_served(const char* file, unsigned line)
{
    const SbiResult id = sbi_call(sbi::Extension::base, sbi::Base::get_impl_id);
    expect_equal(id.value, 0x42'4b48, file, line);
    uart(SerialRegister::scratch) = 0x3c;
    expect_equal(uart(SerialRegister::scratch), 0x3c, file, line);
    const uint32_t priority = word_at(plic_priority(uart_source));
    word_at(plic_priority(uart_source)) = 5;
    expect_equal(word_at(plic_priority(uart_source)), 5, file, line);
    word_at(plic_priority(uart_source)) = priority;
}

}  // namespace guest
