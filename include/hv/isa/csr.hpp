// The numbers of the control and status registers (CSRs), each spelled as the specification spells it.
#pragma once

#include <cstdint>
#include <string_view>

namespace hv::isa {

/// A CSR's 12-bit number, as the CSR instructions encode it. tests/lint holds every line against the assembler's
/// own names. What is missing: `pmpcfg`, `pmpaddr`, the machine's event counters and the debug mode's registers.
// clang-format off
enum class Csr : uint16_t {
    // [priv] CSR Listing: unprivileged floating-point, vector, entropy and shadow-stack registers.
    fflags     = 0x001, frm        = 0x002, fcsr       = 0x003, vstart     = 0x008,
    vxsat      = 0x009, vxrm       = 0x00a, vcsr       = 0x00f, ssp        = 0x011,
    seed       = 0x015, jvt        = 0x017, vl         = 0xc20, vtype      = 0xc21, vlenb = 0xc22,
    // [priv] CSR Listing: unprivileged counters and timers.
    cycle        = 0xc00, time         = 0xc01, instret      = 0xc02, hpmcounter3  = 0xc03,
    hpmcounter4  = 0xc04, hpmcounter5  = 0xc05, hpmcounter6  = 0xc06, hpmcounter7  = 0xc07,
    hpmcounter8  = 0xc08, hpmcounter9  = 0xc09, hpmcounter10 = 0xc0a, hpmcounter11 = 0xc0b,
    hpmcounter12 = 0xc0c, hpmcounter13 = 0xc0d, hpmcounter14 = 0xc0e, hpmcounter15 = 0xc0f,
    hpmcounter16 = 0xc10, hpmcounter17 = 0xc11, hpmcounter18 = 0xc12, hpmcounter19 = 0xc13,
    hpmcounter20 = 0xc14, hpmcounter21 = 0xc15, hpmcounter22 = 0xc16, hpmcounter23 = 0xc17,
    hpmcounter24 = 0xc18, hpmcounter25 = 0xc19, hpmcounter26 = 0xc1a, hpmcounter27 = 0xc1b,
    hpmcounter28 = 0xc1c, hpmcounter29 = 0xc1d, hpmcounter30 = 0xc1e, hpmcounter31 = 0xc1f,
    // [priv] CSR Listing: supervisor.
    sstatus    = 0x100, sie        = 0x104, stvec      = 0x105, scounteren    = 0x106,
    senvcfg    = 0x10a, sstateen0  = 0x10c, sstateen1  = 0x10d, sstateen2     = 0x10e,
    sstateen3  = 0x10f, scountinhibit = 0x120, sscratch = 0x140, sepc         = 0x141,
    scause     = 0x142, stval      = 0x143, sip        = 0x144, stimecmp      = 0x14d,
    sctrctl    = 0x14e, sctrstatus = 0x14f, siselect   = 0x150, sireg         = 0x151,
    sireg2     = 0x152, sireg3     = 0x153, sireg4     = 0x155, sireg5        = 0x156,
    sireg6     = 0x157, stopei     = 0x15c, sctrdepth  = 0x15f, satp          = 0x180,
    srmcfg     = 0x181, scontext   = 0x5a8, scountovf  = 0xda0, stopi         = 0xdb0,
    // [priv] CSR Listing: hypervisor.
    hstatus    = 0x600, hedeleg    = 0x602, hideleg    = 0x603, hie        = 0x604,
    htimedelta = 0x605, hcounteren = 0x606, hgeie      = 0x607, hvien      = 0x608,
    hvictl     = 0x609, henvcfg    = 0x60a, hstateen0  = 0x60c, hstateen1  = 0x60d,
    hstateen2  = 0x60e, hstateen3  = 0x60f, htval      = 0x643, hip        = 0x644,
    hvip       = 0x645, hviprio1   = 0x646, hviprio2   = 0x647, htinst     = 0x64a,
    hgatp      = 0x680, hcontext   = 0x6a8, hgeip      = 0xe12,
    // [priv] CSR Listing: virtual supervisor.
    vsstatus   = 0x200, vsie       = 0x204, vstvec     = 0x205, vsscratch  = 0x240,
    vsepc      = 0x241, vscause    = 0x242, vstval     = 0x243, vsip       = 0x244,
    vstimecmp  = 0x24d, vsctrctl   = 0x24e, vsiselect  = 0x250, vsireg     = 0x251,
    vsireg2    = 0x252, vsireg3    = 0x253, vsireg4    = 0x255, vsireg5    = 0x256,
    vsireg6    = 0x257, vstopei    = 0x25c, vsatp      = 0x280, vstopi     = 0xeb0,
    // [priv] CSR Listing: machine. Never ours to touch: a report names what a guest tried to.
    mstatus    = 0x300, misa       = 0x301, medeleg    = 0x302, mideleg    = 0x303,
    mie        = 0x304, mtvec      = 0x305, mcounteren = 0x306, menvcfg    = 0x30a,
    mstateen0  = 0x30c, mstateen1  = 0x30d, mstateen2  = 0x30e, mstateen3  = 0x30f,
    mcountinhibit = 0x320, mscratch = 0x340, mepc      = 0x341, mcause     = 0x342,
    mtval      = 0x343, mip        = 0x344, mtinst     = 0x34a, mtval2     = 0x34b,
    mseccfg    = 0x747, mcycle     = 0xb00, minstret   = 0xb02, mvendorid  = 0xf11,
    marchid    = 0xf12, mimpid     = 0xf13, mhartid    = 0xf14, mconfigptr = 0xf15,
};
// clang-format on

/// The specification's name of a CSR; empty for a number that is not listed above.
[[nodiscard]] std::string_view name_of(Csr csr);

/// [priv] CSR Address Mapping Conventions: the lowest privilege that may touch the CSR.
enum class CsrPrivilege : uint8_t { user = 0, supervisor = 1, hypervisor = 2, machine = 3 };

[[nodiscard]] constexpr CsrPrivilege privilege_of(Csr csr)
{
    return static_cast<CsrPrivilege>((static_cast<unsigned>(csr) >> 8) & 3);
}

/// [priv] CSR Address Mapping Conventions: the top two bits are ones.
[[nodiscard]] constexpr bool is_read_only(Csr csr)
{
    return (static_cast<unsigned>(csr) >> 10) == 3;
}

static_assert(privilege_of(Csr::hgatp) == CsrPrivilege::hypervisor && !is_read_only(Csr::hgatp));
static_assert(privilege_of(Csr::time) == CsrPrivilege::user && is_read_only(Csr::time));
// VS CSRs are the hypervisor's, and so are encoded as hypervisor CSRs of the supervisor's functions.
static_assert(privilege_of(Csr::vsatp) == CsrPrivilege::hypervisor);

}  // namespace hv::isa
