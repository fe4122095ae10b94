// Random seeds for guests, each guest's and each start's its own, from the one seed that the host was given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hv::vm {

/// For a guest's /chosen.
struct GuestSeeds {
    std::array<std::byte, 32> rng;  ///< rng-seed
    uint64_t kaslr = 0;             ///< kaslr-seed
};

/// Holds what the host's seed was turned into. It is the secret that all guests' seeds come from: it stays with us.
class SeedSource {
public:
    /// Fewer bytes than this could be guessed.
    static constexpr size_t least_bytes = 16;

    /// `host_seed` is the host's rng-seed, of any size. Nothing where it is shorter than least_bytes: a guest is
    /// better off without a seed than with one that others know.
    [[nodiscard]] static std::optional<SeedSource> from(std::span<const std::byte> host_seed);

    /// The seeds of a guest's start number `start`, which counts from 0. The same arguments give the same seeds;
    /// from any number of them, those of another guest or start cannot be told.
    [[nodiscard]] GuestSeeds seeds_for(std::string_view guest, uint64_t start) const;

private:
    explicit SeedSource(const std::array<std::byte, 32>& key) : key_{key} {}

    /// `label` says what for.
    [[nodiscard]] std::array<std::byte, 32> derive(std::string_view label, std::string_view guest,
                                                   uint64_t start) const;

    std::array<std::byte, 32> key_;
};

}  // namespace hv::vm
