// Reboots, cold and warm: each starts with .data as in the image, RAM zero, devices reset and time near 0.
// CHECKLIST 45, 51, 69; HOSTILE 36.
// natively: no, QEMU is told not to reboot.
// until: 20 ^starts: marker 0x600d, RAM 0x0, scratch 0x0, state 0x1$
// not: goes on
// harts: 1 2
#include "devices.hpp"
#include "harts.hpp"
#include "tree.hpp"

namespace guest {
namespace {

constinit volatile uint64_t marker = 0x600d;
constinit volatile bool other_hart_spins = false;

void spin(uint64_t)
{
    other_hart_spins = true;
    while (true) {
        marker = marker | 1;
    }
}

/// Data, RAM, the device tree, devices, CSRs: nothing is as it was found.
void scribble()
{
    marker = 0xbad;
    *reinterpret_cast<volatile uint64_t*>(ram_start() + 0x10'0000) = 0xbad;
    uart(SerialRegister::scratch) = 0xbd;
    uart(SerialRegister::interrupt_enable) = serial::enable_transmitter_empty;
    word_at(plic_priority(uart_source)) = 7;
    word_at(plic_enable(this_hart(), uart_source)) = 1U << uart_source;
    send_ipi(this_hart());
    set_timer(0);
    GUEST_CSR_WRITE(sscratch, 0xbad);
    GUEST_CSR_WRITE(scounteren, 0);
    GUEST_CSR_WRITE(senvcfg, 0xf0);
    GUEST_CSR_WRITE(sie, 0x222);
    const uint64_t device_tree = first_register(11);
    for (uint64_t at = device_tree; at < device_tree + 256; at += 8) {
        *reinterpret_cast<volatile uint64_t*>(at) = 0xbad;
    }
}

}  // namespace

void scenario()
{
    // The other harts are stopped until somebody starts them.
    const uint64_t others = harts() > 1 ? static_cast<uint64_t>(status_of(1)) : 1;
    say("starts: marker {:#x}, RAM {:#x}, scratch {:#x}, state {:#x}", uint64_t{marker},
        *reinterpret_cast<const volatile uint64_t*>(ram_start() + 0x10'0000),
        uint64_t{uart(SerialRegister::scratch)}, others);
    expect(now() < 10'000 * ticks_per_ms, "time does not start near 0");
    expect_equal(word_at(plic_priority(uart_source)), 0);
    expect_equal(word_at(plic_enable(this_hart(), uart_source)), 0);
    expect_equal(uart(SerialRegister::interrupt_enable), 0);
    expect_equal(GUEST_CSR_READ(sip), 0);
    expect_equal(GUEST_CSR_READ(sie), 0);
    expect_equal(GUEST_CSR_READ(senvcfg), 0);
    const bool odd = now() % 2 != 0;
    if (harts() > 1) {
        start_other_harts(spin);
        expect(eventually_elsewhere([] { return bool{other_hart_spins}; }), "the other hart does not run");
    }
    scribble();
    const sbi::ResetType type = odd ? sbi::ResetType::cold_reboot : sbi::ResetType::warm_reboot;
    sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, static_cast<uint64_t>(type));
    say("goes on");
}

}  // namespace guest
