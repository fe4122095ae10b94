// The SBI's view of the vCPU that called: what vm::SbiHost asks for, done on this hart.
#pragma once

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/mm/guest_translation.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::arch {

class GuestSbi {
public:
    explicit GuestSbi(Vcpu& vcpu) : vcpu_{vcpu} {}

    [[nodiscard]] uint64_t hart() const { return vcpu_.index; }
    [[nodiscard]] static vm::ExtensionSet extensions() { return vm::ExtensionSet{}.with_legacy(); }
    [[nodiscard]] static vm::MachineIdentity identity() { return {}; }

    void set_timer(uint64_t deadline) { set_guest_timer(deadline); }
    void raise_software_interrupt() { raise_guest_software_interrupt(); }
    [[nodiscard]] bool clear_software_interrupt() { return clear_guest_software_interrupt(); }
    void fence_here(const vm::FenceRequest& request) { fence_guest(request); }

    // A guest has one hart, so that there are no others to reach.
    void send_ipis(vm::HartMask) {}
    void fence_others(vm::HartMask, const vm::FenceRequest&) {}
    void wake_for_start(uint64_t) {}
    [[nodiscard]] vm::HartStates& hart_states() { return vcpu_.guest->hart_states(); }

    [[nodiscard]] const mm::GuestMemory& memory() const { return vcpu_.guest->memory(); }
    [[nodiscard]] Expected<uint64_t, vm::GuestFault> load_word(GuestVirtAddr address) const;

    [[nodiscard]] size_t console_write(std::span<const std::byte> text)
    {
        size_t taken = 0;
        while (taken < text.size() && console_try_put(static_cast<uint8_t>(text[taken]))) {
            taken++;
        }
        return taken;
    }
    [[nodiscard]] size_t console_read(std::span<std::byte>) { return 0; }

    [[nodiscard]] vm::PmuCounters& counters() { return vcpu_.counters; }
    [[nodiscard]] vm::HardwareCounts hardware_counts() const
    {
        return {read_csr<isa::Csr::cycle>(), read_csr<isa::Csr::instret>()};
    }
    void counters_changed()
    {
        constexpr uint64_t time = 2;
        write_csr<isa::Csr::hcounteren>(vcpu_.counters.pass_through() | time);
    }

    // No feature of the extension exists yet, and it is not offered.
    [[nodiscard]] vm::FeatureLocks& feature_locks() { return vcpu_.feature_locks; }
    [[nodiscard]] std::optional<uint64_t> feature(isa::sbi::Feature) const { return std::nullopt; }
    [[nodiscard]] isa::sbi::Error set_feature(isa::sbi::Feature, uint64_t)
    {
        return isa::sbi::Error::not_supported;
    }

private:
    Vcpu& vcpu_;
};

static_assert(vm::SbiHost<GuestSbi>);

}  // namespace hv::arch
