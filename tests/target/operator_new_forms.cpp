// All 20 replaceable forms of operator new and delete keep the C++ standard's promises on the real heap.
// expect: PASS
// status: 0
#include "support.hpp"

#include <array>
#include <new>

// Clang 14 declares these only where it is told to call them.
void operator delete(void*, size_t) noexcept;
void operator delete[](void*, size_t) noexcept;
void operator delete(void*, size_t, std::align_val_t) noexcept;
void operator delete[](void*, size_t, std::align_val_t) noexcept;

namespace {

using namespace hv;
using std::align_val_t;
using test::expect;

/// Hides from the compiler where a pointer comes from: it may fold tests of what `new` returns, and drop pairs.
template <typename T>
T* escaped(T* pointer)
{
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

/// The same for a number, so that no call is worked out at compile time.
template <typename T>
T unknown(T value)
{
    asm volatile("" : "+r"(value));
    return value;
}

uint64_t address_of(const void* block)
{
    return reinterpret_cast<uint64_t>(block);
}

/// The eight forms of new; the unaligned four ignore `align`.
std::array<void*, 8> from_every_form(size_t size, align_val_t align)
{
    return {escaped(::operator new(size)),
            escaped(::operator new[](size)),
            escaped(::operator new(size, std::nothrow)),
            escaped(::operator new[](size, std::nothrow)),
            escaped(::operator new(size, align)),
            escaped(::operator new[](size, align)),
            escaped(::operator new(size, align, std::nothrow)),
            escaped(::operator new[](size, align, std::nothrow))};
}

void every_form_gives_distinct_blocks_of_the_promised_alignment(size_t size, size_t align)
{
    const std::array blocks = from_every_form(unknown(size), align_val_t{unknown(align)});
    uint64_t end_before = 0;
    for (size_t i = 0; i < blocks.size(); i++) {
        const uint64_t block = address_of(blocks[i]);
        expect(block != 0, "a form returned null");
        expect(block % (i < 4 ? __STDCPP_DEFAULT_NEW_ALIGNMENT__ : align) == 0, "a block is not aligned");
        expect(block >= end_before, "a block lies in the one before");
        end_before = block + (size == 0 ? 1 : size);
    }
}

void deleting_gives_nothing_back()
{
    static constexpr align_val_t align{64};
    const auto blocks = [] { return from_every_form(unknown(size_t{24}), align); };
    const std::array plain = blocks();
    const std::array sized = blocks();
    const std::array nothrow = blocks();
    const uint64_t used = arch::heap().statistics().used;
    ::operator delete(plain[0]);
    ::operator delete[](plain[1]);
    ::operator delete(plain[4], align);
    ::operator delete[](plain[5], align);
    ::operator delete(sized[0], 24);
    ::operator delete[](sized[1], 24);
    ::operator delete(sized[4], 24, align);
    ::operator delete[](sized[5], 24, align);
    ::operator delete(nothrow[2], std::nothrow);
    ::operator delete[](nothrow[3], std::nothrow);
    ::operator delete(nothrow[6], align, std::nothrow);
    ::operator delete[](nothrow[7], align, std::nothrow);
    ::operator delete(escaped(static_cast<void*>(nullptr)));
    expect(arch::heap().statistics().used == used, "a delete changed the heap");
    expect(address_of(escaped(::operator new(1))) > address_of(nothrow[7]), "a deleted block was given out again");
}

void nothrow_forms_return_null_where_there_is_no_room()
{
    const uint64_t used = arch::heap().statistics().used;
    const size_t too_much = arch::heap().statistics().free + 1;
    for (const size_t size : {too_much, SIZE_MAX, SIZE_MAX / 2 + 1}) {
        expect(escaped(::operator new(size, std::nothrow)) == nullptr, "new");
        expect(escaped(::operator new[](size, std::nothrow)) == nullptr, "new[]");
        expect(escaped(::operator new (size, align_val_t{64}, std::nothrow)) == nullptr, "aligned new");
        expect(escaped(::operator new[](size, align_val_t{64}, std::nothrow)) == nullptr, "aligned new[]");
    }
    expect(escaped(new (std::nothrow) uint64_t[unknown(SIZE_MAX / 8 + 1)]) == nullptr, "an array that overflows");
    expect(arch::heap().statistics().used == used, "a request that failed changed the heap");
}

struct alignas(256) OverAligned {
    uint64_t value = 0x1122'3344'5566'7788;
};

void expressions_use_the_form_of_their_type()
{
    auto* const one = escaped(new OverAligned);
    auto* const several = escaped(new OverAligned[3]);
    expect(address_of(one) % 256 == 0 && address_of(several) % 256 == 0, "an over-aligned object is not aligned");
    expect(one->value == 0x1122'3344'5566'7788 && several[2].value == one->value, "an object is not constructed");
    delete one;
    delete[] several;
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    test::begin(device_tree);
    for (const size_t size : std::to_array<size_t>({0, 1, 8, 15, 16, 17, 24, 4096, 4097})) {
        for (size_t align = 1; align <= 65536; align *= 2) {
            every_form_gives_distinct_blocks_of_the_promised_alignment(size, align);
        }
    }
    deleting_gives_nothing_back();
    nothrow_forms_return_null_where_there_is_no_room();
    expressions_use_the_form_of_their_type();
    test::pass();
}
