// A guest that runs random code and makes random calls for ever, from a number that it prints.
//
// Each step is a few instructions with random registers, in VS- or VU-mode, with page tables or without, up to
// their first trap; what a step does comes from the printed number, the hart and the number of the step. Code that
// breaks the guest, and it may, ends it or leaves it hanging: that is no failure. See test_random.py.
#include <array>
#include <atomic>
#include <cstddef>

#include <hv/fdt/tree.hpp>
#include <hv/isa/instruction.hpp>

#include "choice.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "tree.hpp"

namespace guest {
namespace {

constexpr uint64_t most_harts = 2;

/// What run.S begins and ends with, and what a hart goes on from when it is started again.
struct alignas(128) HartState {
    std::array<uint64_t, 32> x{};
    uint64_t pc = 0;
    uint64_t sstatus = 0;
    uint64_t scause = 0;
    uint64_t sepc = 0;
    uint64_t stval = 0;
    uint64_t host = 0;
    uint64_t satp = 0;
    uint64_t step = 0;
};
static_assert(sizeof(HartState) == 384 && offsetof(HartState, satp) == 304);

struct alignas(4096) Table {
    std::array<uint64_t, 512> entries{};
};

/// What a random address space keeps: a way to the runner. For Sv39, Sv48 and Sv57 from the top.
struct Space {
    Table tops[3];
    Table middle;  ///< the GiB that RAM begins in
};

constinit Space spaces[most_harts] = {};
constinit uint64_t start_number = 0;
constinit Layout common = {};

}  // namespace
}  // namespace guest

extern "C" {
void random_run(guest::HartState* state);
void random_trap_0();
void random_trap_1();
void random_start();
[[noreturn]] void random_main(uint64_t hart);

// For run.S.
constinit guest::HartState random_states[guest::most_harts] = {};
struct alignas(16) RandomStack {
    std::array<std::byte, 16384> bytes;
};
constinit RandomStack random_stacks[guest::most_harts] = {};
}

namespace guest {
namespace {

/// By the debug console: the serial port is whatever random code has made of it.
template <typename... Args>
void report(hv::FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    std::array<char, 96> text{};
    hv::BufferSink sink{text};
    hv::println(sink, format, args...);
    sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, sink.text().size(),
             reinterpret_cast<uintptr_t>(text.data()), 0);
}

/// The number in the bootargs, where they begin with `name`.
std::optional<uint64_t> number_said(std::string_view name)
{
    const auto bootargs = tree().find("/chosen")->property("bootargs");
    std::string_view text = bootargs ? bootargs->string().value_or("") : "";
    if (!text.starts_with(name)) {
        return std::nullopt;
    }
    uint64_t number = 0;
    for (const char digit : text.substr(name.size())) {
        number = number * 10 + static_cast<uint64_t>(digit - '0');
    }
    return number;
}

/// "start=N" repeats a run; "seed=N" makes one of its own at each start, as rng-seed is another each time.
uint64_t choose_start()
{
    if (const auto start = number_said("start=")) {
        return *start;
    }
    uint64_t number = Random::mix(number_said("seed=").value_or(0));
    if (const auto seed = tree().find("/chosen")->property("rng-seed")) {
        for (const std::byte byte : seed->value) {
            number = Random::mix(number + static_cast<uint64_t>(byte) + 1);
        }
    }
    return number;
}

/// Entries anywhere; and those that lead to the runner as they have to be.
uint64_t make_space(Random& random, const Layout& layout, uint64_t hart, bool user)
{
    Space& space = spaces[hart];
    for (unsigned i = 0; i < 4; ++i) {
        space.tops[random.below(3)].entries[random.below(512)] = choose_entry(random, layout);
        space.middle.entries[random.below(512)] = choose_entry(random, layout);
    }
    const auto at = [](const Table& table) { return reinterpret_cast<uintptr_t>(&table); };
    space.tops[2].entries[0] = table_at(at(space.tops[1]));
    space.tops[1].entries[0] = table_at(at(space.tops[0]));
    auto& root = space.tops[0].entries;
    root[2] = table_at(at(space.middle));
    if (!random.one_in(8)) {
        root[0] = leaf(0, pte_rw | (user ? pte_u : 0));
    }
    space.middle.entries[1] = leaf(0x8020'0000, pte_rwx);
    if (!random.one_in(8)) {
        space.middle.entries[2] = leaf(0x8040'0000, pte_rwx | (user ? pte_u : 0));
    }
    const uint64_t kind = random.one_in(4) ? random.below(3) : 0;
    const uint64_t asid = random.one_in(4) ? random.below(0x1'0000) << 44 : 0;
    return (8 + kind) << 60 | asid | at(space.tops[kind]) >> 12;
}

/// A few instructions, with one that traps behind them.
uint64_t write_program(Random& random, const Layout& layout, bool call)
{
    const uint64_t offset = random.one_in(4) ? 4096 - 2 * (1 + random.below(6)) : 2 * random.below(64);
    auto* next = reinterpret_cast<volatile uint16_t*>(layout.code + offset);
    const auto put = [&](uint32_t instruction) {
        *next++ = static_cast<uint16_t>(instruction & 0xffff);
        if (hv::isa::instruction_length(instruction) == 4) {
            *next++ = static_cast<uint16_t>(instruction >> 16);
        }
    };
    if (call) {
        put(encode::ecall);
    }
    for (uint64_t left = random.below(10) + (call ? 0 : 1); left != 0; --left) {
        put(choose_instruction(random));
    }
    put(encode::c_ebreak);
    put(encode::c_ebreak);
    return layout.code + offset;
}

/// sstatus to begin with: interrupts on nearly always, so that a loop ends; FS, VS, SUM and MXR anyhow.
uint64_t choose_status(Random& random, bool user)
{
    constexpr uint64_t fs_and_vs = 0x6600;
    constexpr uint64_t sum_and_mxr = 0xc'0000;
    const uint64_t any = random.next();
    return (any & (random.one_in(4) ? fs_and_vs : 0)) | (random.one_in(2) ? fs_and_vs : 0) | (any & sum_and_mxr) |
           (user ? 0 : Sstatus::spp.mask) | (random.one_in(512) ? 0 : Sstatus::spie.mask);
}

void prepare_interrupts(Random& random)
{
    uint64_t enabled = bit(Interrupt::supervisor_timer);
    enabled |= random.one_in(4) ? bit(Interrupt::supervisor_software) : 0;
    enabled |= random.one_in(4) ? bit(Interrupt::supervisor_external) : 0;
    GUEST_CSR_WRITE(sie, enabled);
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
    sbi_call(sbi::Extension::timer, sbi::Timer::set_timer, now() + 5 + random.below(100));
}

void do_step(uint64_t hart)
{
    HartState& state = random_states[hart];
    Random random{start_number + (state.step << 1 | hart)};
    state.step++;
    Layout layout = common;
    layout.code = common.play + 0x10'0000 + hart * 0x1'0000;
    const bool call = random.one_in(4);
    const bool user = !call && random.one_in(3);
    for (unsigned i = 0; i < 3; ++i) {
        auto* const entry =
            reinterpret_cast<volatile uint64_t*>(layout.tables) + random.below(Layout::table_pages * 512);
        *entry = choose_entry(random, layout);
    }
    for (unsigned n = 1; n < 32; ++n) {
        state.x[n] = choose_value(random, layout);
    }
    if (call) {
        choose_call(random, layout, state.x);
    }
    state.pc = random.one_in(64) ? choose_address(random, layout) : write_program(random, layout, call);
    state.sstatus = choose_status(random, user);
    state.satp = random.one_in(2) ? 0 : make_space(random, layout, hart, user);
    prepare_interrupts(random);
    random_run(&state);
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(hart == 0 ? &random_trap_0 : &random_trap_1));
}

/// A hart that a step has stopped goes on with its next.
void start_others(uint64_t hart)
{
    for (uint64_t other = 0; other < harts() && other < most_harts; ++other) {
        if (other != hart) {
            sbi_call(sbi::Extension::hart_state, sbi::HartState::start, other,
                     reinterpret_cast<uintptr_t>(&random_start), 0);
        }
    }
}

}  // namespace

void scenario()
{
    start_number = choose_start();
    // The runner's own 2 MiB are the image's; above are 2 MiB to play with, and the device tree.
    common.play = ram_start() + 0x40'0000;
    common.end = ram_end();
    common.device_tree = common.end - 0x20'0000;
    common.tables = common.play;
    common.alone = harts() == 1;
    common.start = reinterpret_cast<uintptr_t>(&random_start);
    report("random: start={}, {} harts", start_number, harts());
    random_main(this_hart());
}

}  // namespace guest

void random_main(uint64_t hart)
{
    using namespace guest;
    constexpr uint64_t steps_between_reports = 256;
    GUEST_CSR_WRITE(stvec, reinterpret_cast<uintptr_t>(hart == 0 ? &random_trap_0 : &random_trap_1));
    while (true) {
        if (random_states[hart].step % 64 == 0) {
            start_others(hart);
        }
        do_step(hart);
        if (random_states[hart].step % steps_between_reports == 0) {
            report("random: hart {} has done {} steps", hart, random_states[hart].step);
        }
    }
}
