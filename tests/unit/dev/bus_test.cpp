// Which device an address belongs to.
#include <hv/dev/bus.hpp>

#include <gtest/gtest.h>

namespace hv::dev {
namespace {

TEST(Bus, FindsTheDeviceAndTheOffsetInIt)
{
    EXPECT_EQ(place_of(GuestPhysAddr{0x1000'0005}), (Place{Device::serial_port, 5}));
    EXPECT_EQ(place_of(GuestPhysAddr{0x0c20'1004}), (Place{Device::plic, 0x20'1004}));
}

TEST(Bus, EndsEachWindowAtItsLastByte)
{
    EXPECT_EQ(place_of(GuestPhysAddr{0x0fff'ffff}), Place{});
    EXPECT_EQ(place_of(GuestPhysAddr{0x1000'0000}), (Place{Device::serial_port, 0}));
    EXPECT_EQ(place_of(GuestPhysAddr{0x1000'00ff}), (Place{Device::serial_port, 0xff}));
    EXPECT_EQ(place_of(GuestPhysAddr{0x1000'0100}), Place{});
    EXPECT_EQ(place_of(GuestPhysAddr{0x0bff'ffff}), Place{});
    EXPECT_EQ(place_of(GuestPhysAddr{0x0c00'0000}), (Place{Device::plic, 0}));
    EXPECT_EQ(place_of(GuestPhysAddr{0x0c5f'ffff}), (Place{Device::plic, 0x5f'ffff}));
    EXPECT_EQ(place_of(GuestPhysAddr{0x0c60'0000}), Place{});
}

TEST(Bus, FindsNothingElsewhere)
{
    for (const uint64_t address : {uint64_t{0}, uint64_t{0x8000'0000}, uint64_t{0x1'1000'0000}, UINT64_MAX}) {
        EXPECT_EQ(place_of(GuestPhysAddr{address}), Place{}) << address;
    }
}

}  // namespace
}  // namespace hv::dev
