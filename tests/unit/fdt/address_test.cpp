// Where a device is for the machine: reg in its parent's cells, through every ranges up to the root.
#include <hv/fdt/address.hpp>

#include <gtest/gtest.h>

#include "trees.hpp"

namespace hv::fdt {
namespace {

/// The address of /bus/device, entry `index`, of a tree with these two properties texts.
Expected<PhysRange, Error> address(const std::string& bus, const std::string& device, size_t index = 0)
{
    static test::Blob blob;
    blob = test::compile("/ { #address-cells = <2>; #size-cells = <2>; bus@0 { " + bus + " device@0 { " + device +
                         " }; }; };");
    const Tree tree = *Tree::open(blob);
    return address_of(tree, *tree.find("/bus/device"), index);
}

ErrorKind error(const std::string& bus, const std::string& device, size_t index = 0)
{
    const Expected<PhysRange, Error> range = address(bus, device, index);
    return range ? ErrorKind{255} : range.error().kind;
}

constexpr const char* narrow = "#address-cells = <1>; #size-cells = <1>; ";

PhysRange range(uint64_t start, uint64_t size)
{
    return {PhysAddr{start}, size};
}

TEST(Address, WithEmptyRangesIsTheParents)
{
    EXPECT_EQ(*address(std::string{narrow} + "ranges;", "reg = <0x1000 0x10>, <0x2000 0x20>;", 1),
              range(0x2000, 0x20));
}

TEST(Address, IsTranslatedByTheEntryOfRangesThatHoldsIt)
{
    const std::string bus =
        std::string{narrow} + "ranges = <0x0 0x10 0x0 0x1000>, <0x1000 0x20 0x80000000 0x1000>;";
    EXPECT_EQ(*address(bus, "reg = <0xff0 0x10>;"), range(0x10'0000'0ff0, 0x10));
    EXPECT_EQ(*address(bus, "reg = <0x1100 0x10>;"), range(0x20'8000'0100, 0x10));
}

TEST(Address, OutsideOfEveryEntryOrAcrossTwoIsNotTranslatable)
{
    const std::string bus =
        std::string{narrow} + "ranges = <0x0 0x10 0x0 0x1000>, <0x1000 0x20 0x80000000 0x1000>;";
    EXPECT_EQ(error(bus, "reg = <0x2000 0x10>;"), ErrorKind::address_not_translatable);
    EXPECT_EQ(error(bus, "reg = <0xff8 0x10>;"), ErrorKind::address_not_translatable);
    EXPECT_EQ(error(bus, "reg = <0x1fff 0x2>;"), ErrorKind::address_not_translatable);
    EXPECT_EQ(error(bus, "reg = <0x0 0xffffffff>;"), ErrorKind::address_not_translatable);
}

TEST(Address, WithoutRangesHasNoMeaningAboveItsBus)
{
    EXPECT_EQ(error(narrow, "reg = <0x1000 0x10>;"), ErrorKind::address_not_translatable);
}

TEST(Address, IsReadInTheDefaultCellsWhereTheParentGivesNone)
{
    EXPECT_EQ(*address("ranges;", "reg = <0x1 0x2 0x3>;"), range(0x1'0000'0002, 3));
}

TEST(Address, WithoutSizeIsLookedUpLikeOneByte)
{
    const std::string bus = "#address-cells = <1>; #size-cells = <0>; ranges;";
    EXPECT_EQ(*address(bus, "reg = <0x1234>;"), range(0x1234, 0));
}

TEST(Address, OfAnIncompleteEntryOrNoneIsAnError)
{
    EXPECT_EQ(error(std::string{narrow} + "ranges;", "reg = <0x1000>;"), ErrorKind::reg_bad_length);
    EXPECT_EQ(error(std::string{narrow} + "ranges;", "reg = [00 00 00];"), ErrorKind::reg_bad_length);
    EXPECT_EQ(error(std::string{narrow} + "ranges;", "reg = <0x1000 1>;", 1), ErrorKind::reg_missing);
    EXPECT_EQ(error(std::string{narrow} + "ranges;", "reg;"), ErrorKind::reg_missing);
    EXPECT_EQ(error(std::string{narrow} + "ranges;", ""), ErrorKind::reg_missing);
    EXPECT_EQ(error(std::string{narrow} + "ranges = <0 0 0>;", "reg = <0x0 1>;"), ErrorKind::ranges_bad_length);
}

TEST(Address, InCellsThatNoIntegerHoldsIsAnError)
{
    for (const char* cells :
         {"#address-cells = <3>;", "#address-cells = <0>;", "#address-cells = <0xffffffff>;",
          "#address-cells = <0x10001>;", "#address-cells;", "#size-cells = <3>;", "#size-cells = <256>;"}) {
        EXPECT_EQ(error(std::string{cells} + "ranges;", "reg = <0 0 0 0 0 0>;"), ErrorKind::cells_unsupported)
            << cells;
    }
}

TEST(Address, PastTheLastOneIsAnError)
{
    const std::string wide = "#address-cells = <2>; #size-cells = <2>; ";
    EXPECT_EQ(error(wide + "ranges;", "reg = <0xffffffff 0xfffff000 0x0 0x1001>;"),
              ErrorKind::reg_past_last_address);
    EXPECT_EQ(*address(wide + "ranges;", "reg = <0xffffffff 0xfffff000 0x0 0x1000>;"), range(-0x1000ULL, 0x1000));
    EXPECT_EQ(error(wide + "ranges = <0 0 0xffffffff 0xffffff00 0 0x1000>;", "reg = <0 0x100 0 1>;"),
              ErrorKind::reg_past_last_address);
}

TEST(Address, OfTheRootIsAnError)
{
    const test::Blob blob = test::compile("/ { reg = <0 0>; };");
    const Tree tree = *Tree::open(blob);
    EXPECT_EQ(address_of(tree, tree.root()).error().kind, ErrorKind::reg_missing);
}

}  // namespace
}  // namespace hv::fdt
