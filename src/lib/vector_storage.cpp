// A growing array on the boot heap: how much memory a vector asks for, and what it says when it is misused.
#include <hv/lib/vector_storage.hpp>

#include <algorithm>

#include <hv/lib/heap.hpp>
#include <hv/lib/panic.hpp>

namespace hv::vector_detail {

namespace {

/// A first growth smaller than this is not worth the call.
constexpr size_t smallest_block = 64;

/// A pointer difference counts elements; no vector is longer than that can say.
constexpr size_t max_elements(Element element)
{
    return static_cast<size_t>(PTRDIFF_MAX) / element.size;
}

size_t preferred_capacity(Storage old, size_t wanted, Growth growth, Element element)
{
    const size_t doubled = std::max(2 * old.capacity, smallest_block / element.size);
    return growth == Growth::doubling && doubled <= max_elements(element) ? std::max(wanted, doubled) : wanted;
}

}  // namespace

Storage try_grow(Storage old, size_t wanted, Growth growth, Element element)
{
    if (wanted > max_elements(element)) {
        return {nullptr, 0};
    }
    const size_t capacities[] = {preferred_capacity(old, wanted, growth, element), wanted};
    if (old.data != nullptr) {
        for (const size_t capacity : capacities) {
            if (heap::try_grow(old.data, old.capacity * element.size, capacity * element.size)) {
                return {old.data, capacity};
            }
        }
    }
    for (const size_t capacity : capacities) {
        if (void* const data = heap::try_allocate(capacity * element.size, element.align); data != nullptr) {
            return {data, capacity};
        }
    }
    return {nullptr, 0};
}

Storage grow(Storage old, size_t wanted, Growth growth, Element element)
{
    require(wanted <= max_elements(element), "a vector of {} elements of {} bytes is larger than memory", wanted,
            element.size);
    const Storage grown = try_grow(old, wanted, growth, element);
    // What could not be had is asked for once more, so that the heap says how much it was short of.
    return grown.data != nullptr ? grown : Storage{heap::allocate(wanted * element.size, element.align), wanted};
}

void panic_bad_index(size_t index, size_t size)
{
    panic("index {} of a vector or array of size {}", index, size);
}

void panic_empty()
{
    panic("an empty vector or array has no first and no last element");
}

}  // namespace hv::vector_detail
