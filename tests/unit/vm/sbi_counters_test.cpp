// The SBI's performance counters, as a guest's hart has them.
#include <hv/vm/sbi_counters.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::Error;
using isa::sbi::Extension;
using isa::sbi::Performance;
using isa::sbi::PmuCounterInfo;
using isa::sbi::PmuEvent;
using test::data_start;
using test::result_of;

constexpr uint64_t cycles = 0x1;
constexpr uint64_t instructions = 0x2;
constexpr uint64_t set_timer_event = 0xf0005;
constexpr uint64_t skip_match = 1;
constexpr uint64_t clear_value = 2;
constexpr uint64_t auto_start = 4;
constexpr SbiReturn invalid{Error::invalid_param, 0};
constexpr SbiReturn not_supported{Error::not_supported, 0};

class SbiCounters : public testing::Test {
protected:
    test::FakeGuest guest_{4};
    test::FakeHost host_{guest_};

    SbiReturn pmu(Performance function, std::vector<uint64_t> args = {})
    {
        return result_of(host_.call(Extension::performance_monitoring, function, std::move(args)));
    }
    SbiReturn configure(uint64_t base, uint64_t mask, uint64_t flags, uint64_t event, uint64_t data = 0)
    {
        return pmu(Performance::counter_config_matching, {base, mask, flags, event, data});
    }
    SbiReturn start(uint64_t base, uint64_t mask, uint64_t flags = 0, uint64_t initial = 0)
    {
        return pmu(Performance::counter_start, {base, mask, flags, initial});
    }
    SbiReturn stop(uint64_t base, uint64_t mask, uint64_t flags = 0)
    {
        return pmu(Performance::counter_stop, {base, mask, flags});
    }
    uint64_t read(uint64_t counter)
    {
        const SbiReturn result = pmu(Performance::counter_fw_read, {counter});
        EXPECT_EQ(result.error, Error::success);
        return result.value;
    }
    uint64_t csr(unsigned counter) { return host_.pmu.value(counter, host_.now); }
    /// The guest makes so many calls of set_timer.
    void set_timers(unsigned times)
    {
        for (unsigned i = 0; i < times; ++i) {
            EXPECT_EQ(result_of(host_.call(Extension::timer, 0, {0})), SbiReturn{});
        }
    }
};

TEST_F(SbiCounters, AreCycleInstretAndEightOfTheFirmware)
{
    EXPECT_EQ(pmu(Performance::num_counters), (SbiReturn{Error::success, 11}));
    for (const auto& [counter, number] : {std::pair{0U, 0xc00U}, std::pair{2U, 0xc02U}}) {
        const PmuCounterInfo info{pmu(Performance::counter_get_info, {counter}).value};
        EXPECT_EQ(info.get(PmuCounterInfo::csr), number);
        EXPECT_EQ(info.get(PmuCounterInfo::width), 63U);
        EXPECT_FALSE(info.get(PmuCounterInfo::firmware));
    }
    for (uint64_t counter = 3; counter < 11; ++counter) {
        EXPECT_TRUE(
            PmuCounterInfo{pmu(Performance::counter_get_info, {counter}).value}.get(PmuCounterInfo::firmware));
    }
    for (const uint64_t counter : {uint64_t{1}, uint64_t{11}, uint64_t{64}, uint64_t{1} << 32, UINT64_MAX}) {
        EXPECT_EQ(pmu(Performance::counter_get_info, {counter}), invalid);
        EXPECT_EQ(pmu(Performance::counter_fw_read, {counter}), invalid);
        EXPECT_EQ(pmu(Performance::counter_fw_read_hi, {counter}), invalid);
    }
}

TEST_F(SbiCounters, AreOnlyTheFirmwaresWhereTheHardwaresCannotBeRead)
{
    host_.pmu = PmuCounters{false};
    for (const uint64_t counter : {0U, 2U}) {
        EXPECT_EQ(pmu(Performance::counter_get_info, {counter}), invalid);
        EXPECT_EQ(start(counter, 1), invalid);
    }
    EXPECT_EQ(configure(3, 0xff, 0, cycles), not_supported);
    EXPECT_EQ(configure(3, 0xff, 0, set_timer_event), (SbiReturn{Error::success, 3}));
    EXPECT_EQ(host_.pmu.pass_through(), 0U);
}

// CHECKLIST 73.
TEST_F(SbiCounters, DoNotSupportAnEventThatTheyCannotCount)
{
    for (const uint64_t event : {0x0ULL, 0x3ULL, 0xaULL, 0x10000ULL, 0x10009ULL, 0x20000ULL, 0x30000ULL, 0xf0000ULL,
                                 0xf0004ULL, 0xf0007ULL, 0xf0009ULL, 0xf000eULL, 0xf0016ULL, 0xf0100ULL, 0xfffffULL,
                                 0x100001ULL, 0x1'000f'0005ULL, ~0ULL}) {
        EXPECT_EQ(configure(3, 0xff, 0, event), not_supported) << std::hex << event;
        EXPECT_EQ(configure(3, 1, skip_match, event), not_supported) << std::hex << event;
    }
    EXPECT_EQ(configure(3, 0xff, 0, set_timer_event, 1), not_supported);
}

TEST_F(SbiCounters, CountWhatTheGuestsCallsDo)
{
    const std::pair<uint64_t, uint64_t> events[] = {
        {set_timer_event, 1}, {0xf0006, 3}, {0xf0008, 1}, {0xf000a, 2}, {0xf000c, 3}};
    for (const auto& [event, expected] : events) {
        ASSERT_EQ(configure(3, 0xff, clear_value | auto_start, event).error, Error::success);
    }
    set_timers(1);
    EXPECT_EQ(result_of(host_.call(Extension::inter_processor, 0, {0, UINT64_MAX})), SbiReturn{});  // self apart
    EXPECT_EQ(result_of(host_.call(Extension::remote_fence, 0, {2, 0})), SbiReturn{});
    EXPECT_EQ(result_of(host_.call(Extension::remote_fence, 1, {7, 0, 0, 0})), SbiReturn{});
    EXPECT_EQ(result_of(host_.call(Extension::remote_fence, 2, {7, 1, 0, 0, 1})), SbiReturn{});
    for (uint64_t i = 0; i < std::size(events); ++i) {
        EXPECT_EQ(read(3 + i), events[i].second) << i;
    }
}

TEST_F(SbiCounters, CountNothingThatStaysOnTheHart)
{
    ASSERT_EQ(configure(3, 1, auto_start, 0xf0006).error, Error::success);
    ASSERT_EQ(configure(4, 1, auto_start, 0xf0008).error, Error::success);
    EXPECT_EQ(result_of(host_.call(Extension::inter_processor, 0, {1, 0})), SbiReturn{});
    EXPECT_EQ(result_of(host_.call(Extension::remote_fence, 0, {1, 0})), SbiReturn{});
    EXPECT_EQ(result_of(host_.call(Extension::inter_processor, 0, {16, 0})), invalid);
    EXPECT_EQ(read(3), 0U);
    EXPECT_EQ(read(4), 0U);
}

TEST_F(SbiCounters, StandStillBetweenStopAndStart)
{
    ASSERT_EQ(configure(3, 1, 0, set_timer_event), (SbiReturn{Error::success, 3}));
    set_timers(5);
    EXPECT_EQ(read(3), 0U);
    EXPECT_EQ(start(3, 1), SbiReturn{});
    set_timers(2);
    EXPECT_EQ(read(3), 2U);
    EXPECT_EQ(stop(3, 1), SbiReturn{});
    set_timers(7);
    EXPECT_EQ(read(3), 2U);
    EXPECT_EQ(start(3, 1), SbiReturn{});
    set_timers(1);
    EXPECT_EQ(read(3), 3U);
    EXPECT_EQ(stop(3, 1), SbiReturn{});
    EXPECT_EQ(start(3, 1, 1, UINT64_MAX), SbiReturn{});
    set_timers(2);
    EXPECT_EQ(read(3), 1U);  // over the top
}

TEST_F(SbiCounters, GiveNothingForTheUpperHalfOfAReadWithin64Bits)
{
    ASSERT_EQ(configure(3, 1, 0, set_timer_event).error, Error::success);
    ASSERT_EQ(start(3, 1, 1, UINT64_MAX - 9), SbiReturn{});
    EXPECT_EQ(read(3), UINT64_MAX - 9);
    EXPECT_EQ(pmu(Performance::counter_fw_read_hi, {3}), SbiReturn{});
    EXPECT_EQ(pmu(Performance::counter_fw_read, {0}), invalid);
    EXPECT_EQ(pmu(Performance::counter_fw_read_hi, {2}), invalid);
}

TEST_F(SbiCounters, LetTheGuestReadTheHardwareUntilItSetsOrStopsIt)
{
    EXPECT_EQ(host_.pmu.pass_through(), 0b101U);
    EXPECT_EQ(csr(0), 1000U);
    EXPECT_EQ(stop(0, 0b101), SbiReturn{});
    EXPECT_EQ(host_.access, 0U);
    host_.now = {1100, 700};
    EXPECT_EQ(csr(0), 1000U);
    EXPECT_EQ(csr(2), 500U);
    EXPECT_EQ(configure(0, 0b101, clear_value, instructions), (SbiReturn{Error::success, 2}));
    EXPECT_EQ(start(2, 1), SbiReturn{});
    host_.now = {1200, 707};
    EXPECT_EQ(csr(2), 7U);
    EXPECT_EQ(host_.access, 0U);
    EXPECT_EQ(stop(2, 1), SbiReturn{});
    EXPECT_EQ(start(2, 1, 1, host_.now.instret), SbiReturn{});  // back in step with the hardware
    EXPECT_EQ(host_.access, 0b100U);
}

TEST_F(SbiCounters, AreFoundByEventAmongThoseThatAreNotStarted)
{
    EXPECT_EQ(configure(0, 0b101, 0, cycles), not_supported);  // runs since the hart does
    EXPECT_EQ(stop(0, 1), SbiReturn{});
    EXPECT_EQ(configure(2, 1, 0, cycles), not_supported);
    EXPECT_EQ(configure(0, 0b101, auto_start, cycles), (SbiReturn{Error::success, 0}));
    for (uint64_t counter = 3; counter < 11; ++counter) {
        EXPECT_EQ(configure(0, 0x7fd, 0, set_timer_event), (SbiReturn{Error::success, counter}));
    }
    EXPECT_EQ(start(3, 1), SbiReturn{});
    EXPECT_EQ(configure(0, 0x7fd, 0, set_timer_event),
              (SbiReturn{Error::success, 4}));  // all in use: the first free
    EXPECT_EQ(start(4, 0x7f), SbiReturn{});
    EXPECT_EQ(configure(0, 0x7fd, 0, set_timer_event), not_supported);
}

TEST_F(SbiCounters, AreTakenFirstOfTheSetWhereMatchingIsSkipped)
{
    EXPECT_EQ(configure(0, 1, skip_match, cycles), (SbiReturn{Error::success, 0}));
    EXPECT_EQ(configure(0, 0b100, skip_match, instructions), (SbiReturn{Error::success, 2}));
    EXPECT_EQ(configure(4, 0b11, skip_match, set_timer_event), (SbiReturn{Error::success, 4}));
    EXPECT_EQ(configure(0, 0b1001, skip_match, set_timer_event), not_supported);
    EXPECT_EQ(host_.pmu.pass_through(), 0b101U);
}

TEST_F(SbiCounters, RefuseASetWithOneThatIsNone)
{
    const std::pair<uint64_t, uint64_t> bad[] = {{1, 1},          {0, 0b10},      {0, 1 << 11}, {11, 1},
                                                 {10, 3},         {64, 1},        {63, 2},      {UINT64_MAX, 1},
                                                 {2, UINT64_MAX}, {3, 1ULL << 63}};
    for (const auto& [base, mask] : bad) {
        EXPECT_EQ(configure(base, mask, 0, set_timer_event), invalid);
        EXPECT_EQ(start(base, mask), invalid);
        EXPECT_EQ(stop(base, mask), invalid);
    }
    EXPECT_EQ(host_.pmu.pass_through(), 0b101U);
}

TEST_F(SbiCounters, DoNothingWithAnEmptySet)
{
    for (const uint64_t base : {uint64_t{0}, uint64_t{1}, uint64_t{64}, UINT64_MAX}) {
        EXPECT_EQ(configure(base, 0, skip_match, cycles), not_supported);
        EXPECT_EQ(start(base, 0), SbiReturn{});
        EXPECT_EQ(stop(base, 0), SbiReturn{});
    }
}

TEST_F(SbiCounters, RefuseReservedFlags)
{
    for (const uint64_t flag : {uint64_t{1} << 8, uint64_t{1} << 63}) {
        EXPECT_EQ(configure(3, 1, flag, set_timer_event), invalid);
    }
    EXPECT_EQ(configure(3, 1, 0xf8, set_timer_event).error, Error::success);  // filters: hints
    for (const uint64_t flag : {uint64_t{4}, uint64_t{1} << 63}) {
        EXPECT_EQ(start(3, 1, flag), invalid);
        EXPECT_EQ(stop(3, 1, flag), invalid);
    }
    EXPECT_EQ(start(3, 3, 1, 0), invalid);  // one value, two counters
}

// What cannot be done for one of them is done for the others: guests stop all of theirs in one call.
TEST_F(SbiCounters, ReportOnesThatAreSoAlreadyAndSeeToTheOthers)
{
    EXPECT_EQ(stop(0, 1), SbiReturn{});
    EXPECT_EQ(stop(0, 0b101), (SbiReturn{Error::already_stopped, 0}));
    EXPECT_EQ(host_.access, 0U);
    EXPECT_EQ(start(0, 1), SbiReturn{});
    EXPECT_EQ(start(0, 0b101), (SbiReturn{Error::already_started, 0}));
    host_.now = {1001, 501};
    EXPECT_EQ(csr(2), 501U);
    EXPECT_EQ(start(3, 1), invalid);  // there is no event in it
}

TEST_F(SbiCounters, ForgetTheirEventWhenResetEvenIfStopped)
{
    ASSERT_EQ(configure(3, 1, 0, set_timer_event).error, Error::success);
    EXPECT_EQ(stop(3, 1, 1), (SbiReturn{Error::already_stopped, 0}));
    EXPECT_EQ(start(3, 1), invalid);
    ASSERT_EQ(configure(3, 1, 0, set_timer_event).error, Error::success);
    EXPECT_EQ(start(3, 1), SbiReturn{});
    EXPECT_EQ(stop(3, 1, 1), SbiReturn{});
    EXPECT_EQ(start(3, 1), invalid);
}

// CHECKLIST 73, HOSTILE 38.
TEST_F(SbiCounters, HaveNoSnapshotMemory)
{
    for (const uint64_t address : {test::ram_start, uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
        EXPECT_EQ(pmu(Performance::snapshot_set_shmem, {address, 0, 0}), not_supported);
    }
    EXPECT_EQ(stop(0, 1, 2), (SbiReturn{Error::no_shared_memory, 0}));
    EXPECT_EQ(host_.pmu.pass_through(), 0b101U);
    ASSERT_EQ(configure(3, 1, 0, set_timer_event).error, Error::success);
    EXPECT_EQ(start(3, 1, 2), (SbiReturn{Error::no_shared_memory, 0}));
    EXPECT_EQ(read(3), 0U);
    EXPECT_TRUE(guest_.ram.unchanged());
}

class SbiEventInfo : public SbiCounters {
protected:
    SbiReturn info(uint64_t low, uint64_t count, uint64_t high = 0, uint64_t flags = 0)
    {
        return pmu(Performance::event_get_info, {low, high, count, flags});
    }
    void put(uint64_t at, uint32_t event, uint64_t data = 0)
    {
        const mm::GuestMemory memory = guest_.ram.memory();
        ASSERT_TRUE(memory.write<uint32_t>(GuestPhysAddr{at}, event));
        ASSERT_TRUE(memory.write<uint32_t>(GuestPhysAddr{at + 4}, 0xdead'beef));
        ASSERT_TRUE(memory.write<uint64_t>(GuestPhysAddr{at + 8}, data));
    }
    uint32_t word(uint64_t at) { return *guest_.ram.memory().read<uint32_t>(GuestPhysAddr{at}); }
};

TEST_F(SbiEventInfo, SaysOfEachEventWhetherItCanBeCounted)
{
    const std::tuple<uint32_t, uint64_t, uint32_t> events[] = {
        {1, 0, 1}, {2, 0, 1}, {3, 0, 0}, {0xf0005, 0, 1}, {0xf0005, 1, 0}, {0xf0007, 0, 0}, {0xfffff, 0, 0}};
    for (uint64_t i = 0; i < std::size(events); ++i) {
        put(data_start + 16 * i, std::get<0>(events[i]), std::get<1>(events[i]));
    }
    EXPECT_EQ(info(data_start, std::size(events)), SbiReturn{});
    for (uint64_t i = 0; i < std::size(events); ++i) {
        EXPECT_EQ(word(data_start + 16 * i), std::get<0>(events[i]));
        EXPECT_EQ(word(data_start + 16 * i + 4), std::get<2>(events[i])) << i;
        EXPECT_EQ(word(data_start + 16 * i + 8), std::get<1>(events[i]));
    }
    EXPECT_EQ(info(data_start, 0), SbiReturn{});
}

// CHECKLIST 73, HOSTILE 38.
TEST_F(SbiEventInfo, RefusesMemoryThatIsNotTheGuestsToWrite)
{
    EXPECT_EQ(info(data_start + 8, 1), invalid);
    EXPECT_EQ(info(data_start, 1, 0, 1), invalid);
    const SbiReturn bad_address{Error::invalid_address, 0};
    EXPECT_EQ(info(data_start, 1, 1), bad_address);
    EXPECT_EQ(info(test::rom_start, 1), bad_address);
    EXPECT_EQ(info(test::ram_end - 16, 2), bad_address);
    EXPECT_EQ(info(0, 1), bad_address);
    EXPECT_EQ(info(UINT64_MAX - 15, 2), bad_address);
    for (const uint64_t count : {max_event_infos + 1, uint64_t{1} << 60, UINT64_MAX}) {
        EXPECT_EQ(info(data_start, count), (SbiReturn{Error::failed, 0}));
    }
    EXPECT_TRUE(guest_.ram.unchanged());
    put(data_start, 1 << 20 | 1);
    EXPECT_EQ(info(data_start, 1), invalid);
    EXPECT_EQ(word(data_start + 4), 0xdead'beefU);
}

}  // namespace
}  // namespace hv::vm
