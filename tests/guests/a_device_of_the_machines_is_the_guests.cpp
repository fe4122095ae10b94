// The machine's clock, handed over by the description: its registers, its alarm's interrupt, its node in the tree.
// CHECKLIST 79.
// devices: /soc/rtc@101000
#include "devices.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

/// Goldfish's clock, in nanoseconds: its registers, all of 32 bits.
namespace rtc {
constexpr uint64_t base = 0x10'1000;
constexpr unsigned source = 11;
constexpr uint64_t time_low = base;
constexpr uint64_t time_high = base + 0x04;
constexpr uint64_t alarm_low = base + 0x08;  // written last, it sets the alarm
constexpr uint64_t alarm_high = base + 0x0c;
constexpr uint64_t interrupt_enable = base + 0x10;
constexpr uint64_t clear_interrupt = base + 0x1c;
}  // namespace rtc

constinit volatile uint32_t claimed = 0;
constinit volatile uint64_t count = 0;

/// Reading the low half keeps the high one.
uint64_t now()
{
    const uint64_t low = word_at(rtc::time_low);
    return uint64_t{word_at(rtc::time_high)} << 32 | low;
}

void set_alarm(uint64_t at)
{
    word_at(rtc::alarm_high) = static_cast<uint32_t>(at >> 32);
    word_at(rtc::alarm_low) = static_cast<uint32_t>(at);
}

void on_external()
{
    claimed = word_at(plic_claim(this_hart()));
    count = count + 1;
    word_at(rtc::clear_interrupt) = 1;
    word_at(plic_claim(this_hart())) = claimed;
}

/// Its node names it as the machine's does, natively and here.
void try_the_tree()
{
    trying("the tree");
    const auto node = tree().find("/soc/rtc@101000");
    if (expect(node.has_value(), "no node")) {
        expect(node->is_compatible("google,goldfish-rtc"), "not compatible");
        expect_equal(node->property("interrupts")->u32().value_or(0), rtc::source);
    }
}

void set_up()
{
    word_at(plic_priority(rtc::source)) = 1;
    word_at(plic_threshold(this_hart())) = 0;
    word_at(plic_enable(this_hart(), rtc::source)) = 1U << rtc::source;
    on_interrupt(Interrupt::supervisor_external, on_external);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_external));
    word_at(rtc::interrupt_enable) = 1;
}

void try_alarms()
{
    trying("alarms");
    const uint64_t before = count;
    for (uint64_t i = 1; i <= 10; ++i) {
        set_alarm(now() + 1'000'000);
        if (!expect(eventually([&] { return count == before + i; }), "no interrupt")) {
            return;
        }
        expect_equal(claimed, rtc::source);
    }
    expect_equal(word_at(plic_claim(this_hart())), 0);
}

bool external_is_pending()
{
    return is_pending(Interrupt::supervisor_external);
}

/// What comes between claim and completion waits for the completion. (QEMU's PLIC forgets a line that stays high.)
void try_the_gate()
{
    trying("the gate");
    disable_interrupts();
    set_alarm(now());
    expect(eventually(external_is_pending), "not pending");
    expect_equal(word_at(plic_claim(this_hart())), rtc::source);
    expect_equal(word_at(plic_claim(this_hart())), 0);
    word_at(rtc::clear_interrupt) = 1;
    set_alarm(now());
    for (unsigned i = 0; i < 1000; ++i) {
        expect(!external_is_pending(), "pending, and not completed");
    }
    word_at(plic_claim(this_hart())) = rtc::source;
    expect(eventually(external_is_pending), "not pending again");
    word_at(rtc::clear_interrupt) = 1;
    expect_equal(word_at(plic_claim(this_hart())), rtc::source);
    word_at(plic_claim(this_hart())) = rtc::source;
    for (unsigned i = 0; i < 1000; ++i) {
        expect(!external_is_pending(), "pending without a cause");
    }
    enable_interrupts();
}

}  // namespace

void scenario()
{
    try_the_tree();
    set_up();
    enable_interrupts();
    try_alarms();
    try_the_gate();
    try_alarms();
    disable_interrupts();
}

}  // namespace guest
