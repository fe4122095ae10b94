"""What the hypervisor finds out about CPUs that QEMU can be told to be: of the kernel machine_features_are_found.

There the modes of stage 2 are tried on the machine, which needs QEMU 10: QEMU 7.2 keeps any mode in hgatp.
"""

import re

import harness
import pytest

CASES = [
    (harness.QEMU_10, "rv64,sv48=off,sv57=off", r"stage 2 Sv39x4, 14 VMID bits, Sstc", r" sstc"),
    (harness.QEMU_10, "rv64,sv57=off", r"stage 2 Sv39x4 Sv48x4, 14 VMID bits, Sstc", r" sstc"),
    (harness.QEMU_10, "rv64,svadu=off,zicboz=off", r"Sstc, FP, counters", r" zicbom zicbop ziccamoa(?!.* svadu)"),
    (harness.QEMU_10, "rv64,sstc=off", r"VMID bits, Svadu", r"(?!.* sstc).* svadu"),
    (harness.QEMU_10, "rv64,v=on", r", FP, V, counters", r" i m a f d c v "),
    (harness.QEMU_10, "rv64,smstateen=on", r", hstateen0 SE0 ENVCFG$", r" svadu"),
    (harness.QEMU_10, "max", r", FP, V, .*hstateen0 SE0 ENVCFG", r" i m a f d c b v .* svpbmt"),
    (harness.QEMU_7, "rv64,sstc=off", r"14 VMID bits, FP", r" zbs$"),
    (harness.QEMU_7, "rv64,f=off,d=off,svpbmt=on", r"Sstc, counters", r" i m a c z.* svpbmt$"),
]


@pytest.mark.parametrize("qemu, cpu, machine, guest", CASES, ids=[f"{qemu}-{cpu}" for qemu, cpu, _, _ in CASES])
def test_what_a_cpu_has_is_found_and_is_what_its_guest_is_given(qemu, cpu, machine, guest):
    image = harness.build("gcc", "target-tests") / "target-tests" / "machine_features_are_found.bin"
    run = harness.boot(harness.qemu_program(qemu), image, smp=1, ram="128M", extra=["-cpu", cpu])
    harness.assert_in_order(run, [rf"^machine: .*{machine}", rf"^guest:.*{guest}", "PASS"])
    assert not any(re.match("guest:.* h ", line) for line in run.lines), str(run)
    assert run.status == 0, str(run)
