// The SBI's view of the vCPU that called: what vm::SbiHost asks for, done on this hart.
#pragma once

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::arch {

class GuestSbi {
public:
    /// `frame` is the calling hart's.
    explicit GuestSbi(GuestFrame& frame) : frame_{frame} {}

    [[nodiscard]] uint64_t hart() const { return frame_.hart_id; }
    [[nodiscard]] static constexpr vm::ExtensionSet common_extensions()
    {
        return vm::ExtensionSet{}
            .with(isa::sbi::Extension::system_suspend)
            .with(isa::sbi::Extension::performance_monitoring)
            .with(isa::sbi::Extension::firmware_features)
            .with_legacy();
    }
    [[nodiscard]] vm::ExtensionSet extensions() const
    {
        const bool fed = guest().plan().fed_watchdog != 0;
        return fed ? common_extensions().with_watchdog() : common_extensions();
    }
    [[nodiscard]] static vm::MachineIdentity identity() { return {}; }

    [[nodiscard, gnu::always_inline]] bool set_timer_quickly(uint64_t deadline)
    {
        return set_guest_timer(frame_, deadline);
    }
    void set_timer(uint64_t deadline)
    {
        if (!set_guest_timer(frame_, deadline)) {
            set_shared_timer(vcpu(), deadline);
        }
    }
    void feed_watchdog() { guest().feed(); }
    [[gnu::always_inline]] void raise_software_interrupt() { raise_guest_software_interrupt(); }
    [[nodiscard]] bool clear_software_interrupt()
    {
        constexpr uint64_t bit = isa::Interrupts::virtual_supervisor_software.mask;
        const bool was_pending = (read_csr<isa::Csr::hvip>() & bit) != 0;
        clear_csr<isa::Csr::hvip>(bit);
        return was_pending;
    }
    [[gnu::always_inline]] void fence_here(const vm::FenceRequest& request) { fence_guest(request); }

    void send_ipis(vm::HartMask harts) { send_requests(guest(), harts, request::software_interrupt); }
    void fence_others(vm::HartMask harts, const vm::FenceRequest& request)
    {
        arch::fence_others(vcpu(), harts, request);
    }
    void wake_for_start(uint64_t hart) { send_request(*guest().vcpus()[hart], request::start); }
    [[nodiscard]] vm::HartStates& hart_states() { return guest().hart_states(); }

    [[nodiscard]] const mm::GuestMemory& memory() const { return guest().memory(); }
    [[nodiscard]] Expected<uint64_t, vm::GuestFault> load_word(GuestVirtAddr address) const;

    [[nodiscard]] size_t console_write(std::span<const std::byte> text)
    {
        return arch::console_write(guest().wires().console, text);
    }
    [[nodiscard]] size_t console_read(std::span<std::byte> room) { return take_console_input(guest(), room); }

    [[nodiscard]] vm::PmuCounters& counters() { return vcpu().counters; }
    [[nodiscard]] static vm::HardwareCounts hardware_counts()
    {
        return {read_csr<isa::Csr::cycle>(), read_csr<isa::Csr::instret>()};
    }
    void counters_changed() { pass_counters_through(frame_); }

    [[nodiscard]] vm::FeatureLocks& feature_locks() { return vcpu().feature_locks; }
    [[nodiscard]] std::optional<uint64_t> feature(isa::sbi::Feature feature) const;
    [[nodiscard]] isa::sbi::Error set_feature(isa::sbi::Feature feature, uint64_t value);

private:
    [[nodiscard]] Vcpu& vcpu() const { return *frame_.vcpu; }
    [[nodiscard]] Guest& guest() const { return *frame_.vcpu->guest; }

    GuestFrame& frame_;
};

static_assert(vm::SbiHost<GuestSbi>);

}  // namespace hv::arch
