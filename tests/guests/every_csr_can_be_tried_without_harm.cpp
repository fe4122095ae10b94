// All 4,096 CSR numbers, read and written from VS and VU: each access works or is an illegal instruction.
// CHECKLIST 9, 10, 44, 48, 49; HOSTILE 23, 24, 40.
#include "encode.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using encode::CsrOp;

constexpr uint32_t number_of(Csr csr)
{
    return static_cast<uint32_t>(csr);
}

/// [priv] CSR Address Mapping Conventions.
constexpr bool is_read_only(uint32_t number)
{
    return number >> 10 == 3;
}
constexpr uint32_t privilege(uint32_t number)
{
    return number >> 8 & 3;
}

/// Those that any supervisor has.
constexpr Csr always_there[] = {Csr::sstatus, Csr::sie,   Csr::stvec, Csr::scounteren, Csr::sscratch, Csr::sepc,
                                Csr::scause,  Csr::stval, Csr::sip,   Csr::satp,       Csr::senvcfg,  Csr::time};

void expect_works_or_is_illegal(uint32_t instruction, bool must_be_illegal)
{
    if (probe.trapped_as(Exception::illegal_instruction)) {
        probe.expect_trap(Exception::illegal_instruction, instruction);
    } else {
        expect(!must_be_illegal, "works, and must not");
        expect(probe.completed(), "traps as something else");
    }
}

/// Natively, QEMU lets a supervisor at htimedelta where there is no H extension.
bool is_tried(uint32_t number)
{
    return number != number_of(Csr::htimedelta) || on_bulkhead();
}

void read_all(Mode mode)
{
    for (uint32_t number = 0; number < 4096; ++number) {
        if (!is_tried(number)) {
            continue;
        }
        trying(mode == Mode::user ? "read in VU, CSR" : "read in VS, CSR", number);
        const uint32_t instruction = encode::csr(CsrOp::rs, number, 10, 0);
        probe.begin(mode).run(instruction);
        // Privilege 2 is a hypervisor's, 3 the machine's.
        expect_works_or_is_illegal(instruction, privilege(number) > (mode == Mode::user ? 0U : 1U));
    }
}

/// Writes back what a read gives, and where it may not even be read, something.
void write_all(Mode mode)
{
    for (uint32_t number = 0; number < 4096; ++number) {
        if (!is_tried(number)) {
            continue;
        }
        trying(mode == Mode::user ? "write in VU, CSR" : "write in VS, CSR", number);
        probe.begin(mode).run(encode::csr(CsrOp::rs, number, 10, 0));
        const bool may_write = privilege(number) <= (mode == Mode::user ? 0U : 1U) && !is_read_only(number);
        const bool readable = probe.completed();
        // What the probe itself needs while it runs, and the entropy source, which must not be read alone.
        if (number == number_of(Csr::stvec) || number == number_of(Csr::sscratch) ||
            number == number_of(Csr::satp) || number == number_of(Csr::seed)) {
            continue;
        }
        const uint32_t instruction = encode::csr(CsrOp::rw, number, 0, 10);
        probe.set(10, readable ? probe.get(10) : 0x1234).run(instruction);
        expect_works_or_is_illegal(instruction, !may_write);
    }
}

}  // namespace

void scenario()
{
    for (const Csr csr : always_there) {
        trying("must be there: CSR", number_of(csr));
        probe.begin().run(encode::csr(CsrOp::rs, number_of(csr), 10, 0));
        probe.expect_completed(10);
    }
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        read_all(mode);
        write_all(mode);
    }
    GUEST_CSR_WRITE(sie, 0);
    // [priv] Sstc: only where the tree names it.
    trying("stimecmp and Sstc");
    probe.begin().run(encode::csr(CsrOp::rs, number_of(Csr::stimecmp), 10, 0));
    expect_equal(probe.completed() ? 1 : 0, has_extension("sstc") ? 1 : 0);
}

}  // namespace guest
