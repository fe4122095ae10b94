// What the hart has for guests is found out by trying, said in one line, and gives a guest its instruction set.
// expect: machine: stage 2 Sv39x4 Sv48x4.*, 14 VMID bits, Sstc, .*FP, counters cycle time instret, henvcfg STCE .*CBZE CBCFE CBIE.* FIOM
// expect: guest: i m a f d c .*zicntr zicsr zifencei .*zihintpause .*zba zbb zbc zbs .*sstc
// expect: plic: .*0xc000000.*, console's interrupt 10, this hart's context 1
// expect: PASS
// not: panic
// status: 0
#include "support.hpp"

#include <hv/arch/csr_access.hpp>
#include <hv/arch/hart_probe.hpp>
#include <hv/arch/probe.hpp>
#include <hv/vm/guest_isa.hpp>

namespace {

using namespace hv;
using isa::Csr;

constinit vm::GuestIsa guest;
constinit char text[1000];

void show_guest()
{
    BufferSink sink{text};
    for (const std::string_view name : guest.extensions) {
        print(sink, " {}", name);
    }
    arch::println("guest:{}", sink.text());
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    test::begin(device_tree);
    const fdt::HostMachine& machine = test::board.machine;
    // A trap changes SPP and SPIE.
    constexpr uint64_t units = isa::Sstatus::fs.mask | isa::Sstatus::vs.mask;
    const uint64_t sstatus = arch::read_csr<Csr::sstatus>() & units;
    const uint64_t henvcfg = arch::read_csr<Csr::henvcfg>();
    const vm::HartFeatures found = arch::probe_this_hart(vm::HartHints::from(machine.isa));
    arch::println("machine: {}", found);
    test::expect((arch::read_csr<Csr::sstatus>() & units) == sstatus, "FS and VS are as they were");
    test::expect(arch::read_csr<Csr::henvcfg>() == henvcfg, "henvcfg is as it was");
    test::expect(arch::read_csr<Csr::hgatp>() == 0, "hgatp is 0");
    test::expect(arch::try_read_csr<Csr::vstimecmp>().value_or(UINT64_MAX) == UINT64_MAX, "no timer is due");

    derive_guest_isa(machine.isa, found, guest);
    show_guest();
    // What was derived is what the hart keeps.
    arch::write_csr<Csr::henvcfg>(guest.henvcfg->bits());
    test::expect(arch::read_csr<Csr::henvcfg>() == guest.henvcfg->bits(), "henvcfg keeps the guest's controls");
    test::expect(!guest.has("h") && guest.has("zicboz") == found.cbo_zero, "no H, and Zicboz where it works");
    test::expect(machine.plic && machine.console && machine.console->interrupt, "the tree names PLIC and console");
    test::expect(machine.harts[0].plic_context.has_value(), "the hart has a context");
    arch::println("plic: {}, console's interrupt {}, this hart's context {}", machine.plic->registers,
                  *machine.console->interrupt, *machine.harts[0].plic_context);
    test::pass();
}
