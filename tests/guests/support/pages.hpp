// A small Sv39 address space: everything mapped where it is, once more for VU-mode, and pages to play with.
#pragma once

#include <cstdint>

#include <hv/isa/pte.hpp>

namespace guest {

// Flags of an entry; every leaf has A and D as well, unless it is made by hand.
inline constexpr uint64_t pte_v = 1;
inline constexpr uint64_t pte_r = 2;
inline constexpr uint64_t pte_w = 4;
inline constexpr uint64_t pte_x = 8;
inline constexpr uint64_t pte_u = 16;
inline constexpr uint64_t pte_ad = 0xc0;
inline constexpr uint64_t pte_rw = pte_r | pte_w;
inline constexpr uint64_t pte_rwx = pte_r | pte_w | pte_x;

/// What turn_paging_on() maps, in leaves of 1 GiB:
///   0 and 0x80000000    devices (RW) and RAM (RWX), where they are, for VS-mode
///   0x140000000         devices (RW), for VU-mode
///   0x180000000         RAM (RWX), for VU-mode
inline constexpr uint64_t user_devices = 0x1'4000'0000;
inline constexpr uint64_t user_ram = 0x1'8000'0000;
/// The first address that nothing is mapped at.
inline constexpr uint64_t free_pages = 0x2'0000'0000;

void turn_paging_on(uint16_t asid = 0);
void turn_paging_off();
[[nodiscard]] bool paging_is_on();

/// What to add to an address in RAM to have it where VU-mode may use it: 0 without paging.
[[nodiscard]] uint64_t user_shift();

/// The entry for `address` in the table of `level` (0: of 4 KiB pages), made if it is not there. Not below a leaf.
uint64_t& entry_of(uint64_t address, unsigned level);
[[nodiscard]] constexpr uint64_t leaf(uint64_t to, uint64_t flags)
{
    return to >> 12 << 10 | flags | pte_v | pte_ad;
}
[[nodiscard]] constexpr uint64_t table_at(uint64_t address)
{
    return address >> 12 << 10 | pte_v;
}
/// One page of 4 KiB, and sfence.vma. Flags 0: unmaps.
void map_page(uint64_t address, uint64_t to, uint64_t flags);

/// satp of this address space.
[[nodiscard]] uint64_t satp_of_pages(uint16_t asid = 0);

inline void fence_pages()
{
    asm volatile("sfence.vma" : : : "memory");
}

}  // namespace guest
