"""The smoke test: QEMU started as plainly as can be, its serial line in a file, and the two lines looked for in it."""

import harness
import pytest

PRESETS = ["gcc", "gcc-debug", "clang", "clang-debug"]


@pytest.mark.parametrize("preset", PRESETS)
def test_prints_the_two_lines_and_powers_off_with_status_0(preset, qemu):
    """Every compiler and build type, on both QEMUs."""
    image = harness.build(preset, "hypervisor") / "hypervisor.bin"
    harness.assert_boots(harness.boot(qemu, image))


def test_the_elf_boots_as_the_flat_image_does(qemu):
    """QEMU takes either with -kernel."""
    elf = harness.build("gcc", "hypervisor") / "hypervisor.elf"
    harness.assert_boots(harness.boot(qemu, elf))
