// What is found out of a hart by trying, on harts that keep too much, too little, or have nothing at all.
#include <hv/vm/hart_features.hpp>

#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

#include "fake_hart.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using isa::Csr;
using isa::PagingMode;
using test::FakeHart;

constexpr uint64_t two_to(unsigned power)
{
    return uint64_t{1} << power;
}

std::string line_of(const HartFeatures& features)
{
    char buffer[400];
    BufferSink sink{buffer};
    print(sink, "{}", features);
    return std::string{sink.text()};
}

TEST(HartFeatures, OfQemu10AreAllFound)
{
    FakeHart hart = test::qemu_10();
    const HartFeatures found = probe_hart(hart, test::hints_of_qemu_10);
    EXPECT_EQ(found.stage2, (std::array{true, true, true}));
    EXPECT_FALSE(found.stage2_is_said);
    EXPECT_EQ(found.vmid_bits, 14U);
    EXPECT_TRUE(found.sstc);
    EXPECT_EQ(found.henvcfg, isa::Henvcfg{0xa000'0000'0000'00d1}) << "CBIE as a flush";
    EXPECT_EQ(found.hstateen0, std::nullopt);
    EXPECT_EQ(found.hcounteren.bits(), 0xffff'ffffU);
    EXPECT_EQ(found.counters.bits(), 7U);
    EXPECT_TRUE(found.fp);
    EXPECT_FALSE(found.vector);
    EXPECT_TRUE(found.cbo_zero);
}

TEST(HartFeatures, OfQemu10MaxAreAllFound)
{
    FakeHart hart = test::qemu_10_max();
    const HartFeatures found = probe_hart(hart, test::hints_of_qemu_10);
    EXPECT_EQ(found.henvcfg, isa::Henvcfg{0xe000'0003'0000'00d5});
    EXPECT_EQ(found.hstateen0, isa::Hstateen0{0xdc00'0000'0000'0000});
    EXPECT_TRUE(found.fp);
    EXPECT_TRUE(found.vector);
}

TEST(HartFeatures, OfAHartThatKeepsReservedModesAreWhatItsTreeSays)
{
    FakeHart hart = test::qemu_7();
    const HartFeatures found = probe_hart(hart, test::hints_of_qemu_7);
    EXPECT_TRUE(found.stage2_is_said);
    EXPECT_EQ(found.stage2, (std::array{true, true, false}));
    EXPECT_EQ(found.vmid_bits, 14U);
    EXPECT_EQ(probe_hart(hart, {PagingMode::sv57, 0}).stage2, (std::array{true, true, true}));
    EXPECT_EQ(probe_hart(hart, {PagingMode::sv39, 0}).stage2, (std::array{true, false, false}));
    EXPECT_EQ(probe_hart(hart, {}).stage2, (std::array{true, false, false})) << "the tree says nothing";
}

TEST(HartFeatures, HaveOnlyTheModesThatStick)
{
    // Writes of other modes are ignored, or become mode 8.
    FakeHart ignoring = test::qemu_10();
    ignoring.keeps_hgatp = [](uint64_t value) { return value >> 60 == 0 || value >> 60 == 8; };
    EXPECT_EQ(probe_hart(ignoring, test::hints_of_qemu_10).stage2, (std::array{true, false, false}));
    FakeHart masking = test::qemu_10();
    masking.csrs[Csr::hgatp].kept = 0x8fff'ffff'ffff'ffff;
    masking.keeps_hgatp = {};
    EXPECT_EQ(probe_hart(masking, test::hints_of_qemu_10).stage2, (std::array{true, false, false}));
    FakeHart none = test::qemu_10();
    none.csrs[Csr::hgatp].kept = 0;
    const HartFeatures found = probe_hart(none, test::hints_of_qemu_10);
    EXPECT_EQ(found.stage2, (std::array{false, false, false}));
    EXPECT_EQ(found.vmid_bits, 0U);
    EXPECT_EQ(found.smallest_mode_for(GuestPhysAddr{1}), std::nullopt);
}

TEST(HartFeatures, CountVmidBitsFromTheLowest)
{
    const std::pair<uint64_t, unsigned> cases[] = {{0, 0}, {1, 1}, {0x7f, 7}, {0x3fff, 14}, {0x3ff7, 3}};
    for (const auto& [kept, bits] : cases) {
        FakeHart hart = test::qemu_10();
        hart.csrs[Csr::hgatp].kept = 0xf000'0fff'ffff'ffff | kept << 44;
        EXPECT_EQ(probe_hart(hart, test::hints_of_qemu_10).vmid_bits, bits) << kept;
    }
}

TEST(HartFeatures, HaveNoSstcWhereAnyPartOfItIsMissing)
{
    for (const Csr absent : {Csr::vstimecmp, Csr::stimecmp, Csr::henvcfg, Csr::hcounteren}) {
        FakeHart hart = test::qemu_7();
        hart.csrs.erase(absent);
        EXPECT_FALSE(probe_hart(hart, test::hints_of_qemu_7).sstc) << name_of(absent);
    }
    FakeHart no_stce = test::qemu_10();
    no_stce.csrs[Csr::henvcfg].kept = 0xf1;
    EXPECT_FALSE(probe_hart(no_stce, test::hints_of_qemu_10).sstc);
    FakeHart no_time = test::qemu_10();
    no_time.csrs[Csr::hcounteren].kept = 5;
    EXPECT_FALSE(probe_hart(no_time, test::hints_of_qemu_10).sstc);
}

TEST(HartFeatures, TellAnAbsentControlFromOneThatKeepsNothing)
{
    FakeHart hart = test::qemu_10();
    hart.csrs[Csr::henvcfg].kept = 0;
    hart.csrs[Csr::hstateen0] = {0, 0};
    HartFeatures found = probe_hart(hart, test::hints_of_qemu_10);
    EXPECT_EQ(found.henvcfg, isa::Henvcfg{});
    EXPECT_EQ(found.hstateen0, isa::Hstateen0{});
    hart.csrs.erase(Csr::henvcfg);
    hart.csrs.erase(Csr::hstateen0);
    found = probe_hart(hart, test::hints_of_qemu_10);
    EXPECT_EQ(found.henvcfg, std::nullopt);
    EXPECT_EQ(found.hstateen0, std::nullopt);
}

TEST(HartFeatures, HaveAUnitWhoseStateCanBeOnAndWhoseRegistersAreThere)
{
    FakeHart hart = test::qemu_7();
    EXPECT_FALSE(probe_hart(hart, test::hints_of_qemu_7).vector) << "VS sticks, but there is no vlenb";
    hart.csrs[Csr::vlenb] = {16, 0};
    EXPECT_TRUE(probe_hart(hart, test::hints_of_qemu_7).vector);
    EXPECT_TRUE(probe_hart(hart, test::hints_of_qemu_7).fp);
    hart.csrs[Csr::sstatus] = {0, 0};
    EXPECT_FALSE(probe_hart(hart, test::hints_of_qemu_7).vector);
    EXPECT_FALSE(probe_hart(hart, test::hints_of_qemu_7).fp);
    // An operating system may emulate F where the hart has only its state's switch.
    FakeHart switch_only = test::qemu_10();
    switch_only.csrs.erase(Csr::fcsr);
    EXPECT_FALSE(probe_hart(switch_only, test::hints_of_qemu_10).fp);
}

TEST(HartFeatures, HaveTheCountersThatCanBeRead)
{
    FakeHart hart = test::qemu_10();
    hart.csrs.erase(Csr::cycle);
    hart.csrs.erase(Csr::instret);
    EXPECT_EQ(probe_hart(hart, test::hints_of_qemu_10).counters.bits(), 2U);
    hart.csrs.erase(Csr::time);
    EXPECT_EQ(probe_hart(hart, test::hints_of_qemu_10).counters.bits(), 0U);
}

TEST(HartFeatures, HaveZicbozOnlyWhereTheTreeSaysTheSizeAndTheHartClearsThat)
{
    FakeHart hart = test::qemu_10();
    EXPECT_TRUE(probe_hart(hart, {PagingMode::sv57, 64}).cbo_zero);
    EXPECT_FALSE(probe_hart(hart, {PagingMode::sv57, 128}).cbo_zero);
    hart.zero_block = 0;
    EXPECT_FALSE(probe_hart(hart, {PagingMode::sv57, 64}).cbo_zero);
    EXPECT_FALSE(probe_hart(hart, {PagingMode::sv57, 0}).cbo_zero) << "not even tried";
}

TEST(HartFeatures, OfAHartOnWhichEverythingTrapsAreNone)
{
    FakeHart hart;
    EXPECT_EQ(probe_hart(hart, {}), HartFeatures{});
    EXPECT_TRUE(hart.writes.empty());
}

TEST(HartFeatures, LeaveTheHartAsItWasButForItsTimerAndHgatp)
{
    FakeHart hart = test::qemu_10_max();
    hart.csrs[Csr::henvcfg].value = 0x80;
    hart.csrs[Csr::hcounteren].value = 2;
    hart.csrs[Csr::hstateen0].value = uint64_t{1} << 62;
    hart.csrs[Csr::stimecmp].value = 1234;
    auto expected = hart.csrs;
    expected[Csr::vstimecmp].value = UINT64_MAX;
    static_cast<void>(probe_hart(hart, test::hints_of_qemu_10));
    for (const auto& [csr, reg] : expected) {
        EXPECT_EQ(hart.csrs[csr].value, reg.value) << name_of(csr);
    }
}

TEST(HartFeatures, ProbingPutsTheGuestsTimerOffFirst)
{
    FakeHart hart = test::qemu_10();
    static_cast<void>(probe_hart(hart, test::hints_of_qemu_10));
    ASSERT_FALSE(hart.writes.empty());
    EXPECT_EQ(hart.writes.front(), (std::pair{Csr::vstimecmp, UINT64_MAX}));
}

TEST(HartFeatures, ProbingWritesNoBitOfSstatusButFsAndVs)
{
    FakeHart hart = test::qemu_10_max();
    static_cast<void>(probe_hart(hart, test::hints_of_qemu_10));
    for (const auto& [csr, value] : hart.writes) {
        if (csr == Csr::sstatus) {
            EXPECT_EQ((value ^ test::sstatus_at_entry) & ~uint64_t{0x6600}, 0U);
        }
    }
}

TEST(HartFeatures, ChooseTheSmallestModeThatHoldsTheGuest)
{
    HartFeatures features;
    features.stage2 = {true, true, true};
    const auto mode = [&features](uint64_t end) { return features.smallest_mode_for(GuestPhysAddr{end}); };
    EXPECT_EQ(mode(0), PagingMode::sv39);
    EXPECT_EQ(mode(two_to(41)), PagingMode::sv39);
    EXPECT_EQ(mode(two_to(41) + 1), PagingMode::sv48);
    EXPECT_EQ(mode(two_to(50)), PagingMode::sv48);
    EXPECT_EQ(mode(two_to(50) + 1), PagingMode::sv57);
    EXPECT_EQ(mode(two_to(59)), PagingMode::sv57);
    EXPECT_EQ(mode(two_to(59) + 1), std::nullopt);
    features.stage2 = {false, false, true};
    EXPECT_EQ(mode(two_to(20)), PagingMode::sv57);
    features.stage2 = {true, false, false};
    EXPECT_EQ(mode(two_to(41) + 1), std::nullopt);
}

TEST(HartFeatures, AreSaidInOneLine)
{
    FakeHart seven = test::qemu_7();
    EXPECT_EQ(line_of(probe_hart(seven, test::hints_of_qemu_7)),
              "stage 2 Sv39x4 Sv48x4 (as mmu-type says), 14 VMID bits, Sstc, FP, counters cycle time instret, "
              "henvcfg STCE PBMTE CBZE CBCFE CBIE FIOM");
    FakeHart ten = test::qemu_10_max();
    EXPECT_EQ(
        line_of(probe_hart(ten, test::hints_of_qemu_10)),
        "stage 2 Sv39x4 Sv48x4 Sv57x4, 14 VMID bits, Sstc, Svadu, Zicboz, FP, V, counters cycle time instret, "
        "henvcfg STCE PBMTE ADUE PMM CBZE CBCFE CBIE LPE/SSE FIOM, hstateen0 SE0 ENVCFG CSRIND AIA IMSIC");
    EXPECT_EQ(line_of({}), "stage 2, 0 VMID bits, no counters");
}

}  // namespace
