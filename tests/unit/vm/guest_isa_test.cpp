// What a guest's tree names and what works in it are the same: each rule on lists of real machines, and of none.
#include <hv/vm/guest_isa.hpp>

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../fdt/qemu_harts.hpp"
#include "fake_hart.hpp"

namespace {

using namespace hv;
using namespace hv::vm;
using isa::CacheInvalidate;
using isa::Henvcfg;
using isa::Hstateen0;

/// All that there is, everything open.
HartFeatures everything()
{
    HartFeatures all;
    all.stage2 = {true, true, true};
    all.vmid_bits = 14;
    all.sstc = true;
    all.henvcfg = Henvcfg{UINT64_MAX}.with(Henvcfg::cbie, CacheInvalidate::flushes);
    all.hstateen0 = Hstateen0{UINT64_MAX};
    all.hcounteren = isa::Counteren{UINT32_MAX};
    all.counters = isa::Counteren{7};
    all.fp = true;
    all.vector = true;
    all.cbo_zero = true;
    return all;
}

HartFeatures everything_but(const std::function<void(HartFeatures&)>& take_away)
{
    HartFeatures most = everything();
    take_away(most);
    return most;
}

struct Guest {
    std::unique_ptr<const std::string> host;  // what the names are views into
    GuestIsa isa;
    std::string names;  ///< with a space between
};

/// For a host whose one hart says `isa_text`.
Guest guest_of(const std::string& isa_text, const HartFeatures& features,
               fdt::CacheBlockSizes blocks = {64, 64, 64})
{
    auto text = std::make_unique<const std::string>(isa_text);
    std::array<fdt::Hart, 1> harts{};
    harts[0].available = true;
    harts[0].isa = *text;
    harts[0].mmu_type = "riscv,sv48";
    harts[0].cache_blocks = blocks;
    fdt::HostIsa host;
    fdt::find_common_isa(harts, host);
    Guest guest{std::move(text), {}, {}};
    derive_guest_isa(host, features, guest.isa);
    for (const std::string_view name : guest.isa.extensions) {
        guest.names += (guest.names.empty() ? "" : " ") + std::string{name};
    }
    return guest;
}

/// What of `extensions`, which are joined by "_", a guest gets beside what each has.
std::string named(const std::string& extensions, const HartFeatures& features = everything(),
                  fdt::CacheBlockSizes blocks = {64, 64, 64})
{
    const Guest guest = guest_of("rv64i_" + extensions, features, blocks);
    std::string names;
    for (const std::string_view name : guest.isa.extensions) {
        if (name != "i" && name != "zicsr" && name != "zifencei" && name != "zicntr" && name != "sstc" &&
            name != "svade" && name != "svadu") {
            names += (names.empty() ? "" : " ") + std::string{name};
        }
    }
    return names;
}

/// What the controls are for a guest of `extensions`.
Henvcfg henvcfg_of(const std::string& extensions, const HartFeatures& features = everything())
{
    return guest_of("rv64i_" + extensions, features).isa.henvcfg.value();
}

Hstateen0 hstateen0_of(const std::string& extensions)
{
    return guest_of("rv64i_" + extensions, everything()).isa.hstateen0.value();
}

TEST(GuestIsa, OnQemu7IsItsOwnWithoutH)
{
    test::FakeHart hart = test::qemu_7();
    const Guest guest = guest_of(test::isa_of_qemu_7, probe_hart(hart, test::hints_of_qemu_7), {});
    EXPECT_EQ(guest.names, "i m a f d c zicntr zicsr zifencei zihintpause zba zbb zbc zbs sstc");
    EXPECT_EQ(guest.isa.henvcfg, Henvcfg{}.with(Henvcfg::stce, true).with(Henvcfg::fiom, true))
        << "PBMTE and the CB bits stick there, but mean nothing";
    EXPECT_EQ(guest.isa.hstateen0, std::nullopt);
    EXPECT_EQ(guest.isa.hcounteren.bits(), 7U);
    EXPECT_TRUE(guest.isa.fp);
    EXPECT_FALSE(guest.isa.vector);
    EXPECT_EQ(guest.isa.mmu_type, "riscv,sv48");
    EXPECT_EQ(guest.isa.cache_blocks.zero, 0U);
}

TEST(GuestIsa, OnQemu10IsItsOwnWithoutHAndWhatBelongsToIt)
{
    test::FakeHart hart = test::qemu_10();
    const Guest guest = guest_of(test::isa_of_qemu_10, probe_hart(hart, test::hints_of_qemu_10));
    EXPECT_EQ(guest.names,
              "i m a f d c zic64b zicbom zicbop zicboz ziccamoa ziccif zicclsm ziccrse zicntr zicsr "
              "zifencei zihintntl zihintpause zmmul za64rs zaamo zalrsc zawrs zfa zca zcd zba zbb zbc zbs "
              "ssccptr sscounterenw sstc sstvala sstvecd ssu64xl svade svadu svvptc");
    EXPECT_EQ(guest.isa.henvcfg, Henvcfg{0xa000'0000'0000'00d1});
    EXPECT_EQ(guest.isa.cache_blocks.management, 64U);
    EXPECT_EQ(guest.isa.cache_blocks.zero, 64U);
    EXPECT_EQ(guest.isa.cache_blocks.prefetch, 64U);
}

TEST(GuestIsa, OnQemu10MaxIsWhatCanBeGivenOfAllThatThereIs)
{
    test::FakeHart hart = test::qemu_10_max();
    const Guest guest = guest_of(test::max_isa_of_qemu_10, probe_hart(hart, test::hints_of_qemu_10));
    EXPECT_EQ(
        guest.names,
        "i m a f d c b v zic64b zicbom zicbop zicboz ziccamoa ziccif zicclsm ziccrse zicntr zicond zicsr "
        "zifencei zihintntl zihintpause zimop zmmul za64rs zaamo zabha zacas zalrsc zama16b zawrs zfa zfbfmin "
        "zfh zfhmin zca zcb zcd zcmop zba zbb zbc zbkb zbkc zbkx zbs zkn zknd zkne zknh zks zksed zksh zkt "
        "ztso zvbb zvbc zve32f zve32x zve64d zve64f zve64x zvfbfmin zvfbfwma zvfh zvfhmin zvkb zvkg zvkn zvknc "
        "zvkned zvkng zvknha zvknhb zvks zvksc zvksed zvksg zvksh zvkt ssccptr sscounterenw sstc sstvala "
        "sstvecd ssu64xl svade svadu svinval svnapot svpbmt svvptc");
    EXPECT_EQ(guest.isa.henvcfg, Henvcfg{0xe000'0000'0000'00d1}) << "neither LPE nor PMM";
    EXPECT_EQ(guest.isa.hstateen0, Hstateen0{}.with(Hstateen0::envcfg, true));
    EXPECT_TRUE(guest.isa.vector);
}

TEST(GuestIsa, HasLettersAsTheHostNamesThemAndNeverH)
{
    EXPECT_EQ(guest_of("rv64hcami", {}).names, "i m a c zicsr zifencei");
    EXPECT_EQ(named("m_b_h_j_k_l_n_p_t_u_e"), "m b");
}

TEST(GuestIsa, HasFloatingPointOnlyWhereItsStateCanBeOn)
{
    EXPECT_EQ(named("f_d_q_zfh_zfa_zcd_zcf"), "f d q zfa zfh zcd zcf");
    const HartFeatures without = everything_but([](auto& f) { f.fp = false; });
    EXPECT_EQ(named("f_d_q_zfh_zfa_zcd_zcf_zca", without), "zca");
    EXPECT_TRUE(guest_of("rv64if", everything()).isa.fp);
    EXPECT_FALSE(guest_of("rv64if", without).isa.fp);
    EXPECT_FALSE(guest_of("rv64i", everything()).isa.fp) << "not named, so it traps";
}

TEST(GuestIsa, HasVectorsOnlyWhereTheirStateCanBeOn)
{
    const std::string all = "v_zve32x_zve64d_zvl128b_zvbb_zvfh";
    EXPECT_EQ(named(all), "v zvbb zve32x zve64d zvfh zvl128b");
    EXPECT_EQ(named(all, everything_but([](auto& f) { f.vector = false; })), "");
    EXPECT_EQ(named(all, everything_but([](auto& f) { f.fp = false; })), "zvbb zve32x zvl128b");
    EXPECT_TRUE(guest_of("rv64i_zve32x", everything()).isa.vector);
    EXPECT_FALSE(guest_of("rv64i_zve32x", everything()).isa.fp);
    EXPECT_TRUE(guest_of("rv64i_zve32f", everything()).isa.fp);
    EXPECT_FALSE(guest_of("rv64imafdc", everything()).isa.vector) << "not named, so it traps";
}

TEST(GuestIsa, AlwaysHasWhatTheHypervisorItselfIsMadeOf)
{
    EXPECT_EQ(guest_of("rv64i", {}).names, "i zicsr zifencei");
    EXPECT_EQ(guest_of("rv64i_zifencei_zicsr_zicsr", {}).names, "i zicsr zifencei") << "and none twice";
}

TEST(GuestIsa, HasZicntrWhereAllThreeCountersCanBeShown)
{
    const HartFeatures all = everything();
    EXPECT_TRUE(guest_of("rv64i", all).isa.has("zicntr"));
    EXPECT_EQ(guest_of("rv64i", all).isa.hcounteren.bits(), 7U) << "and no other counter";
    for (const uint64_t some : {3U, 6U, 2U}) {
        const Guest unreadable =
            guest_of("rv64i_zicntr", everything_but([some](auto& f) { f.counters = isa::Counteren{some}; }));
        EXPECT_FALSE(unreadable.isa.has("zicntr"));
        EXPECT_EQ(unreadable.isa.hcounteren.bits(), 2U) << "time alone";
        const Guest hidden =
            guest_of("rv64i_zicntr", everything_but([some](auto& f) { f.hcounteren = isa::Counteren{some}; }));
        EXPECT_FALSE(hidden.isa.has("zicntr"));
        EXPECT_EQ(hidden.isa.hcounteren.bits(), 2U);
    }
    EXPECT_EQ(guest_of("rv64i", everything_but([](auto& f) { f.hcounteren = isa::Counteren{5}; })).isa.hcounteren,
              isa::Counteren{});
}

TEST(GuestIsa, NeverHasTheEventCounters)
{
    EXPECT_EQ(named("zihpm_sscofpmf_smcntrpmf_smcdeleg_ssccfg"), "");
}

TEST(GuestIsa, HasSstcWhereItWasFoundWhateverTheTreeSays)
{
    EXPECT_TRUE(guest_of("rv64i", everything()).isa.has("sstc"));
    EXPECT_TRUE(henvcfg_of("m").get(Henvcfg::stce));
    const HartFeatures without = everything_but([](auto& f) { f.sstc = false; });
    EXPECT_FALSE(guest_of("rv64i_sstc", without).isa.has("sstc"));
    EXPECT_FALSE(henvcfg_of("sstc", without).get(Henvcfg::stce));
}

TEST(GuestIsa, HasSvadeAndSvaduWhereTheBitSticks)
{
    const auto names = [](const std::string& host, bool adue) {
        const Guest guest = guest_of(
            "rv64i_" + host, everything_but([adue](auto& f) { f.henvcfg = f.henvcfg->with(Henvcfg::adue, adue); }));
        EXPECT_EQ(guest.isa.henvcfg->get(Henvcfg::adue), guest.isa.has("svadu"));
        return std::string{guest.isa.has("svadu") ? "svadu" : ""} + (guest.isa.has("svade") ? "svade" : "");
    };
    EXPECT_EQ(names("svadu", true), "svadusvade");
    EXPECT_EQ(names("m", true), "svadusvade");
    EXPECT_EQ(names("svade_svadu", true), "svadusvade");
    EXPECT_EQ(names("svade_svadu", false), "svade");
    EXPECT_EQ(names("svade", false), "svade");
    EXPECT_EQ(names("svadu", false), "");
    EXPECT_EQ(names("m", false), "");
}

TEST(GuestIsa, HasSvpbmtWhereItIsNamedAndTheBitSticks)
{
    EXPECT_EQ(named("svpbmt"), "svpbmt");
    EXPECT_TRUE(henvcfg_of("svpbmt").get(Henvcfg::pbmte));
    EXPECT_FALSE(henvcfg_of("m").get(Henvcfg::pbmte));
    EXPECT_EQ(named("svpbmt", everything_but([](auto& f) { f.henvcfg = f.henvcfg->with(Henvcfg::pbmte, false); })),
              "");
}

TEST(GuestIsa, HasZicbomWhereItsBitsStickAndInvalidatesByFlushing)
{
    EXPECT_EQ(named("zicbom"), "zicbom");
    EXPECT_TRUE(henvcfg_of("zicbom").get(Henvcfg::cbcfe));
    EXPECT_EQ(henvcfg_of("zicbom").get(Henvcfg::cbie), CacheInvalidate::flushes);
    EXPECT_EQ(henvcfg_of("zicboz_zicbop").get(Henvcfg::cbie), CacheInvalidate::traps);
    EXPECT_FALSE(henvcfg_of("zicboz_zicbop").get(Henvcfg::cbcfe));
    EXPECT_EQ(named("zicbom", everything_but([](auto& f) { f.henvcfg = f.henvcfg->with(Henvcfg::cbcfe, false); })),
              "");
    for (const CacheInvalidate wrong : {CacheInvalidate::traps, CacheInvalidate::invalidates}) {
        EXPECT_EQ(named("zicbom",
                        everything_but([wrong](auto& f) { f.henvcfg = f.henvcfg->with(Henvcfg::cbie, wrong); })),
                  "");
    }
}

TEST(GuestIsa, HasZicbozWhereItsBitSticksAndItWasSeenToWork)
{
    EXPECT_EQ(named("zicboz"), "zicboz");
    EXPECT_TRUE(henvcfg_of("zicboz").get(Henvcfg::cbze));
    EXPECT_FALSE(henvcfg_of("zicbom_zicbop").get(Henvcfg::cbze));
    EXPECT_EQ(named("zicboz", everything_but([](auto& f) { f.cbo_zero = false; })), "");
    EXPECT_EQ(named("zicboz", everything_but([](auto& f) { f.henvcfg = f.henvcfg->with(Henvcfg::cbze, false); })),
              "");
}

TEST(GuestIsa, HasCacheBlocksOfKnownSizesOnly)
{
    const std::string all = "zicbom_zicbop_zicboz";
    EXPECT_EQ(named(all, everything(), {0, 64, 64}), "zicbop zicboz");
    EXPECT_EQ(named(all, everything(), {64, 0, 64}), "zicbom zicbop");
    EXPECT_EQ(named(all, everything(), {64, 64, 0}), "zicbom zicboz");
    const CacheBlocks blocks = guest_of("rv64i_" + all, everything(), {32, 64, 128}).isa.cache_blocks;
    EXPECT_EQ(blocks.management, 32U);
    EXPECT_EQ(blocks.zero, 64U);
    EXPECT_EQ(blocks.prefetch, 128U);
    const CacheBlocks none = guest_of("rv64i", everything(), {32, 64, 128}).isa.cache_blocks;
    EXPECT_EQ(none.management + none.zero + none.prefetch, 0U) << "said only of what is named";
}

TEST(GuestIsa, NeverHasLandingPadsNorShadowStacks)
{
    EXPECT_EQ(named("zicfilp_zicfiss_zimop_zcmop"), "zimop zcmop");
    EXPECT_FALSE(henvcfg_of("zicfilp_zicfiss").get(Henvcfg::lpe));
    EXPECT_FALSE(henvcfg_of("zicfilp_zicfiss").get(Henvcfg::sse));
}

TEST(GuestIsa, NeverHasTheEntropySourceWhichTrapsInGuests)
{
    EXPECT_EQ(named("zk_zkn_zkr_zkt"), "zkn zkt");
}

TEST(GuestIsa, HasStateBehindHstateen0OnlyWhereThatOpensIt)
{
    EXPECT_EQ(named("zcmt_zce_zfinx_zdinx_zhinx_zhinxmin"), "zfinx zdinx zce zcmt zhinx zhinxmin");
    const HartFeatures closed = everything_but(
        [](auto& f) { f.hstateen0 = f.hstateen0->with(Hstateen0::jvt, false).with(Hstateen0::fcsr, false); });
    EXPECT_EQ(named("zcmt_zce_zfinx_zdinx_zhinx_zhinxmin_zcb", closed), "zcb");
    const HartFeatures no_control = everything_but([](auto& f) { f.hstateen0.reset(); });
    EXPECT_EQ(named("zcmt_zfinx", no_control), "zfinx zcmt");
    EXPECT_TRUE(hstateen0_of("zcmt").get(Hstateen0::jvt));
    EXPECT_TRUE(hstateen0_of("zhinx").get(Hstateen0::fcsr));
    EXPECT_EQ(hstateen0_of("m"), Hstateen0{}.with(Hstateen0::envcfg, true)) << "all but senvcfg traps";
}

TEST(GuestIsa, HasCustomExtensionsAsTheHostNamesThemAndTheirStateOnlyThen)
{
    EXPECT_EQ(named("xventanacondops"), "xventanacondops");
    EXPECT_TRUE(hstateen0_of("xventanacondops").get(Hstateen0::custom));
    EXPECT_FALSE(hstateen0_of("zba").get(Hstateen0::custom));
}

TEST(GuestIsa, WritesOnlyBitsOfHstateen0ThatStick)
{
    const HartFeatures none = everything_but([](auto& f) { f.hstateen0 = Hstateen0{}; });
    EXPECT_EQ(guest_of("rv64i_xa", none).isa.hstateen0, Hstateen0{});
}

TEST(GuestIsa, HasUnknownExtensionsOfUserModeAsTheHostNamesThem)
{
    EXPECT_EQ(named("zba_zicond_zawrs_zabha_ztso_zqqq"), "zicond zabha zawrs zqqq zba ztso");
}

TEST(GuestIsa, HasOnlyTheSExtensionsThatAreKnown)
{
    EXPECT_EQ(named("svinval_svnapot_svvptc_ssccptr_sscounterenw_ssu64xl"),
              "ssccptr sscounterenw ssu64xl svinval svnapot svvptc");
    EXPECT_EQ(named("ssaia_ssnpm_sspm_supm_sscsrind_ssdbltrp_ssctr_ssstateen_ssqosid_svukte_sqqq_ssqqq_svqqq"), "");
    EXPECT_EQ(named("smaia_smstateen_smnpm_smmpm_smepmp_smctr_smqqq"), "");
    EXPECT_EQ(named("sha_shcounterenw_shgatpa_shtvala_shvsatpa_shlcofideleg"), "");
}

TEST(GuestIsa, HasAPromiseOfStvalOrStvecWhereTheHostGivesItForGuests)
{
    EXPECT_EQ(named("sstvala_sstvecd"), "");
    EXPECT_EQ(named("sstvala_sstvecd_shvstvala"), "sstvala");
    EXPECT_EQ(named("sstvala_sstvecd_shvstvecd"), "sstvecd");
    EXPECT_EQ(named("shvstvala_shvstvecd"), "");
}

TEST(GuestIsa, AlwaysOrdersMemoryWithDevices)
{
    EXPECT_TRUE(henvcfg_of("m").get(Henvcfg::fiom));
    const HartFeatures bare = everything_but([](auto& f) {
        f.henvcfg = Henvcfg{};
        f.sstc = false;
    });
    EXPECT_EQ(henvcfg_of("m", bare), Henvcfg{}.with(Henvcfg::fiom, true));
}

TEST(GuestIsa, HasNoControlsToWriteWhereTheHartHasNone)
{
    const Guest guest = guest_of("rv64i_zicbom_zicboz_svpbmt", {});
    EXPECT_EQ(guest.isa.henvcfg, std::nullopt);
    EXPECT_EQ(guest.isa.hstateen0, std::nullopt);
    EXPECT_EQ(guest.names, "i zicsr zifencei");
}

TEST(GuestIsa, HasAPlaceForAllThatAFullListNamesAndForWhatIsAdded)
{
    std::string text = "rv64i";
    for (int i = 0; i < 500; ++i) {
        const std::string letters{static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26)};
        text += "_xq" + letters;
    }
    const Guest guest = guest_of(text, everything());
    EXPECT_EQ(guest.isa.extensions.size(), fdt::HostIsa::max_extensions + 6);
    EXPECT_EQ(guest.names.substr(0, 43), "i zicntr zicsr zifencei sstc svade svadu xq");
}

}  // namespace
