// BLAKE2s as RFC 7693 spells it, over bytes of any alignment.
#include <hv/vm/blake2s.hpp>

#include <algorithm>
#include <bit>

#include <hv/lib/panic.hpp>

namespace hv::vm {
namespace {

// RFC 7693, 2.6 Initialization Vector.
constexpr std::array<uint32_t, 8> initial{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// RFC 7693, 2.7 Message Schedule SIGMA.
constexpr std::array<std::array<uint8_t, 16>, 10> schedule{{
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}};

// RFC 7693, 3.1 Mixing Function G. Inlined, so that all that is mixed stays in registers: a guest's start waits for
// it.
[[gnu::always_inline]] inline void mix(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d, uint32_t x, uint32_t y)
{
    a += b + x;
    d = std::rotr(d ^ a, 16);
    c += d;
    b = std::rotr(b ^ c, 12);
    a += b + y;
    d = std::rotr(d ^ a, 8);
    c += d;
    b = std::rotr(b ^ c, 7);
}

uint32_t load_le32(const std::byte* from)
{
    return std::to_integer<uint32_t>(from[0]) | (std::to_integer<uint32_t>(from[1]) << 8) |
           (std::to_integer<uint32_t>(from[2]) << 16) | (std::to_integer<uint32_t>(from[3]) << 24);
}

}  // namespace

Blake2s::Blake2s(std::span<const std::byte> key) : state_{initial}
{
    require(key.size() <= max_key, "a BLAKE2s key of {} bytes", key.size());
    constexpr uint32_t fan_out_and_depth = 0x0101'0000;
    state_[0] ^= fan_out_and_depth ^ (static_cast<uint32_t>(key.size()) << 8) ^ uint32_t { sizeof(Digest) };
    if (!key.empty()) {
        // The key is the first block, padded with zeros.
        std::copy(key.begin(), key.end(), block_.begin());
        used_ = block_size;
    }
}

void Blake2s::compress(bool last)
{
    total_ += used_;
    std::array<uint32_t, 16> words{};
    for (size_t i = 0; i < words.size(); ++i) {
        words[i] = load_le32(block_.data() + 4 * i);
    }
    std::array<uint32_t, 16> v{};
    std::copy(state_.begin(), state_.end(), v.begin());
    std::copy(initial.begin(), initial.end(), v.begin() + 8);
    v[12] ^= static_cast<uint32_t>(total_);
    v[13] ^= static_cast<uint32_t>(total_ >> 32);
    v[14] ^= last ? UINT32_MAX : 0;
    for (const auto& order : schedule) {
        // First the columns of four rows, then their diagonals: columns too, when the rows are turned.
        for (const uint8_t* next = order.data();;) {
            mix(v[0], v[4], v[8], v[12], words[next[0]], words[next[1]]);
            mix(v[1], v[5], v[9], v[13], words[next[2]], words[next[3]]);
            mix(v[2], v[6], v[10], v[14], words[next[4]], words[next[5]]);
            mix(v[3], v[7], v[11], v[15], words[next[6]], words[next[7]]);
            if (next != order.data()) {
                break;
            }
            next += 8;
            v = {v[0],  v[1],  v[2], v[3], v[5],  v[6],  v[7],  v[4],
                 v[10], v[11], v[8], v[9], v[15], v[12], v[13], v[14]};
        }
        v = {v[0], v[1], v[2], v[3], v[7], v[4], v[5], v[6], v[10], v[11], v[8], v[9], v[13], v[14], v[15], v[12]};
    }
    for (size_t i = 0; i < state_.size(); ++i) {
        state_[i] ^= v[i] ^ v[i + 8];
    }
}

void Blake2s::add(std::span<const std::byte> message)
{
    for (const std::byte each : message) {
        // A full block waits until it is known not to be the last.
        if (used_ == block_size) {
            compress(false);
            used_ = 0;
        }
        block_[used_++] = each;
    }
}

Blake2s::Digest Blake2s::finish()
{
    std::fill(block_.begin() + static_cast<ptrdiff_t>(used_), block_.end(), std::byte{0});
    compress(true);
    Digest digest{};
    for (size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<std::byte>((state_[i / 4] >> (8 * (i % 4))) & 0xff);
    }
    return digest;
}

}  // namespace hv::vm
