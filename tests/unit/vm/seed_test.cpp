// Guests' seeds: each differs from every other and from the host's, and comes again for the same start.
#include <hv/vm/seed.hpp>

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace hv::vm;

using Seed = std::vector<std::byte>;

Seed host_seed(size_t size = 32)
{
    Seed seed;
    for (size_t i = 0; i < size; ++i) {
        seed.push_back(static_cast<std::byte>(i + 1));
    }
    return seed;
}

TEST(Seeds, AreTheSameForTheSameGuestAndStart)
{
    const GuestSeeds a = SeedSource::from(host_seed())->seeds_for("linux", 3);
    const GuestSeeds b = SeedSource::from(host_seed())->seeds_for("linux", 3);
    EXPECT_EQ(a.rng, b.rng);
    EXPECT_EQ(a.kaslr, b.kaslr);
}

TEST(Seeds, DifferForEveryGuestStartAndHost)
{
    std::set<std::array<std::byte, 32>> rng;
    std::set<uint64_t> kaslr;
    for (const Seed& host : {host_seed(), host_seed(33), host_seed(64)}) {
        const SeedSource source = *SeedSource::from(host);
        for (const std::string guest : {"", "a", "b", "ab", "linux"}) {
            for (const uint64_t start : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{1} << 32, UINT64_MAX}) {
                const GuestSeeds seeds = source.seeds_for(guest, start);
                rng.insert(seeds.rng);
                kaslr.insert(seeds.kaslr);
            }
        }
    }
    EXPECT_EQ(rng.size(), 3U * 5U * 5U);
    EXPECT_EQ(kaslr.size(), 3U * 5U * 5U);
}

TEST(Seeds, DependOnEveryByteOfTheHostsSeed)
{
    std::set<uint64_t> kaslr;
    kaslr.insert(SeedSource::from(host_seed(48))->seeds_for("linux", 0).kaslr);
    for (size_t i = 0; i < 48; ++i) {
        Seed changed = host_seed(48);
        changed[i] ^= std::byte{0x80};
        kaslr.insert(SeedSource::from(changed)->seeds_for("linux", 0).kaslr);
    }
    EXPECT_EQ(kaslr.size(), 49U);
}

TEST(Seeds, TheTwoOfOneGuestAreNotPartsOfEachOther)
{
    const GuestSeeds seeds = SeedSource::from(host_seed())->seeds_for("linux", 0);
    for (size_t at = 0; at + 8 <= seeds.rng.size(); ++at) {
        uint64_t big = 0;
        uint64_t little = 0;
        for (size_t i = 0; i < 8; ++i) {
            big = (big << 8) | std::to_integer<uint64_t>(seeds.rng[at + i]);
            little |= std::to_integer<uint64_t>(seeds.rng[at + i]) << (8 * i);
        }
        EXPECT_NE(seeds.kaslr, big);
        EXPECT_NE(seeds.kaslr, little);
    }
}

TEST(Seeds, AreNotMadeFromTooLittle)
{
    EXPECT_FALSE(SeedSource::from({}));
    EXPECT_FALSE(SeedSource::from(host_seed(15)));
    EXPECT_TRUE(SeedSource::from(host_seed(16)));
}

}  // namespace
