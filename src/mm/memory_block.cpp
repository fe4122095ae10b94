// Copies and clears in long strides of words. All accesses are volatile: a guest may look on, and no compiler may
// make a call of memcpy or memset, which are for small things, of a loop.
#include <hv/mm/memory_block.hpp>

#include <cstdint>
#include <utility>

namespace hv::mm {

namespace {

/// A word that may lie over objects of any type.
using Word [[gnu::may_alias]] = uint64_t;
constexpr size_t word = sizeof(Word);

uintptr_t misalignment(const void* p)
{
    return reinterpret_cast<uintptr_t>(p) % word;
}

volatile Word* as_words(void* p)
{
    return static_cast<volatile Word*>(p);
}

const volatile Word* as_words(const void* p)
{
    return static_cast<const volatile Word*>(p);
}

void copy_bytes(std::byte*& to, const std::byte*& from, size_t size)
{
    for (const std::byte* const end = from + size; from != end;) {
        *static_cast<volatile std::byte*>(to++) = *static_cast<const volatile std::byte*>(from++);
    }
}

/// Eight words. Loaded before they are stored, so that a hart that loads with a delay need not wait eight times.
void copy_stride(volatile Word* to, const volatile Word* from)
{
    const Word a = from[0];
    const Word b = from[1];
    const Word c = from[2];
    const Word d = from[3];
    const Word e = from[4];
    const Word f = from[5];
    const Word g = from[6];
    const Word h = from[7];
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
    to[4] = e;
    to[5] = f;
    to[6] = g;
    to[7] = h;
}

/// Both are aligned; `size` is in words, here and below.
void copy_words(std::byte*& to_bytes, const std::byte*& from_bytes, size_t size)
{
    volatile Word* to = as_words(to_bytes);
    const volatile Word* from = as_words(from_bytes);
    const volatile Word* const end = from + size;
    for (const volatile Word* const last = from + size / 8 * 8; from != last; from += 8, to += 8) {
        copy_stride(to, from);
    }
    while (from != end) {
        *to++ = *from++;
    }
    to_bytes += size * word;
    from_bytes += size * word;
}

/// `to` is aligned, `from` is not: each word is put together from two neighbours.
void copy_shifted_words(std::byte*& to_bytes, const std::byte*& from_bytes, size_t size)
{
    const unsigned low = 8 * static_cast<unsigned>(misalignment(from_bytes));
    const unsigned high = 64 - low;
    const volatile Word* from = as_words(from_bytes - misalignment(from_bytes));
    volatile Word* to = as_words(to_bytes);
    volatile Word* const end = to + size;
    Word current = *from++;
    const auto next = [&] {
        const Word following = *from++;
        const Word joined = current >> low | following << high;
        current = following;
        return joined;
    };
    for (volatile Word* const last = to + size / 4 * 4; to != last; to += 4) {
        to[0] = next();
        to[1] = next();
        to[2] = next();
        to[3] = next();
    }
    while (to != end) {
        *to++ = next();
    }
    to_bytes += size * word;
    from_bytes += size * word;
}

template <size_t... i>
void zero_stride(volatile Word* to, std::index_sequence<i...> /*words*/)
{
    const auto clear = [to](size_t at) { to[at] = 0; };
    (clear(i), ...);
}

}  // namespace

void copy_block(std::byte* to, const std::byte* from, size_t size)
{
    // Of two neighbours each must hold a byte to be copied, or the copy would read outside of `from`: hence a word
    // more at either end.
    if (size < 4 * word) {
        return copy_bytes(to, from, size);
    }
    const bool alike = misalignment(to) == misalignment(from);
    const size_t head = (word - misalignment(to)) % word + (alike ? 0 : word);
    copy_bytes(to, from, head);
    size -= head;
    if (alike) {
        copy_words(to, from, size / word);
        size %= word;
    } else {
        const size_t words = size / word - 1;
        copy_shifted_words(to, from, words);
        size -= words * word;
    }
    copy_bytes(to, from, size);
}

void zero_block(std::byte* to, size_t size)
{
    constexpr size_t stride = 32;
    std::byte* const end = to + size;
    while (to != end && misalignment(to) != 0) {
        *static_cast<volatile std::byte*>(to++) = std::byte{0};
    }
    const auto words = static_cast<size_t>(end - to) / word;
    volatile Word* at = as_words(to);
    volatile Word* const last = at + words;
    for (volatile Word* const strides = at + words / stride * stride; at != strides; at += stride) {
        zero_stride(at, std::make_index_sequence<stride>{});
    }
    while (at != last) {
        *at++ = 0;
    }
    for (to += words * word; to != end;) {
        *static_cast<volatile std::byte*>(to++) = std::byte{0};
    }
}

}  // namespace hv::mm
