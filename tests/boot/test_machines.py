"""run.sh on machines of many shapes: harts, compilers, build types, flash, little memory, and those it must refuse."""

import harness
import pytest


@pytest.mark.parametrize("smp", range(1, 9))
def test_boots_on_any_number_of_harts(smp, qemu):
    """1 to 8: any of them may be the boot hart."""
    harness.assert_boots(harness.run_sh("--smp", smp, program=qemu))


@pytest.mark.parametrize("smp", [1, 4, 8])
def test_boots_from_flash(smp, qemu):
    """The same options on both QEMUs; test_flash.py has the details."""
    harness.assert_boots(harness.run_sh("--flash", "--smp", smp, program=qemu))


@pytest.mark.parametrize("build_type", ["Release", "Debug"])
@pytest.mark.parametrize("toolchain", ["gcc", "clang"])
@pytest.mark.parametrize("medium", [[], ["--flash"]], ids=["kernel", "flash"])
def test_boots_with_each_compiler_and_build_type(toolchain, build_type, medium):
    """On the installed QEMU, 4 harts."""
    harness.assert_boots(
        harness.run_sh("--toolchain", toolchain, "--build-type", build_type, "--smp", 4, *medium))


@pytest.mark.parametrize("ram", ["64M", "96M"])
def test_the_heap_is_cut_to_the_memory_there_is_and_a_line_says_so(ram, qemu):
    """With less than the 100 MiB that the heap is linked for."""
    run = harness.run_sh("--ram", ram, program=qemu)
    harness.assert_boots(run)
    harness.assert_in_order(run, [r"^the heap ends at 0x8[0-9a-f]+ instead of 0x8[0-9a-f]+: .+$"])


@pytest.mark.parametrize("ram", ["256M", "1G", "4G"])
def test_boots_with_more_memory_than_the_heap_wants_and_cuts_nothing(ram, qemu):
    """Up to where the device tree lies above 4 GiB on QEMU 10."""
    run = harness.run_sh("--ram", ram, program=qemu)
    harness.assert_boots(run)
    assert "the heap ends" not in run.serial, str(run)


def test_a_cpu_without_the_h_extension_is_refused_in_one_line(qemu):
    """And run.sh's status says so too."""
    run = harness.run_sh("--", "-cpu", "rv64,h=off", program=qemu)
    harness.assert_in_order(run, [r"^Booting hypervisor\.\.\.$", r"^cannot boot: no H extension: "])
    assert "panic" not in run.serial, str(run)
    assert "v = " not in run.serial, str(run)
    assert run.status == 1, str(run)
