// A jump into a device, or into an instruction whose second half nobody has, is an instruction access fault.
// CHECKLIST 15, 26; HOSTILE 13, 14.
// natively: no, QEMU executes nothing from devices but reports them as it likes, and reads past the end of RAM.
// qemu: 10, QEMU 7.2 ends itself on an instruction that crosses the end of RAM.
#include "devices.hpp"
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

void expect_fault(Mode mode, uint64_t pc, uint64_t stval)
{
    trying(mode == Mode::user ? "from VU" : "from VS", pc);
    probe.begin(mode).with_interrupts(true).run_at(pc);
    probe.expect_trap(Exception::instruction_access_fault, stval);
}

/// The last two bytes of RAM are the first half of an instruction.
void write_half_at_the_end()
{
    *reinterpret_cast<volatile uint16_t*>(ram_end() - 2) = encode::nop & 0xffff;
    asm volatile("fence.i" : : : "memory");
}

}  // namespace

void scenario()
{
    write_half_at_the_end();
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        expect_fault(mode, uart_base, uart_base);
        expect_fault(mode, uart_base + 4, uart_base + 4);
        expect_fault(mode, plic_base, plic_base);
        expect_fault(mode, plic_claim(0), plic_claim(0));
        expect_fault(mode, ram_end() - 2, ram_end());
    }
    turn_paging_on();
    map_page(free_pages, uart_base, pte_rwx);
    expect_fault(Mode::supervisor, free_pages, free_pages);
    map_page(free_pages, plic_base, pte_rwx | pte_u);
    expect_fault(Mode::user, free_pages + 8, free_pages + 8);
    // The second half is in a page that the guest's own tables map to nowhere.
    map_page(free_pages, ram_end() - 4096, pte_rwx);
    map_page(free_pages + 4096, ram_end() + 4096, pte_rwx);
    expect_fault(Mode::supervisor, free_pages + 4094, free_pages + 4096);
}

}  // namespace guest
