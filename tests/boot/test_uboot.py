"""Boots the kernel from the prompt of Debian's U-Boot, as on a board: with booti, and with what is not the way."""

import pathlib
import struct
import zlib

import pexpect
import pytest

import describing
import harness

UBOOT = pathlib.Path("/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf")
PROMPT = "=> "


def boot_by_hand(program, load_address, command, *, ram="256M", smp=1, extra=()):
    """Starts U-Boot with the kernel in RAM at `load_address`, types `command`, and waits for the machine's end."""
    if not UBOOT.exists():
        pytest.skip(f"no {UBOOT}: install Debian's u-boot-qemu")
    image = harness.build("gcc", "hypervisor") / "hypervisor.bin"
    machine = pexpect.spawn(
        str(program), ["-M", "virt", "-smp", str(smp), "-m", ram, "-nographic", "-no-reboot", "-kernel", str(UBOOT),
                       "-device", f"loader,file={image},addr={load_address:#x}", *extra],
        timeout=harness.HANG_SECONDS, encoding="utf-8", codec_errors="replace")
    try:
        machine.expect("Hit any key to stop autoboot")
        machine.send(" ")
        machine.expect_exact(PROMPT)
        machine.sendline(command)
        machine.expect(pexpect.EOF)
        machine.close()
    except pexpect.TIMEOUT:
        pytest.fail(f"U-Boot or the kernel hangs. The serial line:\n{machine.before}", pytrace=False)
    finally:
        machine.close(force=True)
    # The terminal and the console each put a carriage return before a newline.
    return harness.Run(machine.exitstatus, machine.before.replace("\r", ""))


@pytest.mark.parametrize("smp", [1, 4])
def test_booti_starts_the_kernel(qemu, smp):
    run = boot_by_hand(qemu, 0x84000000, "booti 0x84000000 - ${fdtcontroladdr}", smp=smp)
    assert "Moving Image from 0x84000000 to 0x80200000" in run.serial, str(run)
    harness.assert_boots(run)


def ramdisk(data):
    """These bytes as `mkimage -A riscv -T ramdisk -C none -d` packs them: behind U-Boot's header of 64 bytes."""
    linux, riscv, ramdisk_type, no_compression = 5, 26, 3, 0

    def header(checksum):
        return struct.pack(">7I4B32s", 0x27051956, checksum, 0, len(data), 0, 0, zlib.crc32(data), linux, riscv,
                           ramdisk_type, no_compression, b"system")

    return header(zlib.crc32(header(0))) + data


def test_booti_hands_over_a_description_as_ramdisk(qemu, tmp_path):
    """U-Boot moves it to the end of RAM."""
    (tmp_path / "ramdisk").write_bytes(ramdisk(describing.blob(tmp_path, "one", "two").read_bytes()))
    run = boot_by_hand(qemu, 0x84000000, "booti 0x84000000 0x8c000000 ${fdtcontroladdr}", smp=2,
                       extra=["-device", f"loader,file={tmp_path}/ramdisk,addr=0x8c000000,force-raw=on"])
    harness.assert_boots(run)
    assert "guest one: shut down" in run.lines and "guest two: shut down" in run.lines, str(run)


def test_booti_starts_the_kernel_on_a_board_with_128_mib_from_a_low_address(qemu):
    harness.assert_boots(boot_by_hand(qemu, 0x80400000, "booti 0x80400000 - ${fdtcontroladdr}", ram="128M"))


def test_go_passes_no_device_tree_and_the_kernel_says_so(qemu):
    # No status is asked for: the test finisher, which alone gives QEMU a failing one, is found by the device tree.
    run = boot_by_hand(qemu, 0x84000000, "cp.b 0x84000000 0x80200000 0x40000; go 0x80200000")
    harness.assert_in_order(run, [r"^cannot boot: no device tree at 0x[0-9a-f]+"])
    assert "v = " not in run.serial, str(run)
