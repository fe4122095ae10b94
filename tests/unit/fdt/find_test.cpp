// Nodes by path, alias and phandle; properties as numbers and strings.
#include <hv/fdt/tree.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trees.hpp"

namespace hv::fdt {
namespace {

using testing::ElementsAre;

class FindTest : public testing::Test {
protected:
    const test::Blob blob_ = test::compile(R"(/ {
        compatible = "acme,board", "acme,family";
        aliases { serial0 = "/soc/serial@1000"; second = "serial0"; round = "round"; bad = [61]; empty = ""; };
        soc {
            gpio: gpio@10 { status = "disabled"; };
            serial@1000 {
                label = "first"; status = "okay"; four = <0x12345678>; eight = <0x12345678 0x9abcdef0>;
                none; open = [61 62]; list = "a", "", "bc"; cut = [61 00 62];
                port@1 { };
            };
            serial@2000 { label = "second"; status = "ok"; to = <&gpio>; };
        };
    };)");
    const Tree tree_ = *Tree::open(blob_);

    std::string_view label(std::string_view path) const
    {
        const std::optional<Node> node = tree_.find(path);
        const std::optional<Property> label = node ? node->property("label") : std::nullopt;
        return label ? label->string().value_or("no string") : "no label";
    }
    Property property(std::string_view name) const { return *tree_.find("/soc/serial@1000")->property(name); }
};

TEST_F(FindTest, APathFindsTheNodeWithItsUnitAddress)
{
    EXPECT_EQ(label("/soc/serial@1000"), "first");
    EXPECT_EQ(label("/soc/serial@2000"), "second");
    EXPECT_EQ(label("//soc//serial@2000//"), "second");
    EXPECT_EQ(tree_.find("/")->name(), "");
}

TEST_F(FindTest, APathWithoutUnitAddressFindsTheFirstOfThatName)
{
    EXPECT_EQ(label("/soc/serial"), "first");
}

TEST_F(FindTest, APathWithAnotherUnitAddressOrHalfANameFindsNothing)
{
    for (const char* path : {"/soc/serial@", "/soc/serial@1", "/soc/ser", "/so", "/serial@1000", "", "soc"}) {
        EXPECT_FALSE(tree_.find(path)) << path;
    }
}

TEST(NameMatches, OnlyAUnitAddressThatIsLeftOutWhole)
{
    EXPECT_TRUE(name_matches("a@1", "a"));
    EXPECT_TRUE(name_matches("a@1@2", "a"));
    EXPECT_FALSE(name_matches("a@1@2", "a@1"));
    EXPECT_FALSE(name_matches("a@1", "a@"));
    EXPECT_FALSE(name_matches("a", "a@1"));
}

TEST_F(FindTest, AnAliasStandsForTheFirstComponent)
{
    EXPECT_EQ(label("serial0"), "first");
    EXPECT_EQ(tree_.find("serial0/port")->name(), "port@1");
    EXPECT_FALSE(tree_.find("serial1"));
}

TEST_F(FindTest, AnAliasThatIsNoAbsolutePathFindsNothing)
{
    for (const char* path : {"second", "round", "bad", "empty"}) {
        EXPECT_FALSE(tree_.find(path)) << path;
    }
}

TEST_F(FindTest, APhandleFindsItsNode)
{
    const uint32_t phandle = *tree_.find("/soc/serial@2000")->property("to")->u32();
    EXPECT_EQ(tree_.find_phandle(phandle)->name(), "gpio@10");
    EXPECT_FALSE(tree_.find_phandle(phandle + 1));
    EXPECT_FALSE(tree_.find_phandle(0));
    EXPECT_FALSE(tree_.find_phandle(UINT32_MAX));
}

TEST_F(FindTest, ANumberIsReadOnlyFromAValueOfItsLength)
{
    EXPECT_EQ(property("four").u32(), 0x12345678U);
    EXPECT_EQ(property("eight").u64(), 0x1234'5678'9abc'def0U);
    EXPECT_EQ(property("four").number(), 0x12345678U);
    EXPECT_EQ(property("eight").number(), 0x1234'5678'9abc'def0U);
    EXPECT_FALSE(property("four").u64());
    EXPECT_FALSE(property("eight").u32());
    EXPECT_FALSE(property("none").number());
}

TEST_F(FindTest, StringsEndAtTheirNulAndWhatHasNoneIsNoString)
{
    EXPECT_THAT(std::vector<std::string_view>({*property("list").string()}), ElementsAre("a"));
    std::vector<std::string_view> list;
    for (std::string_view each : property("list").strings()) {
        list.push_back(each);
    }
    EXPECT_THAT(list, ElementsAre("a", "", "bc"));
    EXPECT_FALSE(property("open").string());
    EXPECT_FALSE(property("none").string());
    EXPECT_TRUE(property("cut").strings().contains("a"));
    EXPECT_FALSE(property("cut").strings().contains("b"));
}

TEST_F(FindTest, CompatibleMatchesWholeEntries)
{
    EXPECT_TRUE(tree_.root().is_compatible("acme,board"));
    EXPECT_TRUE(tree_.root().is_compatible("acme,family"));
    EXPECT_FALSE(tree_.root().is_compatible("acme"));
    EXPECT_FALSE(tree_.root().is_compatible("board"));
    EXPECT_FALSE(tree_.find("/soc")->is_compatible("acme,board"));
}

TEST_F(FindTest, ANodeIsAvailableUnlessItsStatusSaysOtherwise)
{
    EXPECT_TRUE(tree_.find("/soc")->is_available());
    EXPECT_TRUE(tree_.find("/soc/serial@1000")->is_available());
    EXPECT_TRUE(tree_.find("/soc/serial@2000")->is_available());
    EXPECT_FALSE(tree_.find("/soc/gpio")->is_available());
}

}  // namespace
}  // namespace hv::fdt
