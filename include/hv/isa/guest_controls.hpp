// The hypervisor's words that say which extensions work in a guest: henvcfg, hstateen0, hcounteren.
#pragma once

#include <cstdint>

#include <hv/isa/word.hpp>

namespace hv::isa {

/// [priv] Cache-block Management: what CBO.INVAL does in a guest.
enum class CacheInvalidate : uint8_t { traps = 0, flushes = 1, invalidates = 3 };

/// [priv] Hypervisor: henvcfg. What an extension without its bit does in a guest is written at its chapter.
struct Henvcfg : Word<Henvcfg> {
    using Word::Word;
    static constexpr Flag<0> fiom{};  ///< a fence that orders device accesses orders memory as well
    static constexpr Flag<2> lpe{};   ///< Zicfilp: landing pads
    static constexpr Flag<3> sse{};   ///< Zicfiss: shadow stacks
    static constexpr Field<4, 2, CacheInvalidate> cbie{};
    static constexpr Flag<6> cbcfe{};     ///< Zicbom: CBO.CLEAN, CBO.FLUSH
    static constexpr Flag<7> cbze{};      ///< Zicboz: CBO.ZERO
    static constexpr Field<32, 2> pmm{};  ///< Ssnpm: pointer masking
    static constexpr Flag<59> dte{};      ///< Ssdbltrp: double traps
    static constexpr Flag<61> adue{};     ///< Svadu: the hart sets A and D
    static constexpr Flag<62> pbmte{};    ///< Svpbmt: memory types in page tables
    static constexpr Flag<63> stce{};     ///< Sstc: stimecmp
};
static_assert(round_trips<Henvcfg>(Henvcfg::cbie, CacheInvalidate::flushes) && Henvcfg::cbie.mask == 0x30);
static_assert(round_trips<Henvcfg>(Henvcfg::stce, true) && Henvcfg::cbze.mask == 0x80 &&
              Henvcfg::cbcfe.mask == 0x40);

/// [priv] Smstateen: hstateen0. A bit that is 0 makes the guest's accesses to that state trap.
struct Hstateen0 : Word<Hstateen0> {
    using Word::Word;
    static constexpr Flag<0> custom{};    ///< C: all custom state
    static constexpr Flag<1> fcsr{};      ///< FCSR: that of Zfinx
    static constexpr Flag<2> jvt{};       ///< JVT: Zcmt
    static constexpr Flag<54> ctr{};      ///< CTR: control-transfer records
    static constexpr Flag<55> srmcfg{};   ///< SRMCFG: Ssqosid
    static constexpr Flag<57> context{};  ///< CONTEXT: scontext
    static constexpr Flag<58> imsic{};    ///< IMSIC: stopei and the guest interrupt file
    static constexpr Flag<59> aia{};      ///< AIA: the rest of Ssaia
    static constexpr Flag<60> csrind{};   ///< CSRIND: siselect, sireg
    static constexpr Flag<62> envcfg{};   ///< ENVCFG: senvcfg
    static constexpr Flag<63> se0{};      ///< SE0: sstateen0
};
static_assert(round_trips<Hstateen0>(Hstateen0::se0, true) && Hstateen0::jvt.mask == 4);

/// [priv] Hypervisor: hcounteren. scounteren and mcounteren have the same layout.
struct Counteren : Word<Counteren> {
    using Word::Word;
    static constexpr Flag<0> cycle{};
    static constexpr Flag<1> time{};
    static constexpr Flag<2> instret{};
};
static_assert(round_trips<Counteren>(Counteren::instret, true) && Counteren::time.mask == 2);

}  // namespace hv::isa
