// Zeroed memory is zero though RAM held junk; other fresh memory is poisoned in Debug builds alone.
// expect: PASS
// status: 0
#include "support.hpp"

#include <algorithm>
#include <cstddef>

namespace {

using namespace hv;

constexpr std::byte junk{0x5a};
constexpr size_t junk_size = 65536;

bool all_are(const std::byte* first, size_t size, std::byte value)
{
    return std::all_of(first, first + size, [value](std::byte b) { return b == value; });
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    hv::mm::BumpAllocator& heap = hv::arch::heap();
    auto* const unused = reinterpret_cast<std::byte*>(heap.unused().start.value());
    std::fill_n(unused, junk_size, junk);

    const auto* const zeroed = static_cast<const std::byte*>(heap.allocate_zeroed(1000, 8));
    test::expect(all_are(zeroed, 1000, std::byte{0}), "zeroed memory is zero");
    const auto* const pages = static_cast<const std::byte*>(heap.try_allocate_pages(2));
    test::expect(reinterpret_cast<uint64_t>(pages) % 4096 == 0, "a page is aligned");
    test::expect(all_are(pages, 8192, std::byte{0}), "whole pages are zero");
    const std::byte fresh = HV_DEBUG != 0 ? hv::mm::BumpAllocator::poison : junk;
    test::expect(all_are(static_cast<const std::byte*>(heap.allocate(1000)), 1000, fresh),
                 "fresh memory is as promised");
    test::expect(pages + 8192 + 1000 < unused + junk_size, "all of it lay in the junk");
    test::pass();
}
