// The report on a guest that stopped: whole texts of what happens in practice, and hostile guests that it survives.
#include <hv/vm/post_mortem.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hv/isa/cause.hpp>
#include <hv/vm/guest_address_text.hpp>

#include "../mm/guest_ram.hpp"

namespace hv::vm {
namespace {

using isa::Exception;
using isa::scause_of;
using testing::HasSubstr;

class StringSink final : public Sink {
public:
    void write(std::string_view text) override { all += text; }
    std::string all;
};

constexpr uint64_t kernel = 0xffff'ffff'8000'0000;
constexpr uint64_t user_page = 0x1'0000;
constexpr uint64_t v = 1;
constexpr uint64_t r = 2;
constexpr uint64_t w = 4;
constexpr uint64_t x = 8;
constexpr uint64_t u = 16;
constexpr uint64_t ad = 64 | 128;

/// A guest with Sv39. Its memory: 32 KiB, and 4 KiB that are read-only behind them. Its pages from `kernel` on:
///     0 code, 1 a stack, 2 past the end of memory, 3 in the read-only memory, 4 the UART, 5 read-only by the
///     guest's own tables
/// and one for VU-mode, with code, at `user_page`.
class StoppedGuest {
public:
    StoppedGuest()
    {
        ram_.add({GuestPhysAddr{0x8000'0000}, 0x8000});
        ram_.add({GuestPhysAddr{0x8000'8000}, 0x1000}, mm::GuestAccess::read);
        EXPECT_TRUE(memory().zero({GuestPhysAddr{0x8000'0000}, 0x8000}));
        set(0x8000'0000 + 510 * 8, 0x8000'1000 >> 2 | v);
        set(0x8000'1000, 0x8000'2000 >> 2 | v);
        set(0x8000'0000, 0x8000'3000 >> 2 | v);
        set(0x8000'3000, 0x8000'4000 >> 2 | v);
        map_kernel(0, 0x8000'5000, r | x);
        map_kernel(1, 0x8000'6000, r | w);
        map_kernel(2, 0x8000'9000, r | w | x);
        map_kernel(3, 0x8000'8000, r | w | x);
        map_kernel(4, 0x1000'0000, r | w | x);
        map_kernel(5, 0x8000'5000, r);
        set(0x8000'4000 + 16 * 8, 0x8000'7000 >> 2 | v | r | x | u | ad);
        set(0x8000'5010, 0x0000'0000'00a5'b023);  // sd a0, 0(a1)
        set(0x8000'7020, 0x0000'0000'0000'4398);  // c.lw a4, 0(a5)
        for (size_t i = 0; i < registers.size(); ++i) {
            registers[i] = (i + 1) * 0x0101'0101;
        }
        csrs.vsatp = isa::Satp{}
                         .with(isa::Satp::mode, isa::PagingMode::sv39)
                         .with(isa::Satp::asid, 7)
                         .with(isa::Satp::ppn, 0x8'0000)
                         .bits();
        csrs.vsstatus = 0x2'0000'0120;  // SPP, SPIE
        csrs.vstvec = kernel + 0x40;
        registers[0] = kernel + 0x24;  // ra
        registers[7] = kernel + 0x1100;
        add_frame(0x1100, 0x100, 0x1180);
        add_frame(0x1180, 0x200, 0);
    }

    [[nodiscard]] mm::GuestMemory memory() const { return ram_.memory(); }
    void set(uint64_t at, uint64_t value) { EXPECT_TRUE(memory().write<uint64_t>(GuestPhysAddr{at}, value)); }
    void map_kernel(uint64_t page, uint64_t target, uint64_t flags)
    {
        set(0x8000'2000 + page * 8, target >> 2 | flags | v | ad);
    }
    /// A frame record on the stack; all numbers are offsets from `kernel`, the last one 0 for the first frame.
    void add_frame(uint64_t fp, uint64_t return_address, uint64_t caller)
    {
        set(0x8000'5000 + fp - 8, kernel + return_address);
        set(0x8000'5000 + fp - 16, caller == 0 ? 0 : kernel + caller);
    }

    void trap(Exception cause, uint64_t address, std::optional<uint64_t> guest_physical = std::nullopt)
    {
        scause = scause_of(cause);
        stval = address;
        physical = guest_physical ? std::optional{GuestPhysAddr{*guest_physical}} : std::nullopt;
    }

    [[nodiscard]] std::string report(StopReason reason = StopReason::trap_without_answer) const
    {
        const mm::GuestMemory door = memory();
        StringSink sink;
        print_post_mortem(sink, {.guest = "linux",
                                 .vcpu = 1,
                                 .reason = reason,
                                 .scause = scause,
                                 .stval = stval,
                                 .physical = physical,
                                 .user = user,
                                 .pc = pc,
                                 .x1_to_x31 = registers,
                                 .csrs = csrs,
                                 .memory = door,
                                 .shared = shared,
                                 .exits = ExitHistory{ring.records, next},
                                 .counts = counts,
                                 .other_vcpus = others,
                                 .ran = {12'345'678, 1'000'000},
                                 .restarts = restarts});
        return sink.all;
    }

    isa::Scause scause = scause_of(isa::Interrupt::supervisor_timer);
    uint64_t stval = 0;
    std::optional<GuestPhysAddr> physical;
    bool user = false;
    uint64_t pc = kernel + 0x10;
    std::array<uint64_t, 31> registers{};
    VsCsrs csrs;
    ExitRing ring;
    size_t next = 0;
    ExitCounts counts;
    std::vector<VcpuPlace> others;
    uint64_t restarts = 2;
    std::span<const mm::GuestRegion> shared{};

private:
    test::GuestRam ram_;
};

/// The lines of a report that start with one of the names of its first part: the trap, without the first line.
std::string trap_lines(const std::string& report)
{
    const size_t start = report.find('\n') + 1;
    return report.substr(start, report.find("  registers:") - start);
}

/// From the line that starts the backtrace up to the exits.
std::string backtrace_lines(const std::string& report)
{
    const size_t start = report.find("  backtrace");
    return report.substr(start, report.find("  last exits") - start);
}

size_t count_lines(const std::string& text)
{
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

size_t longest_line(const std::string& text)
{
    size_t longest = 0;
    for (size_t start = 0; start < text.size();) {
        const size_t end = text.find('\n', start);
        longest = std::max(longest, end - start);
        start = end + 1;
    }
    return longest;
}

TEST(PostMortem, TellsOfACrashLoopWhatTheGuestCouldNotTake)
{
    StoppedGuest guest;
    guest.csrs.vstvec = 0;
    guest.csrs.vsatp = 0;
    guest.csrs.vsepc = 0x8000'5010;
    guest.csrs.vscause = scause_of(Exception::store_access_fault).bits();
    guest.csrs.vstval = 0x8000'900c;
    guest.pc = 0;
    guest.registers[7] = 0x8000'6100;
    guest.add_frame(0x1100, 0x100, 0);
    guest.trap(Exception::instruction_guest_page_fault, 0, 0);
    for (uint64_t i = 0; i < 12; ++i) {
        guest.ring.records[guest.next++] = {kernel + 0x6abc, 10, 0x5449'4d45, 1'000'000 + i};
    }
    guest.ring.records[guest.next++] = {0x8000'5010, 23, 0x8000'900c, 2'000'000};
    guest.ring.records[guest.next++] = {0, 20, 0, 2'000'100};
    guest.counts.of[0] = {12, 1020, 90};
    guest.counts.add(ExitCause::store_fault, 400);
    guest.counts.add(ExitCause::fetch_fault, 300);
    EXPECT_EQ(guest.report(StopReason::trap_vector_faults),
              R"(guest linux, vCPU 1: stopped: a crash loop: its trap handler cannot be fetched
  cause: instruction guest-page fault, scause 0x14, stval 0x0
  mode: VS, at pc 0x0000000000000000
  instruction: cannot be read: 0x0 is in no memory of the guest
  address: virtual 0x0, physical 0x0: 192 MiB below the PLIC's window, nothing is there
  refused: a fetch, by stage 2: nothing is mapped there
  original cause: store/AMO access fault, scause 0x7, stval 0x8000900c
  original mode: VS, at pc 0x0000000080005010
  original instruction: sd a0, 0(a1), 0xa5b023
  original address: virtual 0x8000900c, physical 0x8000900c: 12 bytes past the end of RAM, nothing is there
  original refused: a store, by stage 2: nothing is mapped there
  registers:
    pc  0x0000000000000000  ra  0xffffffff80000024  sp  0x0000000002020202  gp  0x0000000003030303
    tp  0x0000000004040404  t0  0x0000000005050505  t1  0x0000000006060606  t2  0x0000000007070707
    s0  0x0000000080006100  s1  0x0000000009090909  a0  0x000000000a0a0a0a  a1  0x000000000b0b0b0b
    a2  0x000000000c0c0c0c  a3  0x000000000d0d0d0d  a4  0x000000000e0e0e0e  a5  0x000000000f0f0f0f
    a6  0x0000000010101010  a7  0x0000000011111111  s2  0x0000000012121212  s3  0x0000000013131313
    s4  0x0000000014141414  s5  0x0000000015151515  s6  0x0000000016161616  s7  0x0000000017171717
    s8  0x0000000018181818  s9  0x0000000019191919  s10 0x000000001a1a1a1a  s11 0x000000001b1b1b1b
    t3  0x000000001c1c1c1c  t4  0x000000001d1d1d1d  t5  0x000000001e1e1e1e  t6  0x000000001f1f1f1f
    vsstatus  0x0000000200000120  vstvec    0x0000000000000000  vsscratch 0x0000000000000000
    vsepc     0x0000000080005010  vscause   0x0000000000000007  vstval    0x000000008000900c
    vsatp     0x0000000000000000, Bare: no page tables
  backtrace, by the guest's frame pointers:
    at 0x0000000000000000, pc
    at 0xffffffff80000024, ra
    at 0xffffffff80000100
  last exits of vCPU 1, oldest first:
    pc 0xffffffff80006abc, instret 1000000: SBI call TIME, 12 times
    pc 0x0000000080005010, instret 2000000: store/AMO guest-page fault at 0x8000900c
    pc 0x0000000000000000, instret 2000100: instruction guest-page fault at 0x0
  exits                                       count     instructions       mean      worst
    SBI calls                                    12             1020         85         90
    stores to devices or to nothing               1              400        400        400
    fetches from devices or nothing               1              300        300        300
    all                                          14             1720        122        400
  ran for 12.345 s, after 2 restarts
)");
}

TEST(PostMortem, TellsOfAStoreToMemoryThatIsReadOnly)
{
    StoppedGuest guest;
    guest.trap(Exception::store_guest_page_fault, kernel + 0x3008, 0x8000'8008);
    EXPECT_EQ(guest.report(), R"(guest linux, vCPU 1: stopped: a trap that has no answer
  cause: store/AMO guest-page fault, scause 0x17, stval 0xffffffff80003008
  mode: VS, at pc 0xffffffff80000010
  instruction: sd a0, 0(a1), 0xa5b023
  address: virtual 0xffffffff80003008, physical 0x80008008: the guest's RAM, read-only
  refused: a store, by stage 2: it has no write permission
  registers:
    pc  0xffffffff80000010  ra  0xffffffff80000024  sp  0x0000000002020202  gp  0x0000000003030303
    tp  0x0000000004040404  t0  0x0000000005050505  t1  0x0000000006060606  t2  0x0000000007070707
    s0  0xffffffff80001100  s1  0x0000000009090909  a0  0x000000000a0a0a0a  a1  0x000000000b0b0b0b
    a2  0x000000000c0c0c0c  a3  0x000000000d0d0d0d  a4  0x000000000e0e0e0e  a5  0x000000000f0f0f0f
    a6  0x0000000010101010  a7  0x0000000011111111  s2  0x0000000012121212  s3  0x0000000013131313
    s4  0x0000000014141414  s5  0x0000000015151515  s6  0x0000000016161616  s7  0x0000000017171717
    s8  0x0000000018181818  s9  0x0000000019191919  s10 0x000000001a1a1a1a  s11 0x000000001b1b1b1b
    t3  0x000000001c1c1c1c  t4  0x000000001d1d1d1d  t5  0x000000001e1e1e1e  t6  0x000000001f1f1f1f
    vsstatus  0x0000000200000120  vstvec    0xffffffff80000040  vsscratch 0x0000000000000000
    vsepc     0x0000000000000000  vscause   0x0000000000000000  vstval    0x0000000000000000
    vsatp     0x8000700000080000, Sv39: root at 0x80000000, ASID 7
  backtrace, by the guest's frame pointers:
    at 0xffffffff80000010, pc
    at 0xffffffff80000024, ra
    at 0xffffffff80000100
    at 0xffffffff80000200
  last exits of vCPU 1: none
  exits: none
  ran for 12.345 s, after 2 restarts
)");
}

TEST(PostMortem, TellsOfVuModeAndWhatItsOwnTablesRefuse)
{
    StoppedGuest guest;
    guest.user = true;
    guest.pc = user_page + 0x20;
    guest.trap(Exception::load_page_fault, kernel + 0x1008);
    EXPECT_EQ(trap_lines(guest.report()), R"(  cause: load page fault, scause 0xd, stval 0xffffffff80001008
  mode: VU, at pc 0x0000000000010020
  instruction: c.lw a4, 0(a5), 0x4398
  address: virtual 0xffffffff80001008, its page tables give no physical one
  refused: a load, by its page tables: the level-0 entry 0x200018c7 at 0x80002008 is not for VU-mode
)");
}

TEST(PostMortem, TellsHowFarPastTheEndOfMemoryAnAddressIs)
{
    StoppedGuest guest;
    guest.trap(Exception::store_guest_page_fault, kernel + 0x200c, 0x8000'900c);
    EXPECT_EQ(trap_lines(guest.report()),
              R"(  cause: store/AMO guest-page fault, scause 0x17, stval 0xffffffff8000200c
  mode: VS, at pc 0xffffffff80000010
  instruction: sd a0, 0(a1), 0xa5b023
  address: virtual 0xffffffff8000200c, physical 0x8000900c: 12 bytes past the end of RAM, nothing is there
  refused: a store, by stage 2: nothing is mapped there
)");
}

TEST(PostMortem, TellsOfAStoreToARegionThatTheGuestOnlyReads)
{
    StoppedGuest guest;
    const mm::GuestRegion region{{GuestPhysAddr{0x8000'9000}, 0x1000}, {}, mm::GuestAccess::read};
    guest.shared = {&region, 1};
    guest.trap(Exception::store_guest_page_fault, kernel + 0x200c, 0x8000'900c);
    EXPECT_THAT(guest.report(), HasSubstr(R"(physical 0x8000900c: a shared region, read-only
  refused: a store, by stage 2: it has no write permission
)"));
}

TEST(PostMortem, TellsOfAFetchFromADevice)
{
    StoppedGuest guest;
    guest.pc = kernel + 0x4000;
    guest.trap(Exception::instruction_guest_page_fault, kernel + 0x4000, 0x1000'0000);
    EXPECT_EQ(trap_lines(guest.report()),
              R"(  cause: instruction guest-page fault, scause 0x14, stval 0xffffffff80004000
  mode: VS, at pc 0xffffffff80004000
  instruction: cannot be read: 0x10000000 is in no memory of the guest
  address: virtual 0xffffffff80004000, physical 0x10000000: the UART's register 0
  refused: a fetch, by stage 2: a device answers aligned loads and stores of integer registers only
)");
}

TEST(PostMortem, TellsOfAPageThatTheGuestItselfMadeReadOnly)
{
    StoppedGuest guest;
    guest.trap(Exception::store_page_fault, kernel + 0x5000);
    EXPECT_EQ(trap_lines(guest.report()), R"(  cause: store/AMO page fault, scause 0xf, stval 0xffffffff80005000
  mode: VS, at pc 0xffffffff80000010
  instruction: sd a0, 0(a1), 0xa5b023
  address: virtual 0xffffffff80005000, its page tables give no physical one
  refused: a store, by its page tables: the level-0 entry 0x200014c3 at 0x80002028 is not writable
)");
}

TEST(PostMortem, TellsOfADirtyBitWhereThatIsAllThatIsMissing)
{
    StoppedGuest guest;
    guest.set(0x8000'2008, 0x8000'6000 >> 2 | v | r | w | 64);
    guest.trap(Exception::store_page_fault, kernel + 0x1000);
    EXPECT_THAT(guest.report(), HasSubstr("  refused: a store, by its page tables: the level-0 entry 0x20001847 at "
                                          "0x80002008 has its D bit clear\n"));
    guest.trap(Exception::store_guest_page_fault, kernel + 0x1000, 0x8000'6000);
    EXPECT_THAT(guest.report(), HasSubstr("  refused: a store, by nothing that is there now: "));
}

TEST(PostMortem, TellsOfPageTablesThatLieInAHole)
{
    StoppedGuest guest;
    guest.set(0x8000'1000, 0xa000'0000 >> 2 | v);
    guest.trap(Exception::instruction_guest_page_fault, kernel + 0x10, 0xa000'0000);
    const std::string report = guest.report();
    EXPECT_EQ(trap_lines(report), R"(  cause: instruction guest-page fault, scause 0x14, stval 0xffffffff80000010
  mode: VS, at pc 0xffffffff80000010
  instruction: cannot be read: the level-0 entry at 0xa0000000 is in no memory of the guest
  address: virtual 0xffffffff80000010, physical 0xa0000000: 524252 KiB past the end of RAM, nothing is there
  refused: a fetch, by its page tables: the level-0 entry at 0xa0000000 is in no memory of the guest
)");
    EXPECT_EQ(backtrace_lines(report), R"(  backtrace, by the guest's frame pointers:
    at 0xffffffff80000010, pc
    at 0xffffffff80000024, ra
    ends at frame pointer 0xffffffff80001100: the level-0 entry at 0xa0000008 is in no memory of the guest
)");
}

TEST(PostMortem, TellsWhichPermissionStage2DoesNotGive)
{
    StoppedGuest guest;
    guest.trap(Exception::instruction_guest_page_fault, kernel + 0x3000, 0x8000'8000);
    EXPECT_THAT(guest.report(), HasSubstr("  refused: a fetch, by stage 2: it has no execute permission\n"));
    guest.trap(Exception::load_guest_page_fault, kernel + 0x3000, 0x8000'8000);
    EXPECT_THAT(guest.report(), HasSubstr("  refused: a load, by nothing that is there now: its page tables and "
                                          "stage 2 allow it\n"));
}

TEST(PostMortem, TellsOfAPageTableThatStage2DoesNotLetTheHartWriteTo)
{
    StoppedGuest guest;
    guest.trap(Exception::store_guest_page_fault, kernel + 0x1000, 0x8000'8008);
    EXPECT_THAT(guest.report(), HasSubstr("  refused: a store, by stage 2: at an entry of its page tables\n"));
}

TEST(PostMortem, HasLinesThatFitAWideTerminal)
{
    StoppedGuest guest;
    guest.set(0x8000'2008, 0x8000'6000 >> 2 | v | r | w | 64);
    guest.csrs.vsepc = guest.pc;
    guest.csrs.vscause = scause_of(Exception::store_page_fault).bits();
    guest.csrs.vstval = kernel + 0x1000;
    guest.ring.records.fill({kernel + 0x6abc, 10, 0xffff'ffff'ffff, UINT64_MAX});
    guest.counts.add(ExitCause::load_fault, 1ULL << 53);
    guest.trap(Exception::instruction_guest_page_fault, kernel + 0x2000, 0x8000'9000);
    EXPECT_LE(longest_line(guest.report(StopReason::trap_vector_faults)), 116U);
}

TEST(PostMortem, HasNoAddressWhereTheTrapHasNone)
{
    StoppedGuest guest;
    EXPECT_EQ(trap_lines(guest.report(StopReason::stopped_by_operator)),
              R"(  cause: supervisor timer interrupt, scause 0x8000000000000005, stval 0x0
  mode: VS, at pc 0xffffffff80000010
  instruction: sd a0, 0(a1), 0xa5b023
)");
    guest.trap(Exception::call_from_vs_mode, 0);
    EXPECT_EQ(guest.report(StopReason::reset_for_failure).find("address:"), std::string::npos);
    guest.scause = isa::Scause{1ULL << 32 | 13};
    EXPECT_EQ(guest.report().find("address:"), std::string::npos);
}

TEST(PostMortem, ReadsAnInstructionThatLiesInTwoPages)
{
    StoppedGuest guest;
    guest.map_kernel(0, 0x8000'5000, r | x);
    guest.map_kernel(1, 0x8000'7000, r | x);
    guest.pc = kernel + 0xffe;
    EXPECT_TRUE(guest.memory().write<uint16_t>(GuestPhysAddr{0x8000'5ffe}, 0xb023));
    EXPECT_TRUE(guest.memory().write<uint16_t>(GuestPhysAddr{0x8000'7000}, 0x00a5));
    EXPECT_THAT(guest.report(), HasSubstr("  instruction: sd a0, 0(a1), 0xa5b023\n"));
    guest.map_kernel(1, 0x8000'9000, r | x);
    EXPECT_THAT(guest.report(),
                HasSubstr("  instruction: cannot be read: 0x80009000 is in no memory of the guest\n"));
}

TEST(PostMortem, ReadsACompressedInstructionAtTheVeryEndOfMemory)
{
    StoppedGuest guest;
    guest.csrs.vsatp = 0;
    guest.pc = 0x8000'7ffe;
    EXPECT_TRUE(guest.memory().write<uint16_t>(GuestPhysAddr{0x8000'7ffe}, 0x4398));
    EXPECT_THAT(guest.report(), HasSubstr("  instruction: c.lw a4, 0(a5), 0x4398\n"));
    EXPECT_TRUE(guest.memory().write<uint16_t>(GuestPhysAddr{0x8000'7ffe}, 0xb023));
    guest.pc = UINT64_MAX - 1;
    EXPECT_THAT(guest.report(), HasSubstr("cannot be read: 0xfffffffffffffffe is in no memory of the guest\n"));
}

TEST(PostMortem, SaysWhatVsatpMeans)
{
    StoppedGuest guest;
    EXPECT_THAT(guest.report(), HasSubstr("vsatp     0x8000700000080000, Sv39: root at 0x80000000, ASID 7\n"));
    guest.csrs.vsatp = 0xa000'0000'0000'0001;
    EXPECT_THAT(guest.report(), HasSubstr(", Sv57: root at 0x1000, ASID 0\n"));
    guest.csrs.vsatp = 0;
    EXPECT_THAT(guest.report(), HasSubstr("vsatp     0x0000000000000000, Bare: no page tables\n"));
    guest.csrs.vsatp = 0x7000'0000'0000'0000;
    EXPECT_THAT(guest.report(), HasSubstr(", mode 7: there is no such mode\n"));
    guest.csrs.vsatp = 0xb000'0000'0000'0000;
    EXPECT_THAT(guest.report(), HasSubstr(", mode 11: there is no such mode\n"));
}

TEST(PostMortemBacktrace, EndsWhereFramesLeadInACircle)
{
    StoppedGuest guest;
    guest.add_frame(0x1180, 0x200, 0x1100);
    const std::string lines = backtrace_lines(guest.report());
    EXPECT_EQ(count_lines(lines), 1 + 2 + 16 + 1);
    EXPECT_THAT(lines, HasSubstr("\n    ends after 16 frames: more are not shown\n"));
    guest.add_frame(0x1180, 0x200, 0x1180);
    EXPECT_EQ(backtrace_lines(guest.report()), R"(  backtrace, by the guest's frame pointers:
    at 0xffffffff80000010, pc
    at 0xffffffff80000024, ra
    at 0xffffffff80000100
    at 0xffffffff80000200
    ends at frame pointer 0xffffffff80001180: it leads to itself
)");
}

TEST(PostMortemBacktrace, EndsAtAFramePointerThatIsNone)
{
    StoppedGuest guest;
    const auto end_of = [&](uint64_t frame_pointer) {
        guest.registers[7] = frame_pointer;
        const std::string lines = backtrace_lines(guest.report());
        return lines.substr(lines.rfind("    "));
    };
    EXPECT_EQ(end_of(0), "    at 0xffffffff80000024, ra\n");
    EXPECT_EQ(end_of(kernel + 0x1104), "    ends at frame pointer 0xffffffff80001104: it is not aligned\n");
    EXPECT_EQ(end_of(kernel + 0x1008),
              "    at 0x0000000000000000\n");  // the record lies in two pages
    EXPECT_EQ(end_of(kernel + 0x2010),
              "    ends at frame pointer 0xffffffff80002010: 0x80009000 is in no memory of the guest\n");
    EXPECT_EQ(end_of(8), "    ends at frame pointer 0x8: the level-2 entry 0x0 at 0x80000ff8 is not valid\n");
    EXPECT_EQ(end_of(1ULL << 40), "    ends at frame pointer 0x10000000000: the address is not canonical\n");
}

TEST(PostMortemBacktrace, OfVuModeDoesNotReadWhatVuModeCannot)
{
    StoppedGuest guest;
    guest.user = true;
    EXPECT_THAT(backtrace_lines(guest.report()), HasSubstr("is not for VU-mode"));
    guest.user = false;
    EXPECT_THAT(backtrace_lines(guest.report()), HasSubstr("    at 0xffffffff80000200\n"));
}

TEST(PostMortem, PrintsWhateverAHostileGuestHolds)
{
    std::mt19937_64 random{3};
    StoppedGuest guest;
    guest.ring.records.fill({UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX});
    guest.counts.of.fill({UINT64_MAX, UINT64_MAX, UINT64_MAX});
    for (int i = 0; i < 3000; ++i) {
        // Numbers that are now and then near to something.
        const auto any = [&] {
            const uint64_t near[] = {kernel, user_page, 0x8000'0000, 0x8000'8ff8, 0x1000'0000, 0, random()};
            return near[random() % std::size(near)] + (random() % 0x3000) * (random() % 2 * 8);
        };
        for (int change = 0; change < 8; ++change) {
            guest.set(0x8000'0000 + random() % 0x1000 * 8, any() >> (random() % 2 * 2) | random() % 256);
        }
        guest.trap(static_cast<Exception>(random() % 24), any());
        guest.physical = random() % 2 != 0 ? std::optional{GuestPhysAddr{any()}} : std::nullopt;
        guest.pc = any() & ~uint64_t{1};
        guest.registers[7] = any();
        guest.user = random() % 2 != 0;
        guest.csrs.vsstatus = random();
        guest.csrs.vscause = random() % 2 != 0 ? random() : random() % 24;
        guest.csrs.vstval = any();
        guest.csrs.vsepc = any();
        guest.csrs.vsatp = (random() % 4 + 7) << 60 | 0x8'0000;
        guest.next = random() % exit_ring_size;
        const std::string report = guest.report(static_cast<StopReason>(random() % 5));
        ASSERT_LE(count_lines(report), 100U);
        ASSERT_LE(longest_line(report), 160U) << report;
        ASSERT_EQ(
            report.find_first_not_of("\n abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;'/()-+"),
            std::string::npos);
    }
}

TEST(GuestAddressText, SaysWhatIsThereOrWhatIsNearest)
{
    const mm::GuestRegion regions[] = {
        {{GuestPhysAddr{0x8000'0000}, 0x0800'0000}, {}, mm::GuestAccess::read_write_execute},
        {{GuestPhysAddr{0x9000'0000}, 0x1000}, {}, mm::GuestAccess::read},
        {{GuestPhysAddr{0x9000'1000}, 0x1000}, {}, mm::GuestAccess::read_write},
        {{GuestPhysAddr{0x9000'2000}, 0x1000}, {}, mm::GuestAccess::read_execute},
        {{GuestPhysAddr{0x8800'0010}, 0}, {}, mm::GuestAccess::read},
    };
    const mm::GuestRegion shared[] = {
        {{GuestPhysAddr{0xa000'0000}, 0x1000}, {}, mm::GuestAccess::read_write},
        {{GuestPhysAddr{0xa000'1000}, 0x1000}, {}, mm::GuestAccess::read},
    };
    const auto text = [&](uint64_t address) {
        StringSink sink;
        print(sink, "{}", GuestAddressText{regions, GuestPhysAddr{address}, shared});
        return sink.all;
    };
    EXPECT_EQ(text(0x8000'0000), "the guest's RAM");
    EXPECT_EQ(text(0x9000'0fff), "the guest's RAM, read-only");
    EXPECT_EQ(text(0x9000'1000), "the guest's RAM, not executable");
    EXPECT_EQ(text(0x9000'2000), "the guest's RAM, not writable");
    EXPECT_EQ(text(0x8800'0000), "0 bytes past the end of RAM, nothing is there");
    EXPECT_EQ(text(0x8800'000c), "12 bytes past the end of RAM, nothing is there");
    EXPECT_EQ(text(0x8fff'f000), "4 KiB below RAM, nothing is there");
    EXPECT_EQ(text(0x9000'3001), "1 byte past the end of RAM, nothing is there");
    EXPECT_EQ(text(0x1000'0005), "the UART's register 5");
    EXPECT_EQ(text(0x1000'0008), "inside the UART's window, no register there");
    EXPECT_EQ(text(0x1000'0100), "0 bytes past the end of the UART's window, nothing is there");
    EXPECT_EQ(text(0x0c20'0004), "in the PLIC's window, at offset 0x200004");
    EXPECT_EQ(text(0), "192 MiB below the PLIC's window, nothing is there");
    EXPECT_EQ(text(0xa000'0000), "a shared region, not executable");
    EXPECT_EQ(text(0xa000'1fff), "a shared region, read-only");
    EXPECT_EQ(text(0xa000'2010), "16 bytes past the end of a shared region, nothing is there");
    EXPECT_EQ(text(UINT64_MAX), "18446744071025188863 bytes past the end of a shared region, nothing is there");
}

TEST(PostMortem, TellsWhereTheOtherVcpusWere)
{
    using isa::sbi::HartStatus;
    StoppedGuest guest;
    guest.restarts = 1;
    guest.others = {{0, HartStatus::started, kernel}, {2, HartStatus::stopped, 0}, {3, HartStatus::suspended, 4}};
    const std::string report = guest.report();
    EXPECT_EQ(report.substr(report.find("  vCPU 0")), R"(  vCPU 0: running, pc 0xffffffff80000000
  vCPU 2: stopped, pc 0x0000000000000000
  vCPU 3: suspended, pc 0x0000000000000004
  ran for 12.345 s, after 1 restart
)");
}

TEST(PostMortem, TellsHowLongTheOthersHadBeenRunning)
{
    StringSink sink;
    print_neighbour(sink, "linux", {1'000'060'000, 10'000'000}, false);
    print_neighbour(sink, "hello", {5, 10'000'000}, true);
    EXPECT_EQ(sink.all, "  guest linux had been running for 100.006 s\n  guest hello had ended\n");
}

TEST(StopReason, HasWordsOfItsOwn)
{
    for (const StopReason reason :
         {StopReason::trap_vector_faults, StopReason::trap_without_answer, StopReason::reset_for_failure,
          StopReason::not_fed, StopReason::timer_untaken, StopReason::stopped_by_operator}) {
        StoppedGuest guest;
        const std::string report = guest.report(reason);
        EXPECT_EQ(report.substr(0, report.find('\n')),
                  "guest linux, vCPU 1: stopped: " + std::string{name_of(reason)});
    }
}

}  // namespace
}  // namespace hv::vm
