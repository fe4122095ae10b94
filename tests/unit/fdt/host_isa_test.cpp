// Which ISA a host's tree names for its harts, in either spelling, and what is common to all of them.
#include <hv/fdt/host_isa.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "described_host.hpp"
#include "qemu_harts.hpp"

namespace hv::fdt {
namespace {

using test::cpus;
using test::DescribedHost;
using testing::IsEmpty;

std::string isa(const std::string& text)
{
    return "riscv,isa = \"" + text + "\";";
}

/// The common ISA with a space between the names.
std::string names_of(const DescribedHost& host)
{
    std::string text;
    for (const std::string_view name : host.machine.isa.extensions) {
        text += (text.empty() ? "" : " ") + std::string{name};
    }
    return text;
}

std::string common(const std::vector<std::string>& harts)
{
    const DescribedHost host{cpus(harts)};
    EXPECT_TRUE(host.is_usable);
    return names_of(host);
}

TEST(HostIsa, OfTheStringIsItsLettersAndItsWords)
{
    EXPECT_EQ(common({isa(test::isa_of_qemu_7)}), "i m a f d c h zicsr zifencei zihintpause zba zbb zbc zbs sstc");
}

TEST(HostIsa, OfTheListIsTheSameAsOfTheString)
{
    for (const char* text : {test::isa_of_qemu_7, test::isa_of_qemu_10, test::max_isa_of_qemu_10}) {
        EXPECT_EQ(common({"riscv,isa-extensions = " + test::list_of(text) + ";"}), common({isa(text)}));
    }
    const DescribedHost max{cpus({isa(test::max_isa_of_qemu_10)})};
    EXPECT_EQ(max.machine.isa.extensions.size(), 123U);
    EXPECT_EQ(max.machine.isa.extensions.back(), "svvptc");
}

TEST(HostIsa, TakesTheListBeforeTheString)
{
    EXPECT_EQ(common({isa("rv64gc") + "riscv,isa-extensions = \"i\", \"m\";"}), "i m");
    EXPECT_EQ(common({isa("rv64ic") + "riscv,isa-extensions = [61];"}), "i c") << "a list without a string is none";
}

TEST(HostIsa, LeavesVersionsOut)
{
    EXPECT_EQ(common({isa("rv64i2p1m2a2p1p_zba1p0_zve32x1_zic64b_zvl128b1p0_sstc")}),
              "i m a p zba zve32x zic64b zvl128b sstc");
}

TEST(HostIsa, KnowsWhatGStandsFor)
{
    EXPECT_EQ(common({isa("rv64gc_zba")}), "i m a f d zicsr zifencei c zba");
}

TEST(HostIsa, PassesOverTheModesThatOldTreesNameAsExtensions)
{
    EXPECT_EQ(common({isa("rv64imafdcsu")}), "i m a f d c");
    EXPECT_EQ(common({isa("rv64imac_supm_ssu64xl")}), "i m a c supm ssu64xl");
}

TEST(HostIsa, TakesWordsThatNoLineSetsApartFromTheLetters)
{
    EXPECT_EQ(common({isa("rv64imaczba_zbb_xventanacondops")}), "i m a c zba zbb xventanacondops");
}

TEST(HostIsa, IsEmptyWhereNothingOf64BitsIsSaid)
{
    for (const char* said : {"", "riscv,isa = \"\";", "riscv,isa = \"rv32imac\";", "riscv,isa = \"rv6\";",
                             "riscv,isa = [72 76 36 34 69];", "riscv,isa = \"rv64\";", "riscv,isa = \"rv64____\";",
                             "riscv,isa-extensions = \"\";"}) {
        EXPECT_EQ(common({said}), "") << said;
    }
}

TEST(HostIsa, PassesOverWhatIsNoName)
{
    EXPECT_EQ(common({"riscv,isa-extensions = \"i\", \"\", \"M\", \"z_a\", \"z a\", \"2\", \"z,\", \"zba\";"}),
              "i zba");
    EXPECT_EQ(common({"riscv,isa-extensions = \"i\", \"zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"c\";"}), "i c")
        << "32 characters";
    EXPECT_EQ(common({isa("rv64iM-c__zB_zba")}), "i c zba");
}

TEST(HostIsa, IsWhatAllAvailableHartsHave)
{
    EXPECT_EQ(common({isa("rv64imac_zba_zbb_sstc"), isa("rv64imafc_zbb_zbs_sstc")}), "i m a c zbb sstc");
    EXPECT_EQ(common({isa("rv64imac_zba"), isa("rv64ic") + "status = \"disabled\";"}), "i m a c zba");
    EXPECT_EQ(common({isa("rv64ic") + "status = \"disabled\";", isa("rv64imac_zba")}), "i m a c zba");
    EXPECT_EQ(common({isa("rv64imac"), "riscv,isa-extensions = \"c\", \"a\", \"i\";", isa("rv64ci")}), "i c");
    EXPECT_EQ(common({isa("rv64imac"), ""}), "") << "a hart that says nothing has nothing for certain";
}

TEST(HostIsa, HasTheSmallestTranslationModeOfAllHarts)
{
    const auto mode = [](const std::vector<std::string>& types) {
        std::vector<std::string> harts;
        for (const std::string& type : types) {
            harts.push_back(type.empty() ? "" : "mmu-type = \"" + type + "\";");
        }
        return std::string{DescribedHost{cpus(harts)}.machine.isa.mmu_type};
    };
    EXPECT_EQ(mode({"riscv,sv48"}), "riscv,sv48");
    EXPECT_EQ(mode({"riscv,sv57", "riscv,sv39", "riscv,sv48"}), "riscv,sv39");
    EXPECT_EQ(mode({"riscv,sv57", ""}), "");
    EXPECT_EQ(mode({"riscv,none"}), "");
    EXPECT_EQ(mode({"riscv,sv64", "riscv,sv39"}), "");
    EXPECT_EQ(paging_mode_of("riscv,sv57"), isa::PagingMode::sv57);
    EXPECT_EQ(paging_mode_of("sv57"), isa::PagingMode::bare);
}

TEST(HostIsa, HasTheBlockSizesThatAllHartsAgreeOn)
{
    const std::string all =
        "riscv,cbom-block-size = <64>; riscv,cboz-block-size = <128>; riscv,cbop-block-size = <32>;";
    const DescribedHost one{cpus({all})};
    EXPECT_EQ(one.machine.harts[0].cache_blocks, (CacheBlockSizes{64, 128, 32}));
    EXPECT_EQ(one.machine.isa.cache_blocks, (CacheBlockSizes{64, 128, 32}));
    const DescribedHost two{cpus({all, "riscv,cbom-block-size = <64>; riscv,cboz-block-size = <64>;"})};
    EXPECT_EQ(two.machine.isa.cache_blocks, (CacheBlockSizes{64, 0, 0}));
    const DescribedHost odd{cpus({"riscv,cbom-block-size = <0 64>; riscv,cboz-block-size = \"64 bytes\";"})};
    EXPECT_EQ(odd.machine.isa.cache_blocks, CacheBlockSizes{});
}

TEST(HostIsa, LeavesOutWhatThereIsNoRoomFor)
{
    std::string list = "riscv,isa-extensions = \"i\"";
    for (int i = 0; i < 1000; ++i) {
        list += ", \"z" + std::string(1, static_cast<char>('a' + i % 26)) +
                std::string(1, static_cast<char>('a' + i / 26 % 26)) +
                std::string(1, static_cast<char>('a' + i / 676)) + "\"";
    }
    const DescribedHost host{cpus({list + ";", list + ";"})};
    EXPECT_EQ(host.machine.isa.extensions.size(), HostIsa::max_extensions);
    EXPECT_TRUE(host.machine.isa.has("zaaa"));
}

TEST(HostIsa, ReadsNoMoreThanABoundedNumberOfNames)
{
    std::string list = "riscv,isa-extensions = \"A\"";
    for (int i = 0; i < 600; ++i) {
        list += ", \"A\"";
    }
    EXPECT_EQ(common({list + ", \"i\";"}), "");
}

TEST(HostIsa, OfAMachineWithoutHartsIsEmpty)
{
    const DescribedHost host{std::string{}};
    EXPECT_THAT(host.machine.isa.extensions, IsEmpty());
    EXPECT_EQ(host.machine.isa.mmu_type, "");
}

}  // namespace
}  // namespace hv::fdt
