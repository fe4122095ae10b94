// A hart that is to run a guest delegates what is documented, keeps what is the hypervisor's, and has no timer due.
// expect: PASS
// not: FAIL
// not: panic
// status: 0
#include "support.hpp"

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/vcpu.hpp>

namespace {

using namespace hv;
using isa::Csr;
using isa::Hgatp;
using isa::Hstatus;

constinit arch::GuestFrame frame{};

/// As a guest before it may have left them.
void leave_junk()
{
    arch::write_csr<Csr::hedeleg>(0);
    arch::write_csr<Csr::hideleg>(0);
    arch::write_csr<Csr::hvip>(0x444);
    arch::write_csr<Csr::vsie>(0x222);
    arch::write_csr<Csr::vsatp>(uint64_t{8} << 60 | 0x8'0200);
    arch::write_csr<Csr::vstimecmp>(0);
    arch::write_csr<Csr::hstatus>(arch::read_csr<Csr::hstatus>() | uint64_t{7} << 20);  // VTVM, VTW, VTSR
    frame.slots.fill(0x6a75'6e6b);
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    test::begin(device_tree);
    frame.vcpu = new arch::Vcpu;
    leave_junk();
    arch::GuestCpuSettings settings;
    settings.hcounteren = isa::Counteren{7};
    settings.has_stimecmp = true;
    settings.has_sstc = true;
    arch::GuestCpuStart start;
    start.hgatp = Hgatp{}.with(Hgatp::mode, isa::PagingMode::sv39).with(Hgatp::vmid, 3).with(Hgatp::ppn, 0x8'4000);
    start.hart_id = 5;
    start.entry = {GuestPhysAddr{0x8020'0000}, 0x1234};
    reset_guest_cpu(frame, settings, start);

    // [priv] Hypervisor: hedeleg. What may not be delegated, or is not: calls but from VU, double traps, guest-page
    // faults and virtual instructions. All else that a guest can cause is its own.
    test::expect(arch::read_csr<Csr::hedeleg>() == 0xb1ff, "hedeleg is what is documented");
    test::expect(arch::read_csr<Csr::hideleg>() == 0x444, "hideleg has VSSI, VSTI and VSEI");
    test::expect(arch::read_csr<Csr::hvip>() == 0, "no interrupt is pending");
    test::expect(arch::read_csr<Csr::vsie>() == 0, "none is enabled");
    test::expect((arch::read_csr<Csr::hie>() & arch::read_csr<Csr::sie>()) == 0, "no cause is in hie and in sie");
    test::expect((arch::read_csr<Csr::hie>() & ~uint64_t{0x444}) == 0, "hie has no other cause than the guest's");
    const Hstatus hstatus{arch::read_csr<Csr::hstatus>()};
    test::expect((hstatus.bits() >> 12 & 63) == 0, "VGEIN names no guest file");
    test::expect((hstatus.bits() >> 20 & 7) == 0, "VTVM, VTW and VTSR are 0");
    test::expect(hstatus.get(Hstatus::spv) && hstatus.get(Hstatus::spvp), "the guest is entered in VS-mode");
    test::expect(arch::read_csr<Csr::hgatp>() == start.hgatp.bits(), "hgatp is the guest's");
    test::expect(arch::read_csr<Csr::vsatp>() == 0, "the guest translates nothing");
    test::expect(arch::read_csr<Csr::vstimecmp>() == UINT64_MAX, "no timer is due");
    test::expect(arch::read_csr<Csr::hcounteren>() == 7, "the counters that it has are open");
    test::expect(frame.pc() == 0x8020'0000 && frame.x(10) == 5 && frame.x(11) == 0x1234,
                 "it starts as it was told");
    for (unsigned reg = 1; reg < 32; ++reg) {
        test::expect(reg == 10 || reg == 11 || frame.x(reg) == 0, "all other registers are 0");
    }
    arch::write_csr<Csr::hgatp>(0);
    test::pass();
}
