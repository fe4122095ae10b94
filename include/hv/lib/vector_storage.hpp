// What all vectors share, whatever their elements: how their memory grows, and what misuse of them says.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hv::vector_detail {

/// A vector's memory; `data` is nullptr where there was no room.
struct Storage {
    void* data;
    size_t capacity;
};
/// What of an element's type matters to the memory that it lies in.
struct Element {
    size_t size;
    size_t align;
};

/// How much room to ask for: what is wanted, or twice what there was, so that many pushes need few growths.
enum class Growth : uint8_t { exact, doubling };

/// Room for at least `wanted` elements: behind `old` if that can grow where it lies, else in new memory, to which
/// the caller moves what `old` holds. Where the heap is almost full, doubling makes do with what is wanted.
[[nodiscard]] Storage try_grow(Storage old, size_t wanted, Growth growth, Element element);
/// The same, or a panic.
[[nodiscard]] Storage grow(Storage old, size_t wanted, Growth growth, Element element);

[[noreturn]] void panic_bad_index(size_t index, size_t size);
[[noreturn]] void panic_empty();

}  // namespace hv::vector_detail
