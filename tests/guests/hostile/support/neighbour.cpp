// The guest beside a hostile one: it beats every 10 ms, and says at its end how late its worst beat was.
//
// Its bootargs are the number of beats, and what its end is to do: "30 shuts-down" or "30 halts" (with a failure as
// its reason, which ends the machine where its on-fault says so). Nobody shares anything with it: not a byte of its
// memory may change, no register of its hart, and no interrupt but its own timer's may come.
#include "pages.hpp"
#include "probe.hpp"
#include "registers.hpp"
#include "tree.hpp"

namespace guest {
namespace {

constexpr uint64_t period = 10 * ticks_per_ms;
constexpr uint64_t words = 32768;

constinit volatile uint64_t beats = 0;
constinit volatile uint64_t worst = 0;
constinit uint64_t due = 0;
constinit uint64_t kept[words] = {};

/// A line that goes out in one call: one that comes byte by byte may be cut by another guest's.
class Line final : public hv::Sink {
public:
    void write(std::string_view text) override
    {
        for (const char c : text) {
            if (size_ < text_.size()) {
                text_[size_++] = c;
            }
        }
    }
    void send()
    {
        sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, size_,
                 reinterpret_cast<uintptr_t>(text_.data()));
    }

private:
    std::array<char, 80> text_{};
    size_t size_ = 0;
};

constinit Line line;

uint64_t pattern(uint64_t n)
{
    return (n + 1) * 0x9e37'79b9'7f4a'7c15;
}

void beat()
{
    const uint64_t late = now() - due;
    worst = late > worst ? late : worst;
    beats = beats + 1;
    due += period;
    set_timer(due);
}

void unasked()
{
    expect(false, "an interrupt that it never asked for");
    done();
}

struct Orders {
    uint64_t beats = 0;
    bool halts = false;
};

Orders orders()
{
    const auto words_of_it = tree().find("/chosen")->property("bootargs")->string();
    Orders read;
    for (const char c : *words_of_it) {
        if (c < '0' || c > '9') {
            break;
        }
        read.beats = 10 * read.beats + static_cast<uint64_t>(c - '0');
    }
    read.halts = words_of_it->ends_with("halts");
    return read;
}

/// Into the page that it may share with the hostile one go entries of a page table, for that one's own memory, with
/// neither A nor D.
void write_what_it_shares()
{
    if (!tree().find("/shared-memory")) {
        return;
    }
    auto* const entries = reinterpret_cast<volatile uint64_t*>(0x5000'0000);
    for (unsigned i = 0; i < 512; ++i) {
        entries[i] = table_at(0x8080'0000) | pte_rwx;
    }
}

/// Sleeps until the next beat has been, with a pattern in every integer register but those of time and stack.
void sleep_and_look(uint64_t n)
{
    constexpr uint32_t wfi = 0x1050'0073;
    while (beats == n) {
        probe.begin().run(wfi);
        probe.expect_completed();
        enable_interrupts();
        disable_interrupts();
    }
}

}  // namespace

void scenario()
{
    const Orders wanted = orders();
    write_what_it_shares();
    for (uint64_t i = 0; i < words; ++i) {
        kept[i] = pattern(i);
    }
    GUEST_CSR_SET(sstatus, float_initial);
    FloatState floats;
    for (uint64_t i = 0; i < floats.f.size(); ++i) {
        floats.f[i] = pattern(i);
    }
    load_float(&floats);
    on_interrupt(Interrupt::supervisor_timer, beat);
    on_interrupt(Interrupt::supervisor_software, unasked);
    on_interrupt(Interrupt::supervisor_external, unasked);
    due = now() + period;
    set_timer(due);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer) | bit(Interrupt::supervisor_software) |
                             bit(Interrupt::supervisor_external));
    for (uint64_t n = 0; n < wanted.beats; ++n) {
        sleep_and_look(n);
    }
    set_timer(UINT64_MAX);
    for (uint64_t i = 0; i < words; ++i) {
        trying("its memory, word", i);
        expect_equal(kept[i], pattern(i));
    }
    FloatState now_there;
    save_float(&now_there);
    for (uint64_t i = 0; i < floats.f.size(); ++i) {
        trying("its floating-point register", i);
        expect_equal(now_there.f[i], floats.f[i]);
    }
    line.write("\n");
    hv::println(line, "{} beats, at most {} ticks late", uint64_t{beats}, uint64_t{worst});
    line.send();
    if (wanted.halts) {
        sbi_call(sbi::Extension::system_reset, sbi::SystemReset::reset, 0,
                 static_cast<uint64_t>(sbi::ResetReason::system_failure));
    }
}

}  // namespace guest
