// Writes a flattened device tree from front to back into memory that the caller lends: nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/lib/address.hpp>
#include <hv/lib/expected.hpp>
#include <hv/lib/static_vector.hpp>

namespace hv::fdt {

/// The tree needs more than the bytes that were lent.
struct OutOfRoom {
    size_t room = 0;  ///< how many those were
};

/// "the device tree does not fit in 4 KiB"
void format_value(FormatOutput& out, const OutOfRoom& error);

/// A property's name in a Writer's room.
struct PlacedName {
    uint16_t looks = 0;  ///< its size and its last character
    uint16_t place = 0;  ///< how many bytes before the end of the room it lies
};

/// The order is the tree's own: reservations, then begin_node("") for the root, properties before children, one
/// end_node() a node, and finish(). Another order is a bug of the caller's, and panics. Running out of room is
/// none: from there on nothing is written, and finish() says so. [dt] Flattened Devicetree Format, version 17.
class Writer {
public:
    /// Levels of nodes, the root's included, that a Tree can be read back with.
    static constexpr uint32_t max_depth = 32;

    /// `room` is 8-aligned, smaller than 4 GiB, and the writer's until finish() has returned.
    explicit Writer(std::span<std::byte> room);

    /// An entry of the memory-reservation block. An empty one would be read as its end, and panics.
    template <typename Space>
    void reserve_memory(AddressRange<Space> range)
    {
        reserve_memory(range.start.value(), range.size);
    }

    /// The root's name is empty, any other's is not.
    void begin_node(std::string_view name);
    void end_node();

    // [dt] Property Values: <empty>, <u32>, <u64>, <prop-encoded-array>, <string>, <stringlist>.
    void property(std::string_view name);
    void property_u32(std::string_view name, uint32_t value);
    void property_u64(std::string_view name, uint64_t value);
    void property_string(std::string_view name, std::string_view text);
    void property_strings(std::string_view name, std::span<const std::string_view> texts);
    void property_bytes(std::string_view name, std::span<const std::byte> bytes);
    /// property_cells("reg", {0, 0x10000000, 0, 0x100});
    template <size_t n>
    void property_cells(std::string_view name, const uint32_t (&cells)[n])
    {
        begin_property(name);
        for (const uint32_t cell : cells) {
            add_u32(cell);
        }
        end_property();
    }

    // A value in pieces.
    void begin_property(std::string_view name);
    void add_u32(uint32_t value);
    void add_u64(uint64_t value);
    void add_text(std::string_view text);    ///< without a NUL behind it
    void add_string(std::string_view text);  ///< with one
    void add_bytes(std::span<const std::byte> bytes);
    void end_property();
    /// Where in the room what is added next will lie, if there is room for it. The finished tree has it there too.
    [[nodiscard]] size_t position() const { return used_; }

    /// The whole tree, at the start of the room. Nothing else may be called afterwards.
    [[nodiscard]] Expected<std::span<const std::byte>, OutOfRoom> finish();

private:
    /// What may come next.
    enum class Next : uint8_t { reservation, property_or_node, node, value, finish, nothing };

    void reserve_memory(uint64_t start, uint64_t size);
    void end_reservations();
    /// The next `size` bytes of the structure block, or nullptr where there is no room.
    std::byte* take(size_t size);
    /// The same, for a property's value.
    std::byte* take_value(size_t size);
    void put_u32(uint32_t value);
    /// Zeros up to a multiple of 4.
    void pad();
    /// How many bytes before the end of the room the name lies. 0 where there is no room for it.
    uint32_t place_name(std::string_view name);
    [[nodiscard]] std::string_view name_at(uint32_t place) const;
    void resolve_names();
    void write_header(uint32_t total);

    // The blocks before the structure's end grow up from the start of the room, the strings down from its end:
    // until finish(), a property tells its name by the distance from there.
    std::span<std::byte> room_;
    size_t used_ = 0;
    size_t strings_ = 0;
    size_t structure_ = 0;  // where that block starts
    size_t value_ = 0;      // where the value that is being written starts
    // The names of properties that were used, as far as there is room: those that look alike are compared.
    StaticVector<PlacedName, 48> names_{};
    uint32_t depth_ = 0;
    Next next_ = Next::reservation;
    bool full_ = false;
};

}  // namespace hv::fdt
