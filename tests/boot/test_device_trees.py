"""The machine is checked at boot: what its device tree says against what the hypervisor needs. The trees are
tests/data/trees/*.dts, handed to QEMU with -dtb, or, where the firmware could not live with it, to the hypervisor
alone."""

import subprocess
import time

import harness
import preloading
import pytest

TREES = harness.ROOT / "tests/data/trees"


@pytest.fixture(name="hypervisor", scope="module")
def build_hypervisor():
    """The kernel as run.sh boots it."""
    return harness.build("gcc", "hypervisor") / "hypervisor.bin"


def compile_tree(name, folder):
    """The tree of this name as a blob."""
    blob = folder / f"{name}.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, TREES / f"{name}.dts"], check=True)
    return blob


@pytest.fixture(name="boot_with_tree")
def make_boot_with_tree(qemu, hypervisor, tmp_path):
    """Boots with the tree of this name in place of QEMU's own."""

    def boot(name, **options):
        return harness.boot(qemu, hypervisor, extra=["-dtb", compile_tree(name, tmp_path)], **options)

    return boot


@pytest.fixture(name="boot_with_tree_of_our_own")
def make_boot_with_tree_of_our_own(qemu, hypervisor, tmp_path):
    """Boots with the tree of this name for the hypervisor, and QEMU's own for the firmware."""

    def boot(name, *extra, **options):
        by_preloader = preloading.arguments(hypervisor, tmp_path, blob=compile_tree(name, tmp_path))
        return harness.boot(qemu, None, extra=[*by_preloader, *extra], **options)

    return boot


def assert_refuses(run, reason):
    """Says why it cannot boot, in one line, and ends as failed: without a panic, and before the heap is used."""
    harness.assert_in_order(run, [r"^Booting hypervisor\.\.\.$", rf"^cannot boot: {reason}"])
    assert run.status == 1, str(run)
    assert "panic" not in run.serial and "v = " not in run.serial, str(run)


def assert_boots_and_says(run, line):
    """Boots, and says this one line behind the two."""
    harness.assert_boots(run)
    harness.assert_in_order(run, [r"^v = ", line])


def test_a_tree_that_qemu_wrote_boots_when_it_is_handed_back(boot_with_tree):
    harness.assert_boots(boot_with_tree("qemu_virt"))


def test_less_than_4_mib_of_heap_is_refused_with_the_bytes_short(boot_with_tree):
    assert_refuses(boot_with_tree("low_memory"),
                   r"the heap at 0x[0-9a-f]+ has \d+ bytes, \d+ short of the 4194304 .*RAM ends at 0x80600000")


def test_an_initrd_over_the_image_is_refused_with_both_ranges(boot_with_tree):
    assert_refuses(boot_with_tree("initrd_over_image"),
                   r"the initrd 0x80201000\.\.0x80301000 lies on the hypervisor's image 0x80200000\.\.0x80\w+")


def test_reserved_memory_over_the_stack_is_refused_with_its_node_and_both_ranges(boot_with_tree):
    assert_refuses(boot_with_tree("reserved_over_stack"),
                   r"the reserved range framebuffer@80280000 0x80280000\.\.0x80290000 lies on the hypervisor's stack "
                   r"0x80\w+\.\.0x80\w+")


def test_a_tree_without_memory_is_refused(boot_with_tree):
    assert_refuses(boot_with_tree("no_memory"), r"the device tree names no memory")


def test_reserved_memory_in_the_heap_ends_the_heap_there(boot_with_tree):
    assert_boots_and_says(boot_with_tree("reserved_in_heap"),
                          r"^the heap ends at 0x82000000 instead of 0x86\w+: the reserved range \S+ "
                          r"0x82000000\.\.0x82100000 is in the way$")


def test_a_gap_in_memory_ends_the_heap_there(boot_with_tree):
    assert_boots_and_says(boot_with_tree("memory_with_a_gap"), r"^the heap ends at 0x82000000 .*: RAM ends there$")


def test_two_banks_of_memory_that_touch_are_one(boot_with_tree):
    run = boot_with_tree("memory_in_two_banks")
    harness.assert_boots(run)
    assert "the heap ends" not in run.serial, str(run)


def test_without_a_stdout_path_the_firmware_prints(boot_with_tree):
    harness.assert_boots(boot_with_tree("no_stdout"))


def test_an_initrd_in_the_heap_ends_the_heap_there(qemu, hypervisor, tmp_path):
    initrd = tmp_path / "initrd"
    initrd.write_bytes(bytes(10000))
    run = harness.boot(qemu, hypervisor, extra=["-initrd", initrd])
    harness.assert_in_order(run, [r"^the heap ends at 0x84200000 instead of 0x86\w+: the initrd "
                                  r"0x84200000\.\.0x84202710 is in the way$",
                                  r"^cannot boot: the initrd at 0x84200000 is no partition description: "])
    assert run.status == 1, str(run)


@pytest.mark.parametrize("smp", [2, 3, 4, 5, 6, 7, 8])
def test_every_hart_comes_up(qemu, hypervisor, smp):
    assert_boots_and_says(harness.boot(qemu, hypervisor, smp=smp), rf"^{smp} harts online$")


@pytest.mark.parametrize("console", ["console_of_size_0", "console_with_reg_shift_40", "console_with_reg_io_width_2",
                                     "console_of_a_tebibyte", "console_in_a_hole"])
def test_a_console_that_cannot_be_as_described_does_not_keep_it_from_booting(boot_with_tree_of_our_own, console):
    """The line about the harts is printed under the hypervisor's own address map."""
    assert_boots_and_says(boot_with_tree_of_our_own(console, smp=2), r"^2 harts online$")


def test_a_test_finisher_in_a_hole_ends_nothing_but_a_refusal_still_ends_the_machine(boot_with_tree_of_our_own):
    """By the firmware, which can give no failing status."""
    run = boot_with_tree_of_our_own("finisher_in_a_hole", "-cpu", "rv64,h=off")
    harness.assert_in_order(run, [r"^Booting hypervisor\.\.\.$", r"^cannot boot: no H extension: "])
    assert run.serial.count("cannot boot:") == 1 and "panic" not in run.serial, str(run)


def test_a_machine_that_cannot_power_off_prints_both_lines_and_waits(qemu, hypervisor, tmp_path):
    """Neither the firmware nor we have a device that could end it."""
    serial = tmp_path / "serial"
    command = [qemu, "-M", "virt", "-m", "128M", "-display", "none", "-no-reboot", "-monitor", "none",
               "-serial", f"file:{serial}", "-kernel", hypervisor, "-dtb", compile_tree("no_finisher", tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as machine:
        try:
            deadline = time.monotonic() + harness.HANG_SECONDS
            while not (serial.exists() and b": shut down" in serial.read_bytes()) and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(2)  # in which a machine that can has long ended
            status = machine.poll()
        finally:
            machine.kill()
    run = harness.Run(status, harness.plain_text(serial.read_bytes()))
    assert status is None, str(run)
    harness.assert_in_order(run, [r"^Booting hypervisor\.\.\.$", r"^v = \['a', 'b', 'c'\]$"])
    assert run.lines[-1] == "guest hello: shut down" and "panic" not in run.serial, str(run)
