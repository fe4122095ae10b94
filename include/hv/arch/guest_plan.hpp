// What a guest is to be made of: decided from the description, and never changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/shared_region.hpp>
#include <hv/lib/address.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/lib/vector.hpp>
#include <hv/mm/guest_memory.hpp>
#include <hv/vm/description.hpp>
#include <hv/vm/fault_policy.hpp>
#include <hv/vm/guest_tree.hpp>
#include <hv/vm/host_device.hpp>
#include <hv/vm/image.hpp>
#include <hv/vm/seed.hpp>

namespace hv::arch {

struct HartRecord;

/// What a guest is made of. All that it points to outlives the guest: a restart copies from it again.
struct GuestPlan {
    static constexpr size_t max_shared = vm::Description::max_regions;
    static constexpr size_t max_windows = vm::HostDevice::max_windows * vm::GuestDescription::max_devices;
    static constexpr size_t max_interrupts = vm::HostDevice::max_interrupts * vm::GuestDescription::max_devices;

    std::string_view name{};
    std::span<HartRecord* const> harts{};                  ///< vCPU n runs on harts[n]
    GuestPhysRange memory{};                               ///< its own, as it sees it
    Vector<mm::GuestRegion> regions{};                     ///< where that lies
    StaticVector<mm::GuestRegion, max_windows> windows{};  ///< devices of the machine's
    StaticVector<uint32_t, max_interrupts> interrupts{};   ///< of those, at the machine's PLIC and at the guest's
    Vector<vm::GuestDevice> devices{};                     ///< the same for the tree, which views them
    mm::HostMemory host_access{};                          ///< how memory is reached
    /// What it shares with other guests. That is no RAM of its own: no SBI call takes an address there, and there
    /// is nothing to be executed.
    StaticVector<mm::GuestRegion, max_shared> shared{};
    StaticVector<DoorbellLine*, max_shared> doorbells{};      ///< of the regions in `shared`, for this guest only
    StaticVector<vm::SharedNode, max_shared> shared_nodes{};  ///< the same for the tree, which views them
    vm::LoadPlan images{};
    vm::GuestTreeRequest tree{};  ///< `seeds` is filled in at every start
    const vm::SeedSource* seeds = nullptr;
    GuestCpuSettings cpu{};
    vm::FaultPolicySettings policy{};
    bool shows_digests = false;   ///< of the state that it starts in, at each start
    uint64_t fed_watchdog = 0;    ///< ticks within which the guest is to feed it; 0: off
    uint64_t timer_watchdog = 0;  ///< ticks that a timer may be due and untaken; 0: off
};

}  // namespace hv::arch
