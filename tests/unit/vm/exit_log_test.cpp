// Exits, counted and remembered: which cause is which, and the tables and lines that people read.
#include <hv/vm/exit_log.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <hv/isa/cause.hpp>

namespace hv::vm {
namespace {

using isa::Exception;
using isa::Interrupt;
using isa::scause_of;

class StringSink final : public Sink {
public:
    void write(std::string_view text) override { all += text; }
    std::string all;
};

template <typename T>
std::string text_of(const T& value)
{
    StringSink sink;
    print(sink, "{}", value);
    return sink.all;
}

std::string history_text(const ExitRing& ring, size_t next)
{
    StringSink sink;
    print_exit_history(sink, 3, ExitHistory{ring.records, next});
    return sink.all;
}

ExitRecord sbi_call(uint64_t extension, uint64_t instret)
{
    return {0xffff'ffff'8000'6abc, scause_of(Exception::call_from_vs_mode).bits(), extension, instret};
}

TEST(ExitCause, IsToldFromTheTrap)
{
    EXPECT_EQ(exit_cause_of(scause_of(Exception::call_from_vs_mode)), ExitCause::sbi_call);
    EXPECT_EQ(exit_cause_of(scause_of(Exception::load_guest_page_fault)), ExitCause::load_fault);
    EXPECT_EQ(exit_cause_of(scause_of(Exception::store_guest_page_fault)), ExitCause::store_fault);
    EXPECT_EQ(exit_cause_of(scause_of(Exception::instruction_guest_page_fault)), ExitCause::fetch_fault);
    EXPECT_EQ(exit_cause_of(scause_of(Exception::virtual_instruction)), ExitCause::virtual_instruction);
    EXPECT_EQ(exit_cause_of(scause_of(Exception::call_from_u_mode)), ExitCause::other_exception);
    EXPECT_EQ(exit_cause_of(scause_of(Interrupt::supervisor_timer)), ExitCause::timer_interrupt);
    EXPECT_EQ(exit_cause_of(scause_of(Interrupt::supervisor_software)), ExitCause::software_interrupt);
    EXPECT_EQ(exit_cause_of(scause_of(Interrupt::supervisor_external)), ExitCause::external_interrupt);
    EXPECT_EQ(exit_cause_of(scause_of(Interrupt::counter_overflow)), ExitCause::other_interrupt);
}

TEST(ExitCause, IsNotToldFromTheLowBitsOfACodeAlone)
{
    const isa::Scause call = scause_of(Exception::call_from_vs_mode);
    EXPECT_EQ(exit_cause_of(isa::Scause{call.bits() | 1ULL << 32}), ExitCause::other_exception);
    EXPECT_EQ(exit_cause_of(isa::Scause{call.bits() | 1ULL << 63}), ExitCause::other_interrupt);
}

TEST(ExitCause, HasANameOfItsOwn)
{
    std::set<std::string_view> names;
    for (size_t i = 0; i < exit_cause_count; ++i) {
        names.insert(name_of(static_cast<ExitCause>(i)));
    }
    EXPECT_EQ(names.size(), exit_cause_count);
    EXPECT_FALSE(names.contains(name_of(static_cast<ExitCause>(exit_cause_count))));
}

TEST(ExitCounts, SumTheInstructionsAndKeepTheWorst)
{
    ExitCounts counts;
    counts.add(ExitCause::sbi_call, 80);
    counts.add(ExitCause::sbi_call, 120);
    counts.add(ExitCause::sbi_call, 70);
    counts.add(ExitCause::timer_interrupt, 300);
    EXPECT_EQ(counts.of[0], (ExitCount{3, 270, 120}));
    EXPECT_EQ(counts.total(), (ExitCount{4, 570, 300}));
}

TEST(ExitCounts, PrintOneLineForEachCauseThatHappened)
{
    ExitCounts counts;
    counts.of[static_cast<size_t>(ExitCause::sbi_call)] = {123'456, 9'876'543, 4'000};
    counts.add(ExitCause::store_fault, 145);
    StringSink sink;
    print_exit_counts(sink, counts);
    EXPECT_EQ(sink.all,
              R"(  exits                                       count     instructions       mean      worst
    SBI calls                                123456          9876543         80       4000
    stores to devices or to nothing               1              145        145        145
    all                                      123457          9876688         80       4000
)");
}

TEST(ExitCounts, PrintOneLineWhereThereWereNoExits)
{
    StringSink sink;
    print_exit_counts(sink, ExitCounts{});
    EXPECT_EQ(sink.all, "  exits: none\n");
}

TEST(ExitRing, LetsAnAddressWrapByClearingOneBit)
{
    static ExitRing ring;
    const auto first = reinterpret_cast<uintptr_t>(ring.records.data());
    const auto end = reinterpret_cast<uintptr_t>(ring.records.data() + ring.records.size());
    EXPECT_EQ(end & ~ExitRing::wrap_bit, first);
    EXPECT_EQ((end - sizeof(ExitRecord)) & ~ExitRing::wrap_bit, end - sizeof(ExitRecord));
}

TEST(ExitHistory, IsEmptyBeforeTheFirstExit)
{
    const ExitRing ring;
    for (size_t next = 0; next < exit_ring_size; ++next) {
        EXPECT_EQ((ExitHistory{ring.records, next}).size(), 0U);
    }
    EXPECT_EQ(history_text(ring, 0), "  last exits of vCPU 3: none\n");
}

TEST(ExitHistory, HoldsTheLast32OldestFirstHoweverManyThereWere)
{
    ExitRing ring;
    for (size_t written = 1; written <= 3 * exit_ring_size; ++written) {
        ring.records[(written - 1) % exit_ring_size] = sbi_call(0x10, written);
        const ExitHistory history{ring.records, written % exit_ring_size};
        ASSERT_EQ(history.size(), std::min(written, exit_ring_size));
        for (size_t i = 0; i < history.size(); ++i) {
            ASSERT_EQ(history[i].instret, written - history.size() + i + 1);
        }
        ASSERT_EQ((ExitHistory{ring.records, written})[0], history[0]) << "an index that has not been wrapped";
    }
}

TEST(ExitHistory, PrintsExitsThatRepeatInOneLine)
{
    ExitRing ring;
    size_t next = 0;
    for (uint64_t i = 0; i < 12; ++i) {
        ring.records[next++] = sbi_call(0x5449'4d45, 1000 + i);
    }
    ring.records[next++] = sbi_call(0x10, 2000);
    ring.records[next++] = sbi_call(0x5449'4d45, 3000);
    ring.records[next++] = {0x8020'0000, scause_of(Exception::load_guest_page_fault).bits(), 0x1000'0005, 4000};
    ring.records[next++] = {0x8020'0000, scause_of(Exception::load_guest_page_fault).bits(), 0x1000'0004, 5000};
    ring.records[next++] = {0x8020'0004, scause_of(Exception::load_guest_page_fault).bits(), 0x1000'0004, 6000};
    EXPECT_EQ(history_text(ring, next), R"(  last exits of vCPU 3, oldest first:
    pc 0xffffffff80006abc, instret 1000: SBI call TIME, 12 times
    pc 0xffffffff80006abc, instret 2000: SBI call BASE
    pc 0xffffffff80006abc, instret 3000: SBI call TIME
    pc 0x0000000080200000, instret 4000: load guest-page fault at 0x10000005
    pc 0x0000000080200000, instret 5000: load guest-page fault at 0x10000004
    pc 0x0000000080200004, instret 6000: load guest-page fault at 0x10000004
)");
}

TEST(ExitHistory, PrintsARingFullOfTheSameInOneLine)
{
    ExitRing ring;
    ring.records.fill(sbi_call(0x735049, 7));
    EXPECT_EQ(history_text(ring, 5), R"(  last exits of vCPU 3, oldest first:
    pc 0xffffffff80006abc, instret 7: SBI call sPI, 32 times
)");
}

TEST(ExitRecord, SaysWhatEachKindOfTrapWasAbout)
{
    const auto record = [](isa::Scause scause, uint64_t detail) {
        return text_of(ExitRecord{0x8020'0000, scause.bits(), detail, 42});
    };
    const std::string where = "pc 0x0000000080200000, instret 42: ";
    EXPECT_EQ(record(scause_of(Exception::store_guest_page_fault), 0x9000'0000),
              where + "store/AMO guest-page fault at 0x90000000");
    EXPECT_EQ(record(scause_of(Exception::virtual_instruction), 0x6000'2573),
              where + "virtual instruction, csrrs a0, hstatus, zero");
    EXPECT_EQ(record(scause_of(Exception::virtual_instruction), 0), where + "virtual instruction");
    EXPECT_EQ(record(scause_of(Interrupt::supervisor_timer), 5), where + "supervisor timer interrupt");
    EXPECT_EQ(record(isa::Scause{UINT64_MAX}, 5), where + "reserved interrupt");
}

TEST(SbiCallText, IsTheNameOfTheExtensionWhereItsNumberIsOne)
{
    const auto text = [](uint64_t extension) { return text_of(SbiCallText{extension}); };
    EXPECT_EQ(text(0x5449'4d45), "SBI call TIME");
    EXPECT_EQ(text(0x0048'534d), "SBI call HSM");
    EXPECT_EQ(text(0x0073'5049), "SBI call sPI");
    EXPECT_EQ(text(0x5246'4e43), "SBI call RFNC");
    EXPECT_EQ(text(0x10), "SBI call BASE");
    EXPECT_EQ(text(0), "legacy SBI call 0");
    EXPECT_EQ(text(8), "legacy SBI call 8");
    EXPECT_EQ(text(9), "SBI call 0x9");
    EXPECT_EQ(text(0x0a42'4b48), "SBI call 0xa424b48");
    EXPECT_EQ(text(0x5400'4d45), "SBI call 0x54004d45");
    EXPECT_EQ(text(0x1b5b'324a), "SBI call 0x1b5b324a");
    EXPECT_EQ(text(0x4b'5449'4d45), "SBI call 0x4b54494d45");
    EXPECT_EQ(text(0x4d00'0000'0000), "SBI call 0x4d0000000000");
    EXPECT_EQ(text(UINT64_MAX), "SBI call 0xffffffffffffffff");
}

}  // namespace
}  // namespace hv::vm
