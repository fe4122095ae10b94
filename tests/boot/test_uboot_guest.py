"""Debian's U-Boot for supervisors as a guest, at a terminal: to its prompt, what it finds there, and poweroff."""

import pathlib

import at_a_terminal
import pytest

UBOOT = pathlib.Path("/usr/lib/u-boot/qemu-riscv64_smode")
PROMPT = r"\n=> "

# What U-Boot calls the extensions of the SBI that a guest has.
EXTENSIONS = ["SBI Base Functionality", "Timer Extension", "IPI Extension", "RFENCE Extension",
              "Hart State Management Extension", "System Reset Extension", "Performance Monitoring Unit Extension"]


@pytest.mark.parametrize("image", ["uboot.elf", "u-boot.bin"])
def test_uboot_finds_its_machine_and_powers_off(qemu, image):
    """As an ELF file, and as a raw binary."""
    if not UBOOT.exists():
        pytest.skip(f"no {UBOOT}: install Debian's u-boot-qemu")
    with at_a_terminal.started(qemu, 1, "--guest", UBOOT / image, "--name", "u-boot") as terminal:
        terminal.expect(r"Model: bulkhead,guest\r")
        terminal.expect(r"DRAM:  256 MiB\r")
        terminal.expect(r"Hit any key to stop autoboot")
        terminal.send(" ")
        terminal.expect(PROMPT)
        terminal.send_line("sbi")
        terminal.expect(r"\nSBI 3\.0")
        for name in EXTENSIONS:
            terminal.expect(rf"\n  {name}\r")
        terminal.expect(PROMPT)
        terminal.send_line("poweroff")
        terminal.expect(r"\nguest u-boot: shut down\r")
        assert terminal.ends() == 0
