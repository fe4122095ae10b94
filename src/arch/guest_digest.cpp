// A digest of all that a guest starts in, so that a test can tell that every start is like the first.
#include <hv/arch/vcpu.hpp>

#include <span>

#include <hv/arch/console.hpp>
#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/dev/plic_state.hpp>
#include <hv/isa/pte.hpp>
#include <hv/vm/blake2s.hpp>

namespace hv::arch {
namespace {

using isa::Csr;
using vm::Blake2s;

void add_word(Blake2s& hash, uint64_t word)
{
    hash.add(std::as_bytes(std::span{&word, 1}));
}

template <Csr... csrs>
void add_csrs(Blake2s& hash)
{
    (add_word(hash, read_csr<csrs>()), ...);
}

/// [priv] Sv39x4: the tables as the hart reads them. `levels` are those below this one.
void add_table(Blake2s& hash, uint64_t table, size_t entries, unsigned levels)
{
    constexpr uint64_t valid = 1;
    constexpr uint64_t leaf = 0xe;
    const std::span words{reinterpret_cast<const uint64_t*>(table), entries};
    hash.add(std::as_bytes(words));
    for (const uint64_t entry : words) {
        if (levels != 0 && (entry & (valid | leaf)) == valid) {
            add_table(hash, entry >> 10 << 12, isa::page_size / sizeof(uint64_t), levels - 1);
        }
    }
}

/// The registers and CSRs that the guest's hart starts with, but for htimedelta, which is the time.
void add_vcpu(Blake2s& hash, const Vcpu& vcpu)
{
    hash.add(std::as_bytes(std::span{vcpu.frame().slots}));
    add_csrs<Csr::vsstatus, Csr::vsie, Csr::vstvec, Csr::vsscratch, Csr::vsepc, Csr::vscause, Csr::vstval,
             Csr::vsatp, Csr::hie, Csr::scounteren, Csr::senvcfg, Csr::sstatus, Csr::hstatus, Csr::hedeleg,
             Csr::hideleg, Csr::hcounteren, Csr::hgatp>(hash);
    // QEMU 10 shows the hypervisor's own pending interrupts in hvip, too.
    using isa::Interrupts;
    constexpr uint64_t guests = Interrupts::virtual_supervisor_software.mask |
                                Interrupts::virtual_supervisor_timer.mask |
                                Interrupts::virtual_supervisor_external.mask;
    add_word(hash, read_csr<Csr::hvip>() & guests);
    const GuestCpuSettings& settings = vcpu.guest->plan().cpu;
    if (settings.has_stimecmp) {
        add_csrs<Csr::vstimecmp>(hash);
    }
    if (settings.henvcfg) {
        add_csrs<Csr::henvcfg>(hash);
    }
    if (settings.hstateen0) {
        add_csrs<Csr::hstateen0>(hash);
    }
    add_word(hash, vcpu.counters.pass_through());
    hash.add(std::as_bytes(std::span{&vcpu.feature_locks, 1}));
}

/// What is the guest's and no vCPU's: devices, hart states, stage-2 tables.
void add_guest(Blake2s& hash, Guest& guest)
{
    const auto see = [&](std::span<const std::byte> bytes) { hash.add(bytes); };
    guest.plic().show_state(see);
    guest.serial_port().show_state(see);
    for (const Vcpu* vcpu : guest.vcpus()) {
        add_word(hash, static_cast<uint64_t>(guest.hart_states().status(vcpu->index)));
    }
    constexpr size_t root_entries = 4 * isa::page_size / sizeof(uint64_t);
    add_table(hash, guest.hgatp().get(isa::Hgatp::ppn) << 12, root_entries, 2);
}

}  // namespace

void show_reset_digest(Vcpu& vcpu)
{
    if (vcpu.digest_shown) {
        return;
    }
    vcpu.digest_shown = true;
    Blake2s hash;
    add_vcpu(hash, vcpu);
    if (vcpu.index == 0) {
        add_guest(hash, *vcpu.guest);
    }
    const Blake2s::Digest digest = hash.finish();
    println("guest {}, vCPU {}: starts in state {:016x}", vcpu.guest->name(), vcpu.index,
            __builtin_bit_cast(std::array<uint64_t, 4>, digest)[0]);
}

}  // namespace hv::arch
