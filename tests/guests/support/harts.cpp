// Starts and stops a test guest's other harts, by HSM.
#include "harts.hpp"

#include "tree.hpp"

#include <cstddef>

extern "C" {
void start_hart();
void guest_hart_main(uint64_t hart, guest::HartStart* start);
}

namespace guest {
namespace {

static_assert(offsetof(HartStart, stack_top) == 256);

struct alignas(16) Stack {
    std::array<std::byte, 16384> bytes;
};

constinit Stack stacks[max_harts] = {};
constinit HartStart starts[max_harts] = {};

}  // namespace

HartStart& start_record(uint64_t hart, HartFunction function, uint64_t argument)
{
    HartStart& start = starts[hart];
    start.stack_top = reinterpret_cast<uintptr_t>(stacks + hart + 1);
    start.function = function;
    start.argument = argument;
    return start;
}

uint64_t start_address()
{
    return reinterpret_cast<uintptr_t>(&::start_hart);
}

void start_hart(uint64_t hart, HartFunction function, uint64_t argument)
{
    HartStart& start = start_record(hart, function, argument);
    expect_error(sbi_call(sbi::Extension::hart_state, sbi::HartState::start, hart, start_address(),
                          reinterpret_cast<uintptr_t>(&start)),
                 sbi::Error::success);
}

void start_other_harts(HartFunction function, uint64_t argument)
{
    for (uint64_t hart = 0; hart < harts(); ++hart) {
        if (hart != this_hart()) {
            start_hart(hart, function, argument);
        }
    }
}

sbi::HartStatus status_of(uint64_t hart)
{
    const SbiResult result = sbi_call(sbi::Extension::hart_state, sbi::HartState::get_status, hart);
    expect_error(result, sbi::Error::success);
    return static_cast<sbi::HartStatus>(result.value);
}

void wait_for_status(uint64_t hart, sbi::HartStatus status)
{
    expect(eventually_elsewhere([&] { return status_of(hart) == status; }), "a hart is not as it should be");
}

void wait_for_others_to_stop()
{
    for (uint64_t hart = 0; hart < harts(); ++hart) {
        if (hart != this_hart()) {
            wait_for_status(hart, sbi::HartStatus::stopped);
        }
    }
}

void stop_this_hart()
{
    sbi_call(sbi::Extension::hart_state, sbi::HartState::stop);
    expect(false, "a hart goes on after it stopped itself");
    done();
}

void send_ipi(uint64_t hart)
{
    expect_error(sbi_call(sbi::Extension::inter_processor, sbi::InterProcessor::send_ipi, 1, hart),
                 sbi::Error::success);
}

}  // namespace guest

/// Called by start_hart on its own stack.
void guest_hart_main(uint64_t, guest::HartStart* start)
{
    start->function(start->argument);
    guest::stop_this_hart();
}
