// Bytes that are no device tree, or one that lies: opening says what and where, and reads nothing outside.
#include <hv/fdt/host_machine.hpp>

#include <gtest/gtest.h>

#include "trees.hpp"

namespace hv::fdt {
namespace {

using test::Blob;
using test::poke;

constexpr uint32_t begin = 1;
constexpr uint32_t end = 2;
constexpr uint32_t property = 3;
constexpr uint32_t nop = 4;
constexpr uint32_t finish = 9;
constexpr uint32_t name_a = 0x61000000;  // "a", its NUL and the padding
constexpr uint32_t structure_at = 56;    // of a raw_tree

/// The error of opening it; ErrorKind{255} where there is none.
ErrorKind kind_of(const Blob& blob)
{
    const Expected<Tree, Error> tree = Tree::open(blob);
    return tree ? ErrorKind{255} : tree.error().kind;
}

Error error_of(const std::vector<uint32_t>& structure, const std::string& strings = {})
{
    const Expected<Tree, Error> tree = Tree::open(test::raw_tree(structure, strings));
    return tree ? Error{ErrorKind{255}, 0} : tree.error();
}

ErrorKind kind_with(uint32_t header_offset, uint32_t word)
{
    Blob blob = test::tree_file("no_stdout");
    poke(blob, header_offset, word);
    return kind_of(blob);
}

/// Reads all that there is to read.
void read_everything(const Tree& tree)
{
    size_t sum = 0;
    Cursor cursor = tree.walk();
    for (Token token = cursor.next(); token != Token::end; token = cursor.next()) {
        if (token == Token::begin_node) {
            const Node node = cursor.node();
            sum += node.name().size() + node.is_available() + node.base_name().size();
        } else if (token == Token::property) {
            const Property each = cursor.property();
            sum += each.name.size() + each.u32().value_or(0) + each.u64().value_or(0);
            for (std::string_view text : each.strings()) {
                sum += text.size();
            }
            for (std::byte byte : each.value) {
                sum += std::to_integer<size_t>(byte);
            }
        }
    }
    HostMachine machine;
    static_cast<void>(describe_host(tree, machine));
    EXPECT_GE(sum, 0U);
}

TEST(HostileTree, TooShortForAHeaderSaysSo)
{
    EXPECT_EQ(kind_of({}), ErrorKind::too_short);
    EXPECT_EQ(kind_of(Blob(7)), ErrorKind::too_short);
    Blob blob(39);
    poke(blob, 0, 0xd00dfeed);
    poke(blob, 4, 40);
    EXPECT_EQ(kind_of(blob), ErrorKind::too_short);
}

TEST(HostileTree, OfAnotherMagicIsRefusedAtItsFirstByte)
{
    EXPECT_EQ(kind_with(0, 0xd00dfeee), ErrorKind::bad_magic);
    EXPECT_EQ(kind_with(0, 0xedfe0dd0), ErrorKind::bad_magic);
}

TEST(HostileTree, OfATotalSizeLargerThanWhatThereIsOrTwoMebibytesIsRefused)
{
    EXPECT_EQ(kind_with(4, 0xffffffff), ErrorKind::too_large);
    EXPECT_EQ(kind_with(4, 2 * 1024 * 1024 + 1), ErrorKind::too_large);
    EXPECT_EQ(kind_with(4, 2 * 1024 * 1024), ErrorKind::bad_total_size);
    EXPECT_EQ(kind_with(4, 39), ErrorKind::bad_total_size);
    EXPECT_EQ(kind_with(4, 0), ErrorKind::bad_total_size);
}

TEST(HostileTree, TellsItsSizeFromEightBytes)
{
    Blob blob = test::tree_file("no_stdout");
    const auto size = static_cast<uint32_t>(blob.size());
    blob.resize(8);
    ASSERT_TRUE(Tree::size_from_header(blob));
    EXPECT_EQ(*Tree::size_from_header(blob), size);
    poke(blob, 4, 0x7fffffff);
    EXPECT_EQ(Tree::size_from_header(blob).error(), (Error{ErrorKind::too_large, 4}));
}

TEST(HostileTree, AtAMisalignedAddressIsRefused)
{
    Blob blob = test::tree_file("no_stdout");
    blob.insert(blob.begin(), 4, std::byte{0});
    const Expected<Tree, Error> tree = Tree::open(std::span{blob}.subspan(4));
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error().kind, ErrorKind::not_8_aligned);
}

TEST(HostileTree, OfAnotherVersionIsRefused)
{
    EXPECT_EQ(kind_with(20, 16), ErrorKind::bad_version);
    EXPECT_EQ(kind_with(24, 18), ErrorKind::bad_version);
    EXPECT_EQ(kind_with(20, 18), ErrorKind{255}) << "a newer version that reads as 17 is read as 17";
}

TEST(HostileTree, WithBlocksThatAreMisalignedOutsideOrOverlapIsRefused)
{
    const Blob blob = test::tree_file("no_stdout");
    const uint32_t structure = test::peek(blob, 8);
    const uint32_t strings = test::peek(blob, 12);
    EXPECT_EQ(kind_with(8, structure + 2), ErrorKind::block_misaligned);
    EXPECT_EQ(kind_with(16, 44), ErrorKind::block_misaligned);
    EXPECT_EQ(kind_with(8, 0xfffffffc), ErrorKind::block_outside);
    EXPECT_EQ(kind_with(8, 0), ErrorKind::block_outside);
    EXPECT_EQ(kind_with(12, 0xffffffff), ErrorKind::block_outside);
    EXPECT_EQ(kind_with(16, 0xfffffff8), ErrorKind::block_outside);
    EXPECT_EQ(kind_with(32, 0xffffffff), ErrorKind::block_outside);
    EXPECT_EQ(kind_with(36, 0xffffffff), ErrorKind::block_outside);
    EXPECT_EQ(kind_with(12, strings - 4), ErrorKind::blocks_overlap);
    EXPECT_EQ(kind_with(16, (structure + 7) / 8 * 8), ErrorKind::blocks_overlap);
}

TEST(HostileTree, WithReservationsThatRunIntoTheNextBlockIsRefused)
{
    Blob blob = test::tree_file("no_stdout");
    poke(blob, test::peek(blob, 16) + 12, 1);
    EXPECT_EQ(kind_of(blob), ErrorKind::reservations_endless);
}

TEST(HostileTree, TellsWhichTokenIsWrongAndWhere)
{
    EXPECT_EQ(error_of({begin, 0, end, finish}), (Error{ErrorKind{255}, 0})) << "the least tree there is";
    EXPECT_EQ(error_of({}), (Error{ErrorKind::end_missing, structure_at}));
    EXPECT_EQ(error_of({finish}), (Error{ErrorKind::end_missing, structure_at + 4})) << "no root";
    EXPECT_EQ(error_of({begin, 0, end}), (Error{ErrorKind::end_missing, structure_at + 12}));
    EXPECT_EQ(error_of({begin, 0, finish}), (Error{ErrorKind::end_missing, structure_at + 12}));
    EXPECT_EQ(error_of({begin, 0, 5, end, finish}), (Error{ErrorKind::token_unknown, structure_at + 8}));
    EXPECT_EQ(error_of({begin, 0, 0x0301, end, finish}), (Error{ErrorKind::token_unknown, structure_at + 8}));
    EXPECT_EQ(error_of({end, finish}), (Error{ErrorKind::token_outside_node, structure_at}));
    EXPECT_EQ(error_of({begin, 0, end, end, finish}), (Error{ErrorKind::token_outside_node, structure_at + 12}));
    EXPECT_EQ(error_of({property, 0, 0, finish}, {"\0", 1}), (Error{ErrorKind::token_outside_node, structure_at}));
    EXPECT_EQ(error_of({begin, 0, end, begin, 0, end, finish}), (Error{ErrorKind::second_root, structure_at + 12}));
}

TEST(HostileTree, TellsWhichNodeNameIsWrong)
{
    EXPECT_EQ(error_of({begin, name_a, end, finish}).kind, ErrorKind::root_has_name);
    EXPECT_EQ(error_of({begin, 0, begin, 0, end, end, finish}).kind, ErrorKind::name_empty);
    EXPECT_EQ(error_of({begin, 0, begin, 0x61616161}), (Error{ErrorKind::name_cut, structure_at + 8}));
    EXPECT_EQ(error_of({begin, 0, begin}).kind, ErrorKind::name_cut);
    for (const uint32_t bad : {0x61200000U, 0x612f0000U, 0x611b0000U, 0x617f0000U, 0x61c30000U}) {
        EXPECT_EQ(error_of({begin, 0, begin, bad, end, end, finish}),
                  (Error{ErrorKind::name_bad_character, structure_at + 13}));
    }
}

TEST(HostileTree, TellsWhichPropertyIsWrong)
{
    const std::string strings{"a\0b", 3};  // the last lacks its NUL
    EXPECT_EQ(error_of({begin, 0, property, 0, 0, end, finish}, strings).kind, ErrorKind{255});
    EXPECT_EQ(error_of({begin, 0, property, 0, 1, end, finish}, strings).kind, ErrorKind{255}) << "an empty name";
    EXPECT_EQ(error_of({begin, 0, property, 0, 2, end, finish}, strings),
              (Error{ErrorKind::property_name_outside, structure_at + 8}));
    EXPECT_EQ(error_of({begin, 0, property, 0, 0xffffffff, end, finish}, strings).kind,
              ErrorKind::property_name_outside);
    for (const uint32_t length : {0xffffffffU, 0xfffffff0U, 0x80000000U, 13U, 9U}) {
        EXPECT_EQ(error_of({begin, 0, property, length, 0, end, finish}, strings),
                  (Error{ErrorKind::property_cut, structure_at + 8}));
    }
    EXPECT_EQ(error_of({begin, 0, property, 8, 0, end, finish}, strings).kind, ErrorKind::end_missing);
    EXPECT_EQ(error_of({begin, 0, property, 0}, strings).kind, ErrorKind::token_cut);
    EXPECT_EQ(error_of({begin, 0, begin, name_a, end, property, 0, 0, end, finish}, strings).kind,
              ErrorKind::property_after_child);
}

TEST(HostileTree, NestedThirtyTwoDeepIsReadAndDeeperIsRefused)
{
    for (const size_t depth : {size_t{32}, size_t{33}, size_t{10'000}}) {
        std::vector<uint32_t> structure{begin, 0};
        for (size_t i = 1; i < depth; ++i) {
            structure.insert(structure.end(), {nop, begin, name_a});
        }
        structure.insert(structure.end(), depth, end);
        structure.push_back(finish);
        const Blob blob = test::raw_tree(structure, {});
        const Expected<Tree, Error> tree = Tree::open(blob);
        if (depth == 32) {
            ASSERT_TRUE(tree);
            read_everything(*tree);
        } else {
            EXPECT_EQ(tree.error(), (Error{ErrorKind::nested_too_deep, structure_at + 8 + 31 * 12 + 4}));
        }
    }
}

TEST(HostileTree, CutAtAnyLengthIsRefused)
{
    const Blob whole = test::tree_file("qemu_virt");
    for (size_t size = 0; size < whole.size(); ++size) {
        Blob blob{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
        ASSERT_FALSE(Tree::open(blob)) << size;
        // And where the header claims no more than there is.
        if (size >= 8) {
            poke(blob, 4, static_cast<uint32_t>(size));
            if (const Expected<Tree, Error> tree = Tree::open(blob)) {
                read_everything(*tree);
            }
        }
    }
}

TEST(HostileTree, WithAnyOneByteChangedIsRefusedOrReadWithinItsBounds)
{
    const Blob whole = test::tree_file("reserved_in_heap");
    for (size_t at = 0; at < whole.size(); ++at) {
        for (const unsigned flip : {0x01U, 0x02U, 0x08U, 0x80U, 0xffU}) {
            Blob blob = whole;
            blob[at] ^= static_cast<std::byte>(flip);
            if (const Expected<Tree, Error> tree = Tree::open(blob)) {
                read_everything(*tree);
            }
        }
    }
}

TEST(HostileTree, EveryErrorHasWordsOfItsOwn)
{
    std::vector<std::string_view> seen;
    for (unsigned kind = 0; name_of(ErrorKind{static_cast<uint8_t>(kind)}) != "unknown"; ++kind) {
        const std::string_view words = name_of(ErrorKind{static_cast<uint8_t>(kind)});
        EXPECT_EQ(std::count(seen.begin(), seen.end(), words), 0) << words;
        seen.push_back(words);
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(ErrorKind::range_backwards) + 1);
}

}  // namespace
}  // namespace hv::fdt
