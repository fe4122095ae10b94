// The SBI's IPIs and remote fences: whom they reach, and what they ask for.
#include <hv/vm/sbi_call.hpp>

#include <gtest/gtest.h>

#include "sbi_fake_host.hpp"

namespace hv::vm {
namespace {

using isa::sbi::Error;
using isa::sbi::Extension;
using isa::sbi::RemoteFence;
using test::result_of;
using Kind = FenceRequest::Kind;

constexpr uint64_t everyone = UINT64_MAX;
constexpr SbiReturn invalid{Error::invalid_param, 0};

class SbiRemote : public testing::Test {
protected:
    test::FakeGuest guest_{4};
    test::FakeHost host_{guest_, 1};

    SbiReturn send(uint64_t mask, uint64_t base)
    {
        return result_of(host_.call(Extension::inter_processor, 0, {mask, base}));
    }
    SbiReturn fence(RemoteFence kind, std::vector<uint64_t> args)
    {
        return result_of(host_.call(Extension::remote_fence, kind, std::move(args)));
    }
    /// What an sfence.vma of a range asks of the calling hart.
    FenceRequest range(uint64_t start, uint64_t size)
    {
        EXPECT_EQ(fence(RemoteFence::sfence_vma, {2, 0, start, size}), SbiReturn{});
        return host_.own_fences.back();
    }
};

// CHECKLIST 60, HOSTILE 20.
TEST_F(SbiRemote, MeansAllHartsByABaseOfMinusOneWhateverTheMask)
{
    for (const uint64_t mask : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
        EXPECT_EQ(send(mask, everyone), SbiReturn{});
        EXPECT_EQ(host_.sent_ipis.back(), 0b1101U);
    }
    EXPECT_EQ(host_.own_ipis, 3U);
}

// CHECKLIST 60, HOSTILE 20.
TEST_F(SbiRemote, SucceedsWithNoTargetsWhateverTheBase)
{
    for (const uint64_t base : {uint64_t{0}, uint64_t{1}, uint64_t{3}, uint64_t{4}, uint64_t{64}, UINT64_MAX - 1}) {
        EXPECT_EQ(send(0, base), SbiReturn{});
        EXPECT_EQ(fence(RemoteFence::fence_i, {0, base}), SbiReturn{});
    }
    EXPECT_TRUE(host_.idle());
}

// CHECKLIST 60 and 61, HOSTILE 20.
TEST_F(SbiRemote, RefusesAHartThatTheGuestDoesNotHave)
{
    const std::pair<uint64_t, uint64_t> bad[] = {
        {16, 0},
        {UINT64_MAX, 0},
        {2, 3},
        {1, 4},
        {1, 63},
        {1, 64},
        {1, 65},
        {1, 1ULL << 32},
        {4, everyone - 1},
        {2, everyone - 1},
        {1, everyone - 1},
        {UINT64_MAX, everyone - 1},
        {1ULL << 63, 1},
        {1ULL << 63 | 1, 0},
        {1ULL << 63, 63},
        {1, 1ULL << 63},
    };
    for (const auto& [mask, base] : bad) {
        EXPECT_EQ(send(mask, base), invalid) << std::hex << mask << " " << base;
        for (const RemoteFence kind :
             {RemoteFence::fence_i, RemoteFence::sfence_vma, RemoteFence::sfence_vma_asid}) {
            EXPECT_EQ(fence(kind, {mask, base, 0, 0, 0}), invalid) << std::hex << mask << " " << base;
        }
    }
    EXPECT_TRUE(host_.idle());
}

// CHECKLIST 61.
TEST_F(SbiRemote, CountsTheMaskFromTheBase)
{
    EXPECT_EQ(send(0b101, 0), SbiReturn{});
    EXPECT_EQ(send(0b11, 2), SbiReturn{});
    EXPECT_EQ(host_.sent_ipis, (std::vector<HartMask>{0b101, 0b1100}));
    EXPECT_EQ(host_.own_ipis, 0U);
}

TEST_F(SbiRemote, ReachesHart63OfAGuestWith64)
{
    test::FakeGuest large{64};
    test::FakeHost host{large, 0};
    EXPECT_EQ(result_of(host.call(Extension::inter_processor, 0, {1, 63})), SbiReturn{});
    EXPECT_EQ(result_of(host.call(Extension::inter_processor, 0, {UINT64_MAX, 0})), SbiReturn{});
    EXPECT_EQ(result_of(host.call(Extension::inter_processor, 0, {3, 63})), invalid);
    EXPECT_EQ(host.sent_ipis, (std::vector<HartMask>{HartMask{1} << 63, ~HartMask{1}}));
}

// CHECKLIST 62.
TEST_F(SbiRemote, KeepsWhatIsForItselfOnItsOwnHart)
{
    EXPECT_EQ(send(1, 1), SbiReturn{});
    EXPECT_EQ(fence(RemoteFence::fence_i, {2, 0}), SbiReturn{});
    EXPECT_EQ(host_.own_ipis, 1U);
    EXPECT_EQ(host_.own_fences, (std::vector<FenceRequest>{FenceRequest{}}));
    EXPECT_TRUE(host_.sent_ipis.empty() && host_.sent_fences.empty());
}

// CHECKLIST 63.
TEST_F(SbiRemote, GivesEveryTargetTheSameFence)
{
    EXPECT_EQ(fence(RemoteFence::sfence_vma_asid, {0b1011, 0, 0x1000, 0x2000, 7}), SbiReturn{});
    const FenceRequest request{Kind::addresses_of_a_space, 0x1000, 2, 7};
    EXPECT_EQ(host_.own_fences, (std::vector<FenceRequest>{request}));
    EXPECT_EQ(host_.sent_fences, (std::vector<std::pair<HartMask, FenceRequest>>{{0b1001, request}}));
}

// CHECKLIST 63, HOSTILE 21.
TEST_F(SbiRemote, FlushesTheWholeSpaceForNoSizeAllOfItAndARangeThatWraps)
{
    const FenceRequest whole{Kind::addresses, 0, 0, 0};
    EXPECT_EQ(range(0, 0), whole);
    EXPECT_EQ(range(0x5000, 0), whole);
    EXPECT_EQ(range(0, UINT64_MAX), whole);
    EXPECT_EQ(range(0x5000, UINT64_MAX), whole);
    EXPECT_EQ(range(UINT64_MAX - 0xfff, 0x2000), whole);
    EXPECT_EQ(range(UINT64_MAX, 2), whole);
    EXPECT_EQ(range(0, uint64_t{1} << 63), whole);
}

TEST_F(SbiRemote, CoversEveryPageThatARangeTouches)
{
    EXPECT_EQ(range(0x5000, 0x1000), (FenceRequest{Kind::addresses, 0x5000, 1, 0}));
    EXPECT_EQ(range(0x5fff, 1), (FenceRequest{Kind::addresses, 0x5000, 1, 0}));
    EXPECT_EQ(range(0x5fff, 2), (FenceRequest{Kind::addresses, 0x5000, 2, 0}));
    EXPECT_EQ(range(0x5001, 0x1000), (FenceRequest{Kind::addresses, 0x5000, 2, 0}));
    EXPECT_EQ(range(0xffff'ffff'ffff'd000, 0x2000), (FenceRequest{Kind::addresses, 0xffff'ffff'ffff'd000, 2, 0}));
}

TEST_F(SbiRemote, BoundsTheWorkOfAFence)
{
    for (uint64_t size = 1; size < 200 * 4096; size += 1021) {
        for (const uint64_t start : {0x1000U, 0x1001U, 0x1fffU}) {
            const FenceRequest request = range(start, size);
            ASSERT_LE(request.pages, FenceRequest::max_pages);
            if (request.pages != 0) {
                ASSERT_EQ(request.start, 0x1000U);
                ASSERT_GE(request.start + request.pages * 4096, start + size);
                ASSERT_LT(request.start + (request.pages - 1) * 4096, start + size);
            } else {
                ASSERT_GT(size, 62U * 4096);
            }
        }
    }
}

// HOSTILE 21.
TEST_F(SbiRemote, FlushesAllSpacesForAnAsidThatIsNone)
{
    for (const uint64_t asid : {uint64_t{1} << 16, UINT64_MAX}) {
        EXPECT_EQ(fence(RemoteFence::sfence_vma_asid, {2, 0, 0x1000, 0x1000, asid}), SbiReturn{});
        EXPECT_EQ(host_.own_fences.back(), (FenceRequest{Kind::addresses, 0x1000, 1, 0}));
    }
    EXPECT_EQ(fence(RemoteFence::sfence_vma_asid, {2, 0, 0, 0, 0xffff}), SbiReturn{});
    EXPECT_EQ(host_.own_fences.back(), (FenceRequest{Kind::addresses_of_a_space, 0, 0, 0xffff}));
}

// CHECKLIST 64, HOSTILE 21.
TEST_F(SbiRemote, HasNoHypervisorFences)
{
    for (uint64_t function = 3; function <= 6; ++function) {
        EXPECT_EQ(result_of(host_.call(Extension::remote_fence, function, {2, 0, 0, 0, 0})),
                  (SbiReturn{Error::not_supported, 0}));
    }
    EXPECT_TRUE(host_.idle());
}

}  // namespace
}  // namespace hv::vm
