// Derives guests' seeds with BLAKE2s, keyed by the host's seed.
#include <hv/vm/seed.hpp>

#include <hv/lib/bits.hpp>
#include <hv/vm/blake2s.hpp>

namespace hv::vm {
namespace {

/// A text with its length in front: no two lists of texts make the same message.
void add_text(Blake2s& hash, std::string_view text)
{
    std::array<std::byte, 8> size{};
    store_be64(size.data(), text.size());
    hash.add(size);
    hash.add(std::as_bytes(std::span{text.data(), text.size()}));
}

}  // namespace

std::optional<SeedSource> SeedSource::from(std::span<const std::byte> host_seed)
{
    if (host_seed.size() < least_bytes) {
        return {};
    }
    Blake2s hash;
    add_text(hash, "bulkhead: the key of all guests' seeds");
    hash.add(host_seed);
    return SeedSource{hash.finish()};
}

std::array<std::byte, 32> SeedSource::derive(std::string_view label, std::string_view guest, uint64_t start) const
{
    Blake2s hash{key_};
    add_text(hash, label);
    add_text(hash, guest);
    std::array<std::byte, 8> number{};
    store_be64(number.data(), start);
    hash.add(number);
    return hash.finish();
}

GuestSeeds SeedSource::seeds_for(std::string_view guest, uint64_t start) const
{
    return {derive("rng-seed", guest, start), load_be64(derive("kaslr-seed", guest, start).data())};
}

}  // namespace hv::vm
