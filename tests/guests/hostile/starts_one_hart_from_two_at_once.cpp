// Two harts start the third at the same moment, 200 times.
// tries: HOSTILE 18; CHECKLIST 65, 66
// answer: one gets 0 and the other -6, and the hart is started once
// harts: 3
// time: real, its harts race each other
// beats: 100
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

constexpr uint64_t rounds = 200;
constinit std::atomic<uint64_t> round = 0;
constinit std::atomic<uint64_t> answered = 0;
constinit std::atomic<uint64_t> runs = 0;
constinit std::atomic<uint64_t> taken = 0;

void count(uint64_t)
{
    ++runs;
}

void try_start()
{
    const SbiResult result = sbi_call(sbi::Extension::hart_state, sbi::HartState::start, 2, start_address(),
                                      reinterpret_cast<uintptr_t>(&start_record(2, count)));
    if (result.is(sbi::Error::success)) {
        ++taken;
    } else {
        expect_error(result, sbi::Error::already_available);
    }
}

void start_the_third(uint64_t)
{
    for (uint64_t i = 1; i <= rounds; ++i) {
        while (round < i) {
        }
        try_start();
        answered = i;
    }
}

}  // namespace

void attack()
{
    start_hart(1, start_the_third);
    for (uint64_t i = 1; i <= rounds; ++i) {
        trying("round", i);
        wait_for_status(2, sbi::HartStatus::stopped);
        const uint64_t before = taken;
        round = i;
        try_start();
        expect(eventually_elsewhere([&] { return answered == i; }), "the other hart does not answer");
        // Where it has run and stopped before the second start, both are right.
        expect(taken - before == 1 || taken - before == 2, "no start is taken");
    }
    wait_for_others_to_stop();
    expect_equal(runs, taken);
    expect_served();
}

}  // namespace guest
