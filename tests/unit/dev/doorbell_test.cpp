// The doorbell: who rings whom, whose line moves, and what is no register.
#include <hv/dev/doorbell.hpp>

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace hv::dev {
namespace {

using Stored = Doorbell::Stored;

constexpr uint64_t ring = 0x0;
constexpr uint64_t member = 0x4;
constexpr uint64_t pending = 0x8;
constexpr uint64_t members = 0xc;

constexpr Stored nothing{};
constexpr Stored fault{.access_fault = true};

constexpr Stored moves(unsigned who)
{
    return {.moved = who};
}

TEST(Doorbell, TellsEachMemberItsNumberAndHowManyThereAre)
{
    const Doorbell bell{16};
    for (unsigned who = 0; who < 16; ++who) {
        EXPECT_EQ(bell.load(who, member, 4), who);
        EXPECT_EQ(bell.load(who, members, 4), 16U);
        EXPECT_EQ(bell.load(who, pending, 4), 0U);
        EXPECT_EQ(bell.load(who, ring, 4), 0U);
        EXPECT_FALSE(bell.level(who));
    }
    EXPECT_EQ(Doorbell{3}.load(0, members, 4), 3U);
}

TEST(Doorbell, TellsTheOneThatIsRungWhoHasRung)
{
    Doorbell bell{3};
    EXPECT_EQ(bell.store(2, ring, 4, 1), moves(1));
    EXPECT_EQ(bell.load(1, pending, 4), 1U << 2);
    EXPECT_TRUE(bell.level(1));
    for (const unsigned other : {0U, 2U}) {
        EXPECT_EQ(bell.load(other, pending, 4), 0U);
        EXPECT_FALSE(bell.level(other));
    }
}

TEST(Doorbell, MovesALineOnceHoweverOftenItIsRung)
{
    Doorbell bell{3};
    EXPECT_EQ(bell.store(0, ring, 4, 1), moves(1));
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(bell.store(0, ring, 4, 1), nothing);
    }
    EXPECT_EQ(bell.store(2, ring, 4, 1), nothing);
    EXPECT_EQ(bell.load(1, pending, 4), 0b101U);
}

TEST(Doorbell, LowersALineWhenTheLastBitIsCleared)
{
    Doorbell bell{3};
    EXPECT_EQ(bell.store(0, ring, 4, 1), moves(1));
    EXPECT_EQ(bell.store(2, ring, 4, 1), nothing);
    EXPECT_EQ(bell.store(1, pending, 4, 0), nothing);
    EXPECT_EQ(bell.store(1, pending, 4, 0b010), nothing);
    EXPECT_EQ(bell.store(1, pending, 4, 0b100), nothing);
    EXPECT_EQ(bell.load(1, pending, 4), 0b001U);
    EXPECT_TRUE(bell.level(1));
    EXPECT_EQ(bell.store(1, pending, 4, 0xffff'ffff), moves(1));
    EXPECT_FALSE(bell.level(1));
    EXPECT_EQ(bell.store(1, pending, 4, 0xffff'ffff), nothing);
    EXPECT_EQ(bell.store(0, ring, 4, 1), moves(1));
}

TEST(Doorbell, ClearsOnlyTheCallersOwnBits)
{
    Doorbell bell{2};
    EXPECT_EQ(bell.store(0, ring, 4, 1), moves(1));
    EXPECT_EQ(bell.store(0, pending, 4, 0xffff'ffff), nothing);
    EXPECT_TRUE(bell.level(1));
}

TEST(Doorbell, LetsAMemberRingItself)
{
    Doorbell bell{2};
    EXPECT_EQ(bell.store(1, ring, 4, 1), moves(1));
    EXPECT_EQ(bell.load(1, pending, 4), 0b10U);
    EXPECT_EQ(bell.store(1, pending, 4, 0b10), moves(1));
}

TEST(Doorbell, IgnoresNumbersOfNobody)
{
    Doorbell bell{3};
    for (const uint32_t nobody : {3U, 4U, 15U, 16U, 31U, 32U, 0x8000'0000U, 0xffff'ffffU}) {
        EXPECT_EQ(bell.store(0, ring, 4, nobody), nothing) << nobody;
    }
    for (unsigned who = 0; who < 3; ++who) {
        EXPECT_FALSE(bell.level(who));
    }
}

TEST(Doorbell, IgnoresStoresToWhatIsOnlyRead)
{
    Doorbell bell{3};
    EXPECT_EQ(bell.store(1, member, 4, 2), nothing);
    EXPECT_EQ(bell.store(1, members, 4, 2), nothing);
    EXPECT_EQ(bell.load(1, member, 4), 1U);
    EXPECT_EQ(bell.load(1, members, 4), 3U);
}

TEST(Doorbell, HasAlignedWordsOnlyAndNothingBehindThem)
{
    Doorbell bell{2};
    for (uint64_t offset = 0; offset < 0x1000; ++offset) {
        for (const uint64_t width : {1U, 2U, 4U, 8U}) {
            const bool there = width == 4 && offset % 4 == 0 && offset < 0x10;
            ASSERT_EQ(bell.load(0, offset, width).has_value(), there) << offset << " " << width;
            ASSERT_EQ(bell.store(0, offset, width, 1) == fault, !there) << offset << " " << width;
        }
    }
    EXPECT_EQ(bell.load(1, pending, 4), 0b01U);
}

TEST(Doorbell, ForgetsWhoRangAMemberThatStartsAnew)
{
    Doorbell bell{2};
    EXPECT_EQ(bell.store(0, ring, 4, 1), moves(1));
    EXPECT_EQ(bell.store(1, ring, 4, 0), moves(0));
    bell.reset(1);
    EXPECT_FALSE(bell.level(1));
    EXPECT_TRUE(bell.level(0));
    EXPECT_EQ(bell.store(0, ring, 4, 1), moves(1));
}

TEST(Doorbell, LosesNoRingOfMembersThatRingAtOnce)
{
    constexpr unsigned ringers = 3;
    constexpr uint32_t rings = 20'000;
    Doorbell bell{ringers + 1};
    // Each rings again when its bit has been cleared.
    std::vector<std::thread> threads;
    std::array<std::atomic<uint32_t>, ringers> heard{};
    for (unsigned who = 1; who <= ringers; ++who) {
        threads.emplace_back([&bell, &heard, who] {
            for (uint32_t i = 0; i < rings; ++i) {
                static_cast<void>(bell.store(who, ring, 4, 0));
                while (heard[who - 1].load() == i) {
                    std::this_thread::yield();
                }
            }
        });
    }
    for (uint32_t left = ringers * rings; left != 0;) {
        const uint32_t bits = bell.load(0, pending, 4).value_or(0);
        if (bits == 0) {
            std::this_thread::yield();
        }
        static_cast<void>(bell.store(0, pending, 4, bits));
        for (unsigned who = 1; who <= ringers; ++who) {
            if ((bits >> who & 1) != 0) {
                heard[who - 1].fetch_add(1);
                --left;
            }
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(bell.level(0));
}

TEST(Doorbell, HasOneToSixteenMembers)
{
    EXPECT_EQ(test::panic_of([] { Doorbell{0}; }), "a doorbell of 0 members");
    EXPECT_EQ(test::panic_of([] { Doorbell{17}; }), "a doorbell of 17 members");
}

TEST(Doorbell, LiesInAPageAndOnASourceOfItsOwn)
{
    EXPECT_EQ(doorbell_page(0).start, GuestPhysAddr{0x1020'0000});
    EXPECT_EQ(doorbell_page(7).start, GuestPhysAddr{0x1020'7000});
    EXPECT_EQ(doorbell_page(7).end(), doorbell_map::pages.end());
    EXPECT_EQ(doorbell_source(0), 64U);
    EXPECT_EQ(doorbell_source(7), 71U);
}

}  // namespace
}  // namespace hv::dev
