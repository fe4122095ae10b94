// The functions that compilers call without being asked: memory blocks, bit counting, stack checks.
//
// The cross compiler's own libgcc is built for another ABI (lp64d) and cannot be linked.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <hv/lib/panic.hpp>

// This file is compiled with -fno-builtin and -fno-tree-loop-distribute-patterns (target.cmake): otherwise the loop
// inside memset would be recognised as a memset.

namespace {

constexpr size_t word = sizeof(uint64_t);

/// A word that may lie over objects of any type.
using Word [[gnu::may_alias]] = uint64_t;

bool same_alignment(const void* a, const void* b)
{
    return (reinterpret_cast<uintptr_t>(a) - reinterpret_cast<uintptr_t>(b)) % word == 0;
}

/// The caller knows that it is aligned.
Word* as_words(void* p)
{
    return static_cast<Word*>(p);
}

const Word* as_words(const void* p)
{
    return static_cast<const Word*>(p);
}

bool word_aligned(const void* p)
{
    return reinterpret_cast<uintptr_t>(p) % word == 0;
}

void copy_up(std::byte* to, const std::byte* from, size_t size)
{
    if (same_alignment(to, from)) {
        while (size != 0 && !word_aligned(to)) {
            *to++ = *from++;
            size--;
        }
        auto* to_words = as_words(to);
        const auto* from_words = as_words(from);
        for (; size >= 4 * word; size -= 4 * word) {
            const Word a = from_words[0];
            const Word b = from_words[1];
            const Word c = from_words[2];
            const Word d = from_words[3];
            to_words[0] = a;
            to_words[1] = b;
            to_words[2] = c;
            to_words[3] = d;
            to_words += 4;
            from_words += 4;
        }
        for (; size >= word; size -= word) {
            *to_words++ = *from_words++;
        }
        to = reinterpret_cast<std::byte*>(to_words);
        from = reinterpret_cast<const std::byte*>(from_words);
    }
    for (; size >= 4; size -= 4, to += 4, from += 4) {
        const std::byte a = from[0];
        const std::byte b = from[1];
        const std::byte c = from[2];
        const std::byte d = from[3];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
    }
    for (; size != 0; size--) {
        *to++ = *from++;
    }
}

void copy_down(std::byte* to, const std::byte* from, size_t size)
{
    while (size != 0) {
        size--;
        to[size] = from[size];
    }
}

}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, size_t size);
void* memmove(void* to, const void* from, size_t size);
void* memset(void* to, int value, size_t size);
int memcmp(const void* a, const void* b, size_t size);

void* memcpy(void* to, const void* from, size_t size)
{
    copy_up(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), size);
    return to;
}

void* memmove(void* to, const void* from, size_t size)
{
    // Unsigned: also true where `to` is below `from`.
    if (reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from) >= size) {
        copy_up(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), size);
    } else {
        copy_down(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), size);
    }
    return to;
}

void* memset(void* to, int value, size_t size)
{
    auto* bytes = static_cast<std::byte*>(to);
    const auto byte = static_cast<std::byte>(value);
    while (size != 0 && !word_aligned(bytes)) {
        *bytes++ = byte;
        size--;
    }
    const uint64_t pattern = static_cast<uint8_t>(value) * 0x0101'0101'0101'0101U;
    auto* words = as_words(bytes);
    for (; size >= 8 * word; size -= 8 * word) {
        for (size_t i = 0; i < 8; i++) {
            words[i] = pattern;
        }
        words += 8;
    }
    for (; size >= word; size -= word) {
        *words++ = pattern;
    }
    bytes = reinterpret_cast<std::byte*>(words);
    for (; size != 0; size--) {
        *bytes++ = byte;
    }
    return to;
}

int memcmp(const void* a, const void* b, size_t size)
{
    const auto* x = static_cast<const uint8_t*>(a);
    const auto* y = static_cast<const uint8_t*>(b);
    for (; size != 0; size--, x++, y++) {
        if (*x != *y) {
            return *x < *y ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char* text);

size_t strlen(const char* text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

// GCC calls these at rv64imac, which has no Zbb.
int __clzdi2(uint64_t x);
int __ctzdi2(uint64_t x);
int __popcountdi2(uint64_t x);
uint64_t __bswapdi2(uint64_t x);
uint32_t __bswapsi2(uint32_t x);

int __popcountdi2(uint64_t x)
{
    x -= x >> 1 & 0x5555'5555'5555'5555U;
    x = (x & 0x3333'3333'3333'3333U) + (x >> 2 & 0x3333'3333'3333'3333U);
    x = (x + (x >> 4)) & 0x0f0f'0f0f'0f0f'0f0fU;
    return static_cast<int>(x * 0x0101'0101'0101'0101U >> 56);
}

int __ctzdi2(uint64_t x)
{
    return __popcountdi2(~x & (x - 1));
}

int __clzdi2(uint64_t x)
{
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        x |= x >> shift;
    }
    return 64 - __popcountdi2(x);
}

uint32_t __bswapsi2(uint32_t x)
{
    return x << 24 | (x & 0xff00) << 8 | (x >> 8 & 0xff00) | x >> 24;
}

uint64_t __bswapdi2(uint64_t x)
{
    return uint64_t{__bswapsi2(static_cast<uint32_t>(x))} << 32 | __bswapsi2(static_cast<uint32_t>(x >> 32));
}

/// What -fstack-protector-strong puts between a function's arrays and its return address. The zero byte stops
/// string functions; a constant is enough against our own bugs, and guests cannot see it.
extern constinit const uint64_t __stack_chk_guard;
constinit const uint64_t __stack_chk_guard = 0xa7c3'9e51'00d4'6b2fU;

[[noreturn]] void __stack_chk_fail();
void __stack_chk_fail()
{
    hv::panic("stack smashed: a function of this backtrace wrote past the end of a local array");
}

[[noreturn]] void __cxa_pure_virtual();
void __cxa_pure_virtual()
{
    hv::panic("pure virtual function called");
}

[[noreturn]] void main_returned();
void main_returned()
{
    hv::panic("main returned");
}

}  // extern "C"

namespace std {

// What string_view::substr and its like call instead of throwing, where the compiler cannot see that they never do.
void __throw_out_of_range_fmt(const char* format, ...)
{
    hv::panic("out of range: {}", format);
}

}  // namespace std
