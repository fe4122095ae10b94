// The supervisor's and the hypervisor's CSRs as types with named fields.
#pragma once

#include <cstdint>

#include <hv/isa/word.hpp>

namespace hv::isa {

/// [priv] Supervisor: sstatus. The state of a register file: sstatus.FS, sstatus.VS.
enum class ContextStatus : uint8_t { off = 0, initial = 1, clean = 2, dirty = 3 };

/// [priv] Supervisor: sstatus.
struct Sstatus : Word<Sstatus> {
    using Word::Word;
    static constexpr Flag<1> sie{};   ///< interrupts are on in S-mode
    static constexpr Flag<5> spie{};  ///< what SIE was before the trap
    static constexpr Flag<6> ube{};
    static constexpr Flag<8> spp{};  ///< the trap came from S-mode (else U-mode)
    static constexpr Field<9, 2, ContextStatus> vs{};
    static constexpr Field<13, 2, ContextStatus> fs{};
    static constexpr Field<15, 2, ContextStatus> xs{};
    static constexpr Flag<18> sum{};
    static constexpr Flag<19> mxr{};
    static constexpr Flag<23> spelp{};
    static constexpr Flag<24> sdt{};
    static constexpr Field<32, 2> uxl{};
    static constexpr Flag<63> sd{};
};
static_assert(round_trips<Sstatus>(Sstatus::fs, ContextStatus::clean) && Sstatus::fs.mask == 0x6000);
static_assert(round_trips<Sstatus>(Sstatus::sd, true) && Sstatus::sie.mask == 2 && Sstatus::spp.mask == 0x100);

/// [priv] Supervisor: scause. The code's meaning is in cause.hpp.
struct Scause : Word<Scause> {
    using Word::Word;
    static constexpr Field<0, 63> code{};
    static constexpr Flag<63> interrupt{};
};
static_assert(round_trips<Scause>(Scause::code, uint64_t{23}) && round_trips<Scause>(Scause::interrupt, true));

/// [priv] Supervisor: sip, sie. [priv] Hypervisor: hie, hip, hvip, hideleg. One layout for all of them.
struct Interrupts : Word<Interrupts> {
    using Word::Word;
    static constexpr Flag<1> supervisor_software{};
    static constexpr Flag<2> virtual_supervisor_software{};
    static constexpr Flag<5> supervisor_timer{};
    static constexpr Flag<6> virtual_supervisor_timer{};
    static constexpr Flag<9> supervisor_external{};
    static constexpr Flag<10> virtual_supervisor_external{};
    static constexpr Flag<12> supervisor_guest_external{};
    static constexpr Flag<13> counter_overflow{};
};
static_assert(round_trips<Interrupts>(Interrupts::supervisor_timer, true));
static_assert(Interrupts::supervisor_guest_external.mask == 0x1000);

/// [priv] Supervisor: satp. [priv] Hypervisor: hgatp. The mode; hgatp's schemes are the same with "x4" behind.
enum class PagingMode : uint8_t { bare = 0, sv39 = 8, sv48 = 9, sv57 = 10 };

/// [priv] Supervisor: satp. `ppn` is the root's address divided by 4096.
struct Satp : Word<Satp> {
    using Word::Word;
    static constexpr Field<0, 44> ppn{};
    static constexpr Field<44, 16, uint16_t> asid{};
    static constexpr Field<60, 4, PagingMode> mode{};
};
static_assert(round_trips<Satp>(Satp::mode, PagingMode::sv39) && round_trips<Satp>(Satp::ppn, uint64_t{0x80200}));
static_assert(round_trips<Satp>(Satp::asid, uint16_t{0xffff}) && Satp::asid.mask == 0x0fff'f000'0000'0000);

/// [priv] Hypervisor: hgatp. The root is 16 KiB, 16 KiB aligned: QEMU does not clear the low bits of `ppn`.
struct Hgatp : Word<Hgatp> {
    using Word::Word;
    static constexpr Field<0, 44> ppn{};
    static constexpr Field<44, 14, uint16_t> vmid{};
    static constexpr Field<60, 4, PagingMode> mode{};
};
static_assert(round_trips<Hgatp>(Hgatp::mode, PagingMode::sv39) && round_trips<Hgatp>(Hgatp::ppn, uint64_t{4}));
static_assert(round_trips<Hgatp>(Hgatp::vmid, uint16_t{0x3fff}));

/// [priv] Hypervisor: hstatus.
struct Hstatus : Word<Hstatus> {
    using Word::Word;
    static constexpr Flag<5> vsbe{};
    static constexpr Flag<6> gva{};   ///< stval holds a guest's virtual address
    static constexpr Flag<7> spv{};   ///< the trap came from a guest
    static constexpr Flag<8> spvp{};  ///< ... from its VS-mode (else VU-mode)
    static constexpr Flag<9> hu{};
    static constexpr Field<12, 6, uint8_t> vgein{};
    static constexpr Flag<20> vtvm{};
    static constexpr Flag<21> vtw{};
    static constexpr Flag<22> vtsr{};
    static constexpr Flag<24> hukte{};
    static constexpr Field<32, 2> vsxl{};
    static constexpr Field<48, 2> hupmm{};
};
static_assert(round_trips<Hstatus>(Hstatus::vgein, uint8_t{63}) && round_trips<Hstatus>(Hstatus::spv, true));
static_assert(Hstatus::vsxl.mask == 0x3'0000'0000);

}  // namespace hv::isa
