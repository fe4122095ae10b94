// libFuzzer: a program of requests to the allocator, anywhere in the address space, against the model.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>

#include "../unit/mm/bump_allocator_model.hpp"

namespace {

using hv::mm::HeapPurpose;

/// Numbers off the front of the input; zeroes once it is used up.
class Input {
public:
    explicit Input(std::span<const uint8_t> bytes) : bytes_{bytes} {}
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] uint64_t take(size_t count)
    {
        uint64_t value = 0;
        const size_t n = std::min(count, bytes_.size());
        std::memcpy(&value, bytes_.data(), n);
        bytes_ = bytes_.subspan(n);
        return value;
    }

private:
    std::span<const uint8_t> bytes_;
};

void step(Input& input, hv::test::ModelledAllocator& heap)
{
    const uint64_t what = input.take(1);
    const size_t width = what >> 5;  // the top bits say how wide the sizes are: 0 to 7 bytes, or 8 for 7
    const auto number = [&] { return input.take(width == 7 ? 8 : width); };
    switch (what & 3) {
    case 0:
        heap.allocate(number(), 16);
        break;
    case 1: {
        const uint64_t align = uint64_t{1} << (input.take(1) % 31);
        heap.allocate(number(), align);
        break;
    }
    case 2: {
        const auto& blocks = heap.blocks();
        const uint64_t which = input.take(1);
        if (blocks.empty() || which == 0xff) {
            const uint64_t address = input.take(8);
            heap.grow(std::max<uint64_t>(address, 1), number(), number());
        } else {
            const auto back = static_cast<std::ptrdiff_t>(which % std::min<size_t>(blocks.size(), 4));
            const auto& [address, size] = *std::next(blocks.rbegin(), back);
            heap.grow(address, size, size + number());
        }
        break;
    }
    default:
        heap.charge_to(static_cast<HeapPurpose>(input.take(1) % hv::mm::heap_purpose_count));
        break;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    Input input{{data, size}};
    const uint64_t start = std::max<uint64_t>(input.take(8), 1);
    const uint64_t most = std::min<uint64_t>(UINT64_MAX - start, INT64_MAX);
    if (most == 0) {
        return 0;
    }
    const uint64_t capacity = 1 + input.take(8) % most;
    hv::test::ModelledAllocator heap{start, start + capacity};
    while (!input.empty()) {
        step(input, heap);
    }
    return 0;
}
