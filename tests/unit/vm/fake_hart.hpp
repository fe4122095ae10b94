// A hart that exists in a test only: its CSRs with the bits that they keep, and a record of every write.
#pragma once

#include <hv/vm/probe_hart.hpp>

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace hv::test {

class FakeHart {
public:
    struct Register {
        uint64_t value = 0;
        uint64_t kept = UINT64_MAX;  ///< the bits that a write can change
    };

    /// What is not in it traps.
    std::map<isa::Csr, Register> csrs;
    std::vector<std::pair<isa::Csr, uint64_t>> writes;
    uint32_t zero_block = 0;                    ///< 0: CBO.ZERO traps
    std::function<bool(uint64_t)> keeps_hgatp;  ///< is this value kept? Else the whole write is ignored
    uint64_t hgatp_kept = UINT64_MAX;

    std::optional<uint64_t> try_read(isa::Csr csr)
    {
        using isa::Sstatus;
        const auto at = csrs.find(csr);
        const bool is_off =
            (csr == isa::Csr::fcsr && !is_on(Sstatus::fs)) || (csr == isa::Csr::vlenb && !is_on(Sstatus::vs));
        return at != csrs.end() && !is_off ? std::optional{at->second.value} : std::nullopt;
    }

    bool try_write(isa::Csr csr, uint64_t value)
    {
        const auto at = csrs.find(csr);
        if (at == csrs.end() || isa::is_read_only(csr)) {
            return false;
        }
        writes.emplace_back(csr, value);
        if (csr != isa::Csr::hgatp || !keeps_hgatp || keeps_hgatp(value)) {
            at->second.value = (at->second.value & ~at->second.kept) | (value & at->second.kept);
        }
        return true;
    }

    [[nodiscard]] bool try_cbo_zero(uint32_t block) const { return zero_block == block; }

private:
    template <typename Field>
    [[nodiscard]] bool is_on(Field unit)
    {
        return isa::Sstatus{csrs[isa::Csr::sstatus].value}.get(unit) != isa::ContextStatus::off;
    }
};

inline constexpr uint64_t sstatus_at_entry = 0x8000'0002'0000'6000;

/// As QEMU 10 shows `-cpu rv64`: modes 0, 8, 9 and 10, others ignored whole.
inline FakeHart qemu_10()
{
    using isa::Csr;
    FakeHart hart;
    hart.csrs = {
        {Csr::vstimecmp, {}},
        {Csr::stimecmp, {}},
        {Csr::hgatp, {0, 0xf3ff'ffff'ffff'ffff}},
        {Csr::henvcfg, {0, 0xa000'0000'0000'00f1}},
        {Csr::hcounteren, {0, 0xffff'ffff}},
        {Csr::sstatus, {sstatus_at_entry, 0xc'6122}},
        {Csr::fcsr, {}},
        {Csr::cycle, {}},
        {Csr::time, {}},
        {Csr::instret, {}},
    };
    hart.keeps_hgatp = [](uint64_t value) {
        const uint64_t mode = value >> 60;
        return mode == 0 || (mode >= 8 && mode <= 10);
    };
    hart.zero_block = 64;
    return hart;
}

/// As QEMU 7.2 shows it: hgatp keeps everything, henvcfg and sstatus also the bits of extensions that it has not.
inline FakeHart qemu_7()
{
    FakeHart hart = qemu_10();
    hart.csrs[isa::Csr::henvcfg].kept = 0xc000'0000'0000'00f1;
    hart.csrs[isa::Csr::sstatus].kept |= isa::Sstatus::vs.mask;
    hart.csrs[isa::Csr::hgatp].kept = UINT64_MAX;
    hart.keeps_hgatp = {};
    hart.zero_block = 0;
    return hart;
}

/// As QEMU 10 shows `-cpu max`.
inline FakeHart qemu_10_max()
{
    FakeHart hart = qemu_10();
    hart.csrs[isa::Csr::henvcfg].kept = 0xe000'0003'0000'00f5;
    hart.csrs[isa::Csr::hstateen0] = {0, 0xdc00'0000'0000'0000};
    hart.csrs[isa::Csr::sstatus].kept |= isa::Sstatus::vs.mask;
    hart.csrs[isa::Csr::vlenb] = {16, 0};
    return hart;
}

/// What the trees of those machines say.
inline constexpr vm::HartHints hints_of_qemu_10{isa::PagingMode::sv57, 64};
inline constexpr vm::HartHints hints_of_qemu_7{isa::PagingMode::sv48, 0};

}  // namespace hv::test
