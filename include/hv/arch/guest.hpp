// A guest on this machine: its memory, its devices, its vCPUs, and how it starts and ends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/arch/console.hpp>
#include <hv/arch/vcpu.hpp>
#include <hv/dev/bus.hpp>
#include <hv/dev/plic.hpp>
#include <hv/dev/serial_port.hpp>
#include <hv/isa/registers.hpp>
#include <hv/mm/guest_memory.hpp>
#include <hv/vm/sbi_hart_states.hpp>

namespace hv::arch {

/// The guest's serial line is the console, and its interrupt is a source of the guest's PLIC.
struct SerialWires {
    dev::Plic* plic;

    static bool try_put(uint8_t byte) { return console_try_put(byte); }
    [[nodiscard]] dev::Effects set_interrupt(bool high) const
    {
        return plic->set_level(dev::serial_port_source, high);
    }
};

/// What a guest is made of. The bytes of `image` and of `device_tree` outlive the guest: a restart copies them
/// again.
struct GuestPlan {
    std::string_view name{};
    unsigned harts = 1;
    GuestPhysRange memory{};  ///< as the guest sees it
    PhysAddr host_memory{};   ///< of the first byte
    std::span<const std::byte> image{};
    GuestPhysAddr entry{};  ///< where the image goes, and starts
    std::span<const std::byte> device_tree{};
    GuestPhysAddr device_tree_at{};
};

/// Built at boot, from the heap, and never destroyed.
class Guest {
public:
    /// Builds the stage-2 table. The memory is not touched.
    explicit Guest(const GuestPlan& plan);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    /// Scrubs the guest's memory, copies the images into it, and starts vCPU 0 on this hart. Comes back never.
    [[noreturn]] void start_on_this_hart();

    /// Ends the guest. As its only vCPU ends with it, so does the machine.
    [[noreturn]] void shut_down(bool failure);

    [[nodiscard]] std::string_view name() const { return plan_.name; }
    [[nodiscard]] const mm::GuestMemory& memory() const { return memory_; }
    [[nodiscard]] vm::HartStates& hart_states() { return hart_states_; }
    [[nodiscard]] dev::Plic& plic() { return plic_; }
    [[nodiscard]] dev::SerialPort<SerialWires>& serial_port() { return serial_port_; }
    [[nodiscard]] isa::Hgatp hgatp() const { return hgatp_; }

private:
    void load_images();

    GuestPlan plan_;
    std::array<mm::GuestRegion, 1> regions_;
    mm::GuestMemory memory_;
    vm::HartStates hart_states_;
    dev::Plic plic_;
    SerialWires wires_;
    dev::SerialPort<SerialWires> serial_port_;
    isa::Hgatp hgatp_{};
    Vcpu vcpu_{};
};

}  // namespace hv::arch
