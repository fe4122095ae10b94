// BLAKE2s-256: a one-way function of a key and a message, small enough to read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hv::vm {

/// RFC 7693. With a key it is a pseudo-random function: who knows outputs learns neither key nor others.
class Blake2s {
public:
    static constexpr size_t max_key = 32;
    using Digest = std::array<std::byte, 32>;

    /// At most max_key bytes of key; none is an unkeyed hash.
    explicit Blake2s(std::span<const std::byte> key = {});

    void add(std::span<const std::byte> message);
    /// Once, after all of the message.
    [[nodiscard]] Digest finish();

private:
    static constexpr size_t block_size = 64;

    void compress(bool last);

    std::array<uint32_t, 8> state_;
    std::array<std::byte, block_size> block_{};
    size_t used_ = 0;     // bytes of the block
    uint64_t total_ = 0;  // bytes compressed
};

}  // namespace hv::vm
