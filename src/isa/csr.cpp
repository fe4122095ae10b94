// The names of the control and status registers, packed: they are for reports, which may take their time.
#include <hv/isa/csr.hpp>

#include <array>
#include <cstddef>

namespace hv::isa {

namespace {

/// For the compiler only, which makes the table below of it.
consteval std::string_view spelled(Csr csr)
{
    // The compiler lists an enumerator that is missing here, and the macro keeps name and enumerator the same word.
#define HV_CASE(name)                                                                                              \
    case Csr::name:                                                                                                \
        return #name
    // clang-format off
    switch (csr) {
        HV_CASE(fflags); HV_CASE(frm); HV_CASE(fcsr); HV_CASE(vstart); HV_CASE(vxsat); HV_CASE(vxrm);
        HV_CASE(vcsr); HV_CASE(ssp); HV_CASE(seed); HV_CASE(jvt); HV_CASE(vl); HV_CASE(vtype); HV_CASE(vlenb);
        HV_CASE(cycle); HV_CASE(time); HV_CASE(instret); HV_CASE(hpmcounter3); HV_CASE(hpmcounter4);
        HV_CASE(hpmcounter5); HV_CASE(hpmcounter6); HV_CASE(hpmcounter7); HV_CASE(hpmcounter8);
        HV_CASE(hpmcounter9); HV_CASE(hpmcounter10); HV_CASE(hpmcounter11); HV_CASE(hpmcounter12);
        HV_CASE(hpmcounter13); HV_CASE(hpmcounter14); HV_CASE(hpmcounter15); HV_CASE(hpmcounter16);
        HV_CASE(hpmcounter17); HV_CASE(hpmcounter18); HV_CASE(hpmcounter19); HV_CASE(hpmcounter20);
        HV_CASE(hpmcounter21); HV_CASE(hpmcounter22); HV_CASE(hpmcounter23); HV_CASE(hpmcounter24);
        HV_CASE(hpmcounter25); HV_CASE(hpmcounter26); HV_CASE(hpmcounter27); HV_CASE(hpmcounter28);
        HV_CASE(hpmcounter29); HV_CASE(hpmcounter30); HV_CASE(hpmcounter31); HV_CASE(sstatus); HV_CASE(sie);
        HV_CASE(stvec); HV_CASE(scounteren); HV_CASE(senvcfg); HV_CASE(sstateen0); HV_CASE(sstateen1);
        HV_CASE(sstateen2); HV_CASE(sstateen3); HV_CASE(scountinhibit); HV_CASE(sscratch); HV_CASE(sepc);
        HV_CASE(scause); HV_CASE(stval); HV_CASE(sip); HV_CASE(stimecmp); HV_CASE(sctrctl); HV_CASE(sctrstatus);
        HV_CASE(siselect); HV_CASE(sireg); HV_CASE(sireg2); HV_CASE(sireg3); HV_CASE(sireg4); HV_CASE(sireg5);
        HV_CASE(sireg6); HV_CASE(stopei); HV_CASE(sctrdepth); HV_CASE(satp); HV_CASE(srmcfg); HV_CASE(scontext);
        HV_CASE(scountovf); HV_CASE(stopi); HV_CASE(hstatus); HV_CASE(hedeleg); HV_CASE(hideleg); HV_CASE(hie);
        HV_CASE(htimedelta); HV_CASE(hcounteren); HV_CASE(hgeie); HV_CASE(hvien); HV_CASE(hvictl);
        HV_CASE(henvcfg); HV_CASE(hstateen0); HV_CASE(hstateen1); HV_CASE(hstateen2); HV_CASE(hstateen3);
        HV_CASE(htval); HV_CASE(hip); HV_CASE(hvip); HV_CASE(hviprio1); HV_CASE(hviprio2); HV_CASE(htinst);
        HV_CASE(hgatp); HV_CASE(hcontext); HV_CASE(hgeip); HV_CASE(vsstatus); HV_CASE(vsie); HV_CASE(vstvec);
        HV_CASE(vsscratch); HV_CASE(vsepc); HV_CASE(vscause); HV_CASE(vstval); HV_CASE(vsip);
        HV_CASE(vstimecmp); HV_CASE(vsctrctl); HV_CASE(vsiselect); HV_CASE(vsireg); HV_CASE(vsireg2);
        HV_CASE(vsireg3); HV_CASE(vsireg4); HV_CASE(vsireg5); HV_CASE(vsireg6); HV_CASE(vstopei);
        HV_CASE(vsatp); HV_CASE(vstopi); HV_CASE(mstatus); HV_CASE(misa); HV_CASE(medeleg); HV_CASE(mideleg);
        HV_CASE(mie); HV_CASE(mtvec); HV_CASE(mcounteren); HV_CASE(menvcfg); HV_CASE(mstateen0);
        HV_CASE(mstateen1); HV_CASE(mstateen2); HV_CASE(mstateen3); HV_CASE(mcountinhibit); HV_CASE(mscratch);
        HV_CASE(mepc); HV_CASE(mcause); HV_CASE(mtval); HV_CASE(mip); HV_CASE(mtinst); HV_CASE(mtval2);
        HV_CASE(mseccfg); HV_CASE(mcycle); HV_CASE(minstret); HV_CASE(mvendorid); HV_CASE(marchid);
        HV_CASE(mimpid); HV_CASE(mhartid); HV_CASE(mconfigptr);
    }
    // clang-format on
#undef HV_CASE
    return {};
}

constexpr unsigned numbers_end = 0x1000;

struct Sizes {
    size_t names = 0;
    size_t characters = 0;
};

consteval Sizes measure()
{
    Sizes sizes;
    for (unsigned number = 0; number < numbers_end; ++number) {
        if (const std::string_view name = spelled(static_cast<Csr>(number)); !name.empty()) {
            ++sizes.names;
            sizes.characters += name.size() + 1;
        }
    }
    return sizes;
}
constexpr Sizes sizes = measure();

/// The numbers that have a name, ascending, and their names in the same order, each with a NUL behind it.
struct Names {
    std::array<uint16_t, sizes.names> numbers{};
    std::array<char, sizes.characters> characters{};
};

consteval Names pack()
{
    Names packed;
    size_t names = 0;
    size_t characters = 0;
    for (unsigned number = 0; number < numbers_end; ++number) {
        const std::string_view name = spelled(static_cast<Csr>(number));
        if (name.empty()) {
            continue;
        }
        packed.numbers[names++] = static_cast<uint16_t>(number);
        for (const char c : name) {
            packed.characters[characters++] = c;
        }
        ++characters;
    }
    return packed;
}
constexpr Names packed = pack();

}  // namespace

[[gnu::cold]] std::string_view name_of(Csr csr)
{
    const char* at = packed.characters.data();
    for (const uint16_t number : packed.numbers) {
        const std::string_view name{at};
        if (number == static_cast<uint16_t>(csr)) {
            return name;
        }
        at += name.size() + 1;
    }
    return {};
}

}  // namespace hv::isa
