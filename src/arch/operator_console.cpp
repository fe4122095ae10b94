// Obeys the operator's keys, and prints what guests have cost.
#include <hv/arch/operator_console.hpp>

#include <atomic>

#include <hv/arch/console_wire.hpp>
#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/lib/format.hpp>

namespace hv::arch {
namespace {

constinit std::span<Guest* const> guests;
using Audit = bool (*)(Sink&);
constinit Audit audit = nullptr;
constinit bool prints_statistics = false;

constexpr std::string_view help_rows[] = {
    "Ctrl-] and then",
    "  n, 1 to 9  the keyboard goes to the next guest, or to that one",
    "  l          the guests: number, name, what it does, harts, restarts, time since it started",
    "  c          why the guest at the keyboard has left to the hypervisor, how often, and for how long",
    "  s, r       stops it where it is, and lets it go on",
    "  R, k       starts it again, and ends it",
    "  a          audits who can reach what memory",
    "  Ctrl-]     sends one Ctrl-]",
};

/// Tenths of a second.
struct Tenths {
    uint64_t count = 0;
};

void format_value(FormatOutput& out, Tenths tenths)
{
    print(out, "{}.{} s", tenths.count / 10, tenths.count % 10);
}

Tenths tenths_of(const Guest& guest, uint64_t ticks)
{
    return {ticks / (guest.plan().policy.ticks_per_second / 10)};
}

/// "  2 linux: running, 2 harts, 0 restarts, up 3.1 s, has the keyboard"
void print_guest(Sink& sink, size_t index)
{
    const Guest& guest = *guests[index];
    const GuestState state = guest.state();
    const size_t harts = guest.vcpus().size();
    print(sink, "  {} {}: {}, {} hart{}, {} restart{}", index + 1, guest.name(), name_of(state), harts,
          harts == 1 ? "" : "s", guest.restarts(), guest.restarts() == 1 ? "" : "s");
    if (state != GuestState::ended) {
        print(sink, ", up {}", tenths_of(guest, guest.time()));
    }
    if (index == console_front()) {
        sink.write(", has the keyboard");
    }
}

/// The answer to one key.
class Answer final : public vm::ConsoleText {
public:
    enum class Kind : uint32_t { keyboard, list, counters, state, help, unknown };

    void say(Kind kind, const char* done = "")
    {
        kind_.store(kind);
        done_.store(done);
        say_on_console(*this);
    }
    void move_keyboard(size_t index)
    {
        kind_.store(Kind::keyboard);
        bring_console_to_front(index, *this);
    }
    bool write_row(size_t row, Sink& sink) override
    {
        const Guest& front = *guests[console_front()];
        switch (kind_.load()) {
        case Kind::list:
            return row < guests.size() && (print_guest(sink, row), true);
        case Kind::counters:
            if (row == 0) {
                print(sink, "  {}, up {}:", front.name(), tenths_of(front, front.time()));
                return true;
            }
            return vm::print_exit_count_row(sink, front.exit_counts(), row - 1);
        case Kind::help:
            return row < std::size(help_rows) && (sink.write(help_rows[row]), true);
        case Kind::keyboard:
            return row == 0 && (print(sink, "console: keyboard at {}", front.name()), true);
        case Kind::state:
            return row == 0 && (print(sink, "console: {} {}", front.name(), done_.load()), true);
        case Kind::unknown:
            return row == 0 && (sink.write("console: no such command; Ctrl-] h for help"), true);
        }
        return false;
    }

private:
    std::atomic<Kind> kind_ = Kind::help;
    std::atomic<const char*> done_ = nullptr;
};

constinit Answer answer;

void move_keyboard(size_t index)
{
    forget_keys();
    answer.move_keyboard(index);
}

/// Starts the guest in front again, whether it runs or not.
const char* restart(Guest& guest)
{
    if (guest.order_end(GuestEnding::operator_restart)) {
        return "is to start again";
    }
    return guest.order_start() ? "starts again" : "is about to end or to start already";
}

void obey_about_front(uint8_t key)
{
    Guest& guest = *guests[console_front()];
    const char* done = nullptr;
    switch (key) {
    case 's':
        guest.pause();
        done = guest.is_paused() ? "is stopped; Ctrl-] r lets it go on" : "has ended";
        break;
    case 'r':
        guest.resume();
        done = guest.state() == GuestState::ended ? "has ended" : "goes on";
        break;
    case 'R':
        done = restart(guest);
        break;
    default:
        done = guest.order_end(GuestEnding::operator_stop) ? "is to end" : "has ended";
        break;
    }
    answer.say(Answer::Kind::state, done);
}

}  // namespace

void connect_operator(std::span<Guest* const> all, bool (*run_audit)(Sink&))
{
    guests = all;
    audit = run_audit;
}

void announce_operator()
{
    if (guests.size() > 1) {
        println("console: keyboard at {}; Ctrl-] h for help", guests[console_front()]->name());
    }
}

void obey_operator(uint8_t key)
{
    if (key >= '1' && key <= '9' && static_cast<size_t>(key - '1') < guests.size()) {
        return move_keyboard(static_cast<size_t>(key - '1'));
    }
    switch (key) {
    case 'n':
        return move_keyboard((console_front() + 1) % guests.size());
    case 'l':
        return answer.say(Answer::Kind::list);
    case 'c':
        return answer.say(Answer::Kind::counters);
    case 's':
    case 'r':
    case 'R':
    case 'k':
        return obey_about_front(key);
    case 'a':
        if (audit != nullptr) {
            ConsoleLine line;
            static_cast<void>(audit(line));
            return;
        }
        break;
    case 'h':
    case '?':
        return answer.say(Answer::Kind::help);
    default:
        break;
    }
    answer.say(Answer::Kind::unknown);
}

void print_statistics_at_end()
{
    prints_statistics = true;
}

bool conclude()
{
    if (prints_statistics) {
        for (const Guest* guest : guests) {
            ConsoleLine line;
            println(line, "guest {}: ran {}, {} restart{}", guest->name(), tenths_of(*guest, guest->lifetime()),
                    guest->restarts(), guest->restarts() == 1 ? "" : "s");
            vm::print_exit_counts(line, guest->exit_counts());
        }
    }
    bool proved = true;
    if (guests.size() > 1 && audit != nullptr) {
        ConsoleLine line;
        proved = audit(line);
    }
    drain_console();
    return proved;
}

}  // namespace hv::arch
