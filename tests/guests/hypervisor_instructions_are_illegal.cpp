// What only a hypervisor may execute is an illegal instruction to a guest, from VS and VU, with its bits in stval.
// CHECKLIST 9, 10; HOSTILE 23, 40.
#include "encode.hpp"
#include "pages.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

void expect_illegal(Mode mode, uint32_t instruction)
{
    trying(mode == Mode::user ? "in VU, instruction" : "in VS, instruction", instruction);
    for (const bool interrupts : {false, true}) {
        probe.begin(mode).with_interrupts(interrupts).set(11, 0x8020'0000).run(instruction);
        if (on_qemu_7() && probe.trapped_as(Exception::illegal_instruction)) {
            continue;  // of HLV and HSV, it gives the hypervisor another instruction's bits
        }
        probe.expect_trap(Exception::illegal_instruction, instruction);
    }
}

/// HLV, HLVX and HSV of every width, with rd or rs2 = x10 and the address in x11.
void try_loads_and_stores_of_a_guests_memory(Mode mode)
{
    struct Form {
        uint32_t funct7;
        uint32_t rs2;
    };
    constexpr Form loads[] = {{0x30, 0}, {0x30, 1}, {0x32, 0}, {0x32, 1}, {0x32, 3},
                              {0x34, 0}, {0x34, 1}, {0x34, 3}, {0x36, 0}};
    for (const Form& form : loads) {
        expect_illegal(mode, encode::system(form.funct7, form.rs2, 11, 4, 10));
    }
    for (const uint32_t funct7 : {0x31U, 0x33U, 0x35U, 0x37U}) {
        expect_illegal(mode, encode::system(funct7, 10, 11, 4, 0));
    }
}

void try_all()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        expect_illegal(mode, encode::system(0x11, 0, 0));    // hfence.vvma
        expect_illegal(mode, encode::system(0x11, 10, 11));  // hfence.vvma a1, a0
        expect_illegal(mode, encode::system(0x31, 0, 0));    // hfence.gvma
        expect_illegal(mode, encode::system(0x31, 10, 11));  // hfence.gvma a1, a0
        try_loads_and_stores_of_a_guests_memory(mode);
    }
    expect_illegal(Mode::user, encode::sret);
    expect_illegal(Mode::user, encode::system(0x09, 0, 0));  // sfence.vma
    trying("in VS, sfence.vma");
    probe.begin().run({encode::system(0x09, 0, 0), encode::system(0x09, 10, 0), encode::system(0x09, 0, 11),
                       encode::system(0x09, 10, 11)});
    probe.expect_completed();
}

}  // namespace

void scenario()
{
    try_all();
    turn_paging_on();
    try_all();
}

}  // namespace guest
