"""The machine is checked at boot: what its device tree says against what the hypervisor needs. The trees are
tests/data/trees/*.dts, handed to QEMU with -dtb."""

import subprocess

import harness
import pytest

TREES = harness.ROOT / "tests/data/trees"


@pytest.fixture(name="hypervisor", scope="module")
def build_hypervisor():
    """The kernel as run.sh boots it."""
    return harness.build("gcc", "hypervisor") / "hypervisor.bin"


@pytest.fixture(name="boot_with_tree")
def make_boot_with_tree(qemu, hypervisor, tmp_path):
    """Boots with the tree of this name in place of QEMU's own."""

    def boot(name, **options):
        blob = tmp_path / f"{name}.dtb"
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, TREES / f"{name}.dts"], check=True)
        return harness.boot(qemu, hypervisor, extra=["-dtb", blob], **options)

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
    assert_boots_and_says(harness.boot(qemu, hypervisor, extra=["-initrd", initrd]),
                          r"^the heap ends at 0x84200000 instead of 0x86\w+: the initrd 0x84200000\.\.0x84202710 "
                          r"is in the way$")


@pytest.mark.parametrize("smp", [2, 3, 4, 5, 6, 7, 8])
def test_every_hart_comes_up(qemu, hypervisor, smp):
    assert_boots_and_says(harness.boot(qemu, hypervisor, smp=smp), rf"^{smp} harts online$")
