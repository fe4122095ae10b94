// A described guest's memory in its own addresses, and what is said of images that do not fit there.
#include <hv/vm/guest_image.hpp>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include <hv/lib/format.hpp>

namespace {

using namespace hv;
using namespace hv::vm;

constexpr std::array<std::byte, 4> instruction{std::byte{0x13}};
constexpr std::array<std::byte, 4> packed{std::byte{0x1f}, std::byte{0x8b}, std::byte{8}, std::byte{0}};

GuestDescription guest_with(std::span<const std::byte> kernel)
{
    GuestDescription guest;
    guest.name = "linux";
    guest.memory = uint64_t{16} << 20;
    guest.kernel = kernel;
    return guest;
}

TEST(GuestImage, LiesInMemoryThatStartsWhereGuestsHaveIt)
{
    const GuestDescription guest = guest_with(instruction);
    EXPECT_EQ(ram_of(guest), (GuestPhysRange{GuestPhysAddr{0x8000'0000}, guest.memory}));
    const auto plan = plan_load(guest, {});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->entry, GuestPhysAddr{0x8020'0000});
    EXPECT_EQ(plan->pieces[0].source.data(), instruction.data());
}

TEST(GuestImage, LiesAtTheBaseThatIsSaid)
{
    GuestDescription guest = guest_with(instruction);
    guest.memory_base = PhysAddr{0x9000'0000};
    EXPECT_EQ(ram_of(guest), (GuestPhysRange{GuestPhysAddr{0x9000'0000}, guest.memory}));
    const auto plan = plan_load(guest, {});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->entry, GuestPhysAddr{0x9020'0000});
}

TEST(GuestImage, IsTheBuiltInOneWhereThatIsSaid)
{
    GuestDescription guest = guest_with({});
    guest.built_in = true;
    const auto plan = plan_load(guest, instruction);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->pieces[0].source.data(), instruction.data());
}

TEST(GuestImage, IsNamedWithItsGuestWhereItIsWrong)
{
    const auto plan = plan_load(guest_with(packed), instruction);
    ASSERT_FALSE(plan);
    std::array<char, 200> text{};
    BufferSink sink{text};
    print(sink, "{}", plan.error());
    EXPECT_EQ(sink.text(), "linux/kernel: is packed with gzip; unpack it first, as run.sh does");
}

}  // namespace
