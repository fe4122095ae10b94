"""What the firmware hands over at entry: any hart, and a device tree that may not be there. See preloader.S."""

import harness
import preloading
import pytest


@pytest.fixture(name="hypervisor", scope="module")
def build_hypervisor():
    """The kernel as run.sh boots it."""
    return harness.build("gcc", "hypervisor") / "hypervisor.bin"


@pytest.mark.parametrize("hart", range(4))
def test_any_hart_may_be_the_boot_hart(qemu, hypervisor, tmp_path, hart):
    """And it brings up the others, the one that the firmware chose too."""
    extra = preloading.arguments(hypervisor, tmp_path, hart=hart)
    run = harness.boot(qemu, None, smp=4, extra=extra)
    harness.assert_boots(run)
    harness.assert_in_order(run, [r"^v = ", r"^4 harts online$"])


@pytest.mark.parametrize("hart", range(4))
def test_a_refusal_names_the_hart_that_booted(qemu, hypervisor, tmp_path, hart):
    """Which shows that it was this one."""
    extra = preloading.arguments(hypervisor, tmp_path, hart=hart)
    run = harness.boot(qemu, None, smp=4, extra=["-cpu", "rv64,h=off", *extra])
    harness.assert_in_order(run, [r"^Booting hypervisor\.\.\.$", rf"^cannot boot: no H extension: hart {hart} has"])
    assert run.status == 1, str(run)


NO_TREES = {
    "null": 0,
    "a hole": 0x18000000,
    "zeroes": preloading.ZEROES_AT,
    "odd": preloading.ZEROES_AT + 1,
    "the end of memory": 0x87fffffc,
    "beyond every address": 0x123456789abcdef0,
    "the last byte": 0xffffffffffffffff,
}


@pytest.mark.parametrize("tree", NO_TREES.values(), ids=NO_TREES.keys())
def test_without_a_device_tree_it_says_where_it_looked(qemu, hypervisor, tmp_path, tree):
    """In one line and without a panic; only the device tree says how a status could be given, so QEMU's is 0, and
    run.sh has to look at what was written."""
    run = harness.run_sh("--", *preloading.arguments(hypervisor, tmp_path, tree=tree), program=qemu)
    harness.assert_in_order(run, [r"^Booting hypervisor\.\.\.$", rf"^cannot boot: no device tree at {tree:#x}[, ]"])
    assert "panic" not in run.serial and "v = " not in run.serial, str(run)
    assert run.status == 1, str(run)
