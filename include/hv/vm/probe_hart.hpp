// Finds out by trying what a hart has for guests: over any access to CSRs, so that a fake hart can be tried as
// well.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>

#include <hv/isa/csr.hpp>
#include <hv/vm/hart_features.hpp>

namespace hv::vm {

/// A hart in HS-mode that has the H extension, and on which no guest runs. What it has not traps, and is then an
/// empty or a false result. try_cbo_zero: does CBO.ZERO clear `block` bytes of memory, no more and no fewer?
template <typename T>
concept CsrAccess = requires(T& csrs, isa::Csr csr, uint64_t value, uint32_t block)
{
    {
        csrs.try_read(csr)
        } -> std::same_as<std::optional<uint64_t>>;
    {
        csrs.try_write(csr, value)
        } -> std::same_as<bool>;
    {
        csrs.try_cbo_zero(block)
        } -> std::same_as<bool>;
};

/// What the bits of `mask` read after `candidate` was written to them; empty where `csr` does not exist. Other bits
/// are written as they are, and all are put back.
template <CsrAccess C>
[[nodiscard]] std::optional<uint64_t> bits_that_stick(C& csrs, isa::Csr csr, uint64_t mask, uint64_t candidate)
{
    const std::optional<uint64_t> before = csrs.try_read(csr);
    if (!before || !csrs.try_write(csr, (*before & ~mask) | candidate)) {
        return {};
    }
    const std::optional<uint64_t> after = csrs.try_read(csr);
    static_cast<void>(csrs.try_write(csr, *before));
    return after ? std::optional{*after & mask} : std::nullopt;
}

/// The stage-2 schemes and the VMID. Leaves hgatp 0.
template <CsrAccess C>
void probe_stage2(C& csrs, isa::PagingMode largest_mode, HartFeatures& found)
{
    using isa::Hgatp;
    using isa::PagingMode;
    const auto keeps = [&csrs](PagingMode mode) {
        const uint64_t word = Hgatp{}.with(Hgatp::mode, mode).bits();
        return csrs.try_write(isa::Csr::hgatp, word) && csrs.try_read(isa::Csr::hgatp) == word;
    };
    constexpr std::array<PagingMode, 3> modes{PagingMode::sv39, PagingMode::sv48, PagingMode::sv57};
    // [priv] Hypervisor: hgatp. 15 is for custom use and 1 is reserved: a hart that keeps 1 keeps anything.
    constexpr PagingMode reserved{1};
    found.stage2_is_said = keeps(reserved);
    PagingMode kept = PagingMode::bare;
    for (size_t i = 0; i != modes.size(); ++i) {
        // Where trying proves nothing: [priv] Shgatpa has for each scheme of the host the same one for guests.
        found.stage2[i] =
            found.stage2_is_said ? modes[i] <= std::max(largest_mode, PagingMode::sv39) : keeps(modes[i]);
        kept = found.stage2[i] ? modes[i] : kept;
    }
    // VMIDs are implemented from bit 0 up. In bare mode the field must be 0, so it is tried in another.
    const Hgatp all = Hgatp{}.with(Hgatp::mode, kept).with(Hgatp::vmid, 0x3fff);
    if (kept != PagingMode::bare && csrs.try_write(isa::Csr::hgatp, all.bits())) {
        uint16_t vmid = Hgatp{csrs.try_read(isa::Csr::hgatp).value_or(0)}.get(Hgatp::vmid);
        for (; (vmid & 1) != 0; vmid = static_cast<uint16_t>(vmid >> 1)) {
            ++found.vmid_bits;
        }
    }
    static_cast<void>(csrs.try_write(isa::Csr::hgatp, 0));
}

/// henvcfg, hstateen0, hcounteren: which bits stick.
template <CsrAccess C>
void probe_controls(C& csrs, HartFeatures& found)
{
    using isa::Henvcfg;
    using isa::Hstateen0;
    constexpr uint64_t switches = Henvcfg::fiom.mask | Henvcfg::lpe.mask | Henvcfg::sse.mask | Henvcfg::cbcfe.mask |
                                  Henvcfg::cbze.mask | Henvcfg::pmm.mask | Henvcfg::dte.mask | Henvcfg::adue.mask |
                                  Henvcfg::pbmte.mask | Henvcfg::stce.mask;
    // CBIE as guests get it.
    constexpr uint64_t wanted = Henvcfg{switches}.with(Henvcfg::cbie, isa::CacheInvalidate::flushes).bits();
    constexpr uint64_t mask = switches | Henvcfg::cbie.mask;
    if (const auto kept = bits_that_stick(csrs, isa::Csr::henvcfg, mask, wanted)) {
        found.henvcfg = Henvcfg{*kept};
    }
    constexpr uint64_t states = Hstateen0::custom.mask | Hstateen0::fcsr.mask | Hstateen0::jvt.mask |
                                Hstateen0::ctr.mask | Hstateen0::srmcfg.mask | Hstateen0::context.mask |
                                Hstateen0::imsic.mask | Hstateen0::aia.mask | Hstateen0::csrind.mask |
                                Hstateen0::envcfg.mask | Hstateen0::se0.mask;
    if (const auto kept = bits_that_stick(csrs, isa::Csr::hstateen0, states, states)) {
        found.hstateen0 = Hstateen0{*kept};
    }
    constexpr uint64_t counters = 0xffff'ffff;
    found.hcounteren = isa::Counteren{bits_that_stick(csrs, isa::Csr::hcounteren, counters, counters).value_or(0)};
}

/// Floating point and vectors. That FS or VS sticks proves nothing alone (QEMU 7.2 keeps VS without V), so a
/// register of each is read as well.
template <CsrAccess C>
void probe_units(C& csrs, HartFeatures& found)
{
    using isa::ContextStatus;
    using isa::Csr;
    using isa::Sstatus;
    const std::optional<uint64_t> before = csrs.try_read(Csr::sstatus);
    if (!before || !csrs.try_write(Csr::sstatus, *before | Sstatus::fs.mask | Sstatus::vs.mask)) {
        return;
    }
    const Sstatus on{csrs.try_read(Csr::sstatus).value_or(0)};
    found.fp = on.get(Sstatus::fs) != ContextStatus::off && csrs.try_read(Csr::fcsr).has_value();
    found.vector = on.get(Sstatus::vs) != ContextStatus::off && csrs.try_read(Csr::vlenb).has_value();
    static_cast<void>(csrs.try_write(Csr::sstatus, *before));
}

/// Once per hart, before its first guest. vstimecmp, where it exists, is all ones afterwards, and hgatp is 0; each
/// other CSR is as it was, but for what any trap changes. No TLB flush is owed: nothing was translated meanwhile.
template <CsrAccess C>
[[nodiscard]] HartFeatures probe_hart(C& csrs, const HartHints& hints)
{
    using isa::Counteren;
    using isa::Csr;
    HartFeatures found;
    // First: with a reset value of 0 the guest's timer is due as soon as anything lets it be. QEMU 10 shows it also
    // where henvcfg gives the guest no timer.
    const bool has_timer = csrs.try_write(Csr::vstimecmp, UINT64_MAX) && csrs.try_read(Csr::stimecmp).has_value();
    probe_stage2(csrs, hints.largest_mode, found);
    probe_controls(csrs, found);
    probe_units(csrs, found);
    found.counters = Counteren{}
                         .with(Counteren::cycle, csrs.try_read(Csr::cycle).has_value())
                         .with(Counteren::time, csrs.try_read(Csr::time).has_value())
                         .with(Counteren::instret, csrs.try_read(Csr::instret).has_value());
    // [priv] Sstc: without hcounteren.TM the guest's stimecmp traps whatever STCE is.
    found.sstc = has_timer && found.henvcfg && found.henvcfg->get(isa::Henvcfg::stce) &&
                 found.hcounteren.get(Counteren::time);
    found.cbo_zero = hints.zero_block != 0 && csrs.try_cbo_zero(hints.zero_block);
    return found;
}

}  // namespace hv::vm
