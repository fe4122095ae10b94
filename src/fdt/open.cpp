// Checks a device tree once, so that reading it afterwards needs no check: Tree::open.
#include <hv/fdt/tree.hpp>

#include <algorithm>
#include <array>

namespace hv::fdt {
namespace {

constexpr uint32_t magic = 0xd00dfeed;
constexpr uint32_t version = 17;
constexpr size_t token_size = 4;
constexpr uint32_t reservation_size = 16;

// [dt] Flattened Devicetree Format: Header. The offsets of its fields.
constexpr uint32_t at_structure = 8;
constexpr uint32_t at_strings = 12;
constexpr uint32_t at_reservations = 16;
constexpr uint32_t at_version = 20;
constexpr uint32_t at_last_compatible = 24;
constexpr uint32_t at_strings_size = 32;
constexpr uint32_t at_structure_size = 36;

Unexpected<Error> bad(ErrorKind kind, uint32_t offset)
{
    return Unexpected{Error{kind, offset}};
}

/// Offsets count from the tree's first byte.
struct Block {
    uint32_t start;
    uint32_t size;
};

/// A walk over the structure block that trusts nothing: bounded by its size, without recursion.
class StructureCheck {
public:
    StructureCheck(const std::byte* blob, Block structure, uint32_t strings_size)
        : structure_{blob + structure.start},
          start_{structure.start},
          size_{structure.size},
          strings_size_{strings_size}
    {
    }

    Expected<void, Error> run();

private:
    Expected<void, Error> begin_node();
    Expected<void, Error> property();
    Expected<void, Error> end_node();
    Expected<void, Error> token();
    [[nodiscard]] Unexpected<Error> bad_here(ErrorKind kind) const
    {
        return bad(kind, start_ + static_cast<uint32_t>(at_));
    }
    /// Moves behind a token of `bytes` bytes and its padding. False where the block ends before.
    bool step_over(size_t bytes);

    const std::byte* structure_;
    uint32_t start_;
    size_t size_;
    uint32_t strings_size_;
    size_t at_ = 0;
    uint32_t depth_ = 0;
    bool root_seen_ = false;
    bool properties_allowed_ = false;
    bool ended_ = false;
};

bool StructureCheck::step_over(size_t bytes)
{
    const size_t next = at_ + round_up_to_4(bytes);
    if (next > size_) {
        return false;
    }
    at_ = next;
    return true;
}

Expected<void, Error> StructureCheck::begin_node()
{
    if (depth_ == 0 && root_seen_) {
        return bad_here(ErrorKind::second_root);
    }
    if (depth_ == Tree::max_depth) {
        return bad_here(ErrorKind::nested_too_deep);
    }
    size_t end = at_ + token_size;
    for (;; ++end) {
        if (end == size_) {
            return bad_here(ErrorKind::name_cut);
        }
        const auto c = std::to_integer<uint8_t>(structure_[end]);
        if (c == 0) {
            break;
        }
        if (c <= ' ' || c > '~' || c == '/') {
            return bad(ErrorKind::name_bad_character, start_ + static_cast<uint32_t>(end));
        }
    }
    const size_t name_size = end - (at_ + token_size);
    if (depth_ == 0 && name_size != 0) {
        return bad_here(ErrorKind::root_has_name);
    }
    if (depth_ != 0 && name_size == 0) {
        return bad_here(ErrorKind::name_empty);
    }
    if (!step_over(token_size + name_size + 1)) {
        return bad_here(ErrorKind::name_cut);
    }
    ++depth_;
    root_seen_ = true;
    properties_allowed_ = true;
    return {};
}

Expected<void, Error> StructureCheck::property()
{
    constexpr size_t head = 3 * token_size;
    if (depth_ == 0) {
        return bad_here(ErrorKind::token_outside_node);
    }
    if (!properties_allowed_) {
        return bad_here(ErrorKind::property_after_child);
    }
    if (size_ - at_ < head) {
        return bad_here(ErrorKind::token_cut);
    }
    const uint32_t length = read_be32(structure_ + at_ + token_size);
    const uint32_t name = read_be32(structure_ + at_ + 2 * token_size);
    if (name >= strings_size_) {
        return bad_here(ErrorKind::property_name_outside);
    }
    // No sum of 64 bits overflows here.
    if (!step_over(head + length)) {
        return bad_here(ErrorKind::property_cut);
    }
    return {};
}

Expected<void, Error> StructureCheck::end_node()
{
    if (depth_ == 0) {
        return bad_here(ErrorKind::token_outside_node);
    }
    --depth_;
    properties_allowed_ = false;
    at_ += token_size;
    return {};
}

Expected<void, Error> StructureCheck::token()
{
    // The most frequent first: a tree is mostly properties.
    const Token token{read_be32(structure_ + at_)};
    if (token == Token::property) {
        return property();
    }
    if (token == Token::begin_node) {
        return begin_node();
    }
    if (token == Token::end_node) {
        return end_node();
    }
    if (token == Token::nop || token == Token::end) {
        ended_ = token == Token::end;
        at_ += token_size;
        return {};
    }
    return bad_here(ErrorKind::token_unknown);
}

Expected<void, Error> StructureCheck::run()
{
    while (!ended_ && size_ - at_ >= token_size) {
        HV_CHECK(token());
    }
    if (!ended_ || depth_ != 0 || !root_seen_) {
        return bad_here(ErrorKind::end_missing);
    }
    return {};
}

/// The block lies behind the header, inside of the tree, and starts at a multiple of `align`.
Expected<void, Error> check_block(Block block, uint32_t align, uint32_t total, uint32_t field)
{
    if (block.start % align != 0) {
        return bad(ErrorKind::block_misaligned, field);
    }
    if (block.start < Tree::header_size || block.start > total || block.size > total - block.start) {
        return bad(ErrorKind::block_outside, field);
    }
    return {};
}

Expected<void, Error> check_apart(Block a, Block b, uint32_t field)
{
    if (a.start < b.start + b.size && b.start < a.start + a.size) {
        return bad(ErrorKind::blocks_overlap, field);
    }
    return {};
}

/// The reservations have a last entry, and it lies before the next block.
Expected<void, Error> check_reservations(const std::byte* blob, uint32_t start, std::span<const Block> others,
                                         uint32_t total)
{
    uint32_t end = total;
    for (const Block& other : others) {
        HV_CHECK(check_apart({start, reservation_size}, other, at_reservations));
        if (other.size != 0 && other.start > start) {
            end = std::min(end, other.start);
        }
    }
    for (uint32_t at = start; end - at >= reservation_size; at += reservation_size) {
        if (read_be64(blob + at) == 0 && read_be64(blob + at + 8) == 0) {
            return {};
        }
    }
    return bad(ErrorKind::reservations_endless, start);
}

/// The bytes of the strings block up to its last NUL: a name that starts in them ends in them.
uint32_t terminated_size(const std::byte* strings, uint32_t size)
{
    while (size != 0 && strings[size - 1] != std::byte{0}) {
        --size;
    }
    return size;
}

}  // namespace

Expected<uint32_t, Error> Tree::size_from_header(std::span<const std::byte> start, uint32_t limit)
{
    if (start.size() < 8) {
        return bad(ErrorKind::too_short, 0);
    }
    if (read_be32(start.data()) != magic) {
        return bad(ErrorKind::bad_magic, 0);
    }
    const uint32_t total = read_be32(start.data() + 4);
    if (total < header_size) {
        return bad(ErrorKind::bad_total_size, 4);
    }
    if (total > limit) {
        return bad(ErrorKind::too_large, 4);
    }
    return total;
}

Expected<Tree, Error> Tree::open(std::span<const std::byte> blob, uint32_t limit)
{
    const Expected<uint32_t, Error> total = size_from_header(blob, limit);
    if (!total) {
        return Unexpected{total.error()};
    }
    if (blob.size() < header_size) {
        return bad(ErrorKind::too_short, 0);
    }
    if (blob.size() < *total) {
        return bad(ErrorKind::bad_total_size, 4);
    }
    const std::byte* base = blob.data();
    if (reinterpret_cast<uintptr_t>(base) % 8 != 0) {
        return bad(ErrorKind::not_8_aligned, 0);
    }
    if (read_be32(base + at_version) < version || read_be32(base + at_last_compatible) > version) {
        return bad(ErrorKind::bad_version, at_version);
    }
    const Block structure{read_be32(base + at_structure), read_be32(base + at_structure_size)};
    const Block strings{read_be32(base + at_strings), read_be32(base + at_strings_size)};
    const uint32_t reservations = read_be32(base + at_reservations);
    HV_CHECK(check_block(structure, 4, *total, at_structure));
    HV_CHECK(check_block(strings, 1, *total, at_strings));
    HV_CHECK(check_block({reservations, reservation_size}, 8, *total, at_reservations));
    HV_CHECK(check_apart(structure, strings, at_structure));
    HV_CHECK(check_reservations(base, reservations, std::array{structure, strings}, *total));
    HV_CHECK(StructureCheck{base, structure, terminated_size(base + strings.start, strings.size)}.run());
    return Tree{blob.first(*total), reservations, structure.start, strings.start};
}

}  // namespace hv::fdt
