// Choosing a stage-2 scheme among those that a hart has, and saying in one line what the hart has.
#include <hv/vm/hart_features.hpp>

#include <span>
#include <string_view>

#include <hv/lib/bits.hpp>
#include <hv/lib/format.hpp>

namespace hv::vm {
namespace {

/// A scheme's mode, name, and how many bits its guest-physical addresses have.
struct Scheme {
    isa::PagingMode mode;
    std::string_view name;
    unsigned address_bits;
};
constexpr std::array<Scheme, 3> schemes{{
    {isa::PagingMode::sv39, " Sv39x4", 41},
    {isa::PagingMode::sv48, " Sv48x4", 50},
    {isa::PagingMode::sv57, " Sv57x4", 59},
}};

struct NamedBit {
    uint64_t mask;
    const char* name;  // no view: that would take twice the room
};

using isa::Counteren;
using isa::Henvcfg;
using isa::Hstateen0;

constexpr std::array<NamedBit, 10> henvcfg_bits{{
    {Henvcfg::stce.mask, " STCE"},
    {Henvcfg::pbmte.mask, " PBMTE"},
    {Henvcfg::adue.mask, " ADUE"},
    {Henvcfg::dte.mask, " DTE"},
    {Henvcfg::pmm.mask, " PMM"},
    {Henvcfg::cbze.mask, " CBZE"},
    {Henvcfg::cbcfe.mask, " CBCFE"},
    {Henvcfg::cbie.mask, " CBIE"},
    {Henvcfg::lpe.mask | Henvcfg::sse.mask, " LPE/SSE"},
    {Henvcfg::fiom.mask, " FIOM"},
}};
constexpr std::array<NamedBit, 11> hstateen0_bits{{
    {Hstateen0::se0.mask, " SE0"},
    {Hstateen0::envcfg.mask, " ENVCFG"},
    {Hstateen0::csrind.mask, " CSRIND"},
    {Hstateen0::aia.mask, " AIA"},
    {Hstateen0::imsic.mask, " IMSIC"},
    {Hstateen0::context.mask, " CONTEXT"},
    {Hstateen0::srmcfg.mask, " SRMCFG"},
    {Hstateen0::ctr.mask, " CTR"},
    {Hstateen0::jvt.mask, " JVT"},
    {Hstateen0::fcsr.mask, " FCSR"},
    {Hstateen0::custom.mask, " C"},
}};
constexpr std::array<NamedBit, 3> counter_bits{{
    {Counteren::cycle.mask, " cycle"},
    {Counteren::time.mask, " time"},
    {Counteren::instret.mask, " instret"},
}};

/// `title`, and the names of those bits that are set in `word`.
void write_bits(FormatOutput& out, std::string_view title, uint64_t word, std::span<const NamedBit> bits)
{
    out.write(title);
    for (const NamedBit& bit : bits) {
        if ((word & bit.mask) != 0) {
            out.write(bit.name);
        }
    }
}

void write_if(FormatOutput& out, bool holds, std::string_view text)
{
    if (holds) {
        out.write(text);
    }
}

}  // namespace

std::optional<isa::PagingMode> HartFeatures::smallest_mode_for(GuestPhysAddr end) const
{
    for (size_t i = 0; i != schemes.size(); ++i) {
        if (stage2[i] && end.value() <= uint64_t{1} << schemes[i].address_bits) {
            return schemes[i].mode;
        }
    }
    return {};
}

void format_value(FormatOutput& out, const HartFeatures& features)
{
    out.write("stage 2");
    for (size_t i = 0; i != schemes.size(); ++i) {
        write_if(out, features.stage2[i], schemes[i].name);
    }
    write_if(out, features.stage2_is_said, " (as mmu-type says)");
    print(out, ", {} VMID bits", features.vmid_bits);
    write_if(out, features.sstc, ", Sstc");
    write_if(out, features.henvcfg && features.henvcfg->get(Henvcfg::adue), ", Svadu");
    write_if(out, features.cbo_zero, ", Zicboz");
    write_if(out, features.fp, ", FP");
    write_if(out, features.vector, ", V");
    const uint64_t counters = features.counters.bits() & features.hcounteren.bits();
    write_bits(out, counters != 0 ? ", counters" : ", no counters", counters, counter_bits);
    if (features.henvcfg) {
        write_bits(out, ", henvcfg", features.henvcfg->bits(), henvcfg_bits);
    }
    if (features.hstateen0) {
        write_bits(out, ", hstateen0", features.hstateen0->bits(), hstateen0_bits);
    }
}

}  // namespace hv::vm
