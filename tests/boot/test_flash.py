"""Boots from the virt board's flash: no -kernel, one command for every QEMU, one to eight harts."""

import hashlib
import struct
import subprocess

import pytest

import harness

BANK = 32 * 1024 * 1024
IMAGE_MAGIC_OFFSET = 56


@pytest.fixture(scope="module")
def flash():
    """The flash image, as the target `flash` writes it."""
    return harness.build("gcc", "flash") / "hypervisor-flash.img"


def pflash(image):
    """QEMU's arguments for a board with this image in its first flash bank, write-protected."""
    return ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={image}"]


def words(image, offset, count):
    """64-bit words of a file."""
    with image.open("rb") as file:
        file.seek(offset)
        return struct.unpack(f"<{count}Q", file.read(8 * count))


def assert_stays_silent(program, image, *options):
    """The machine starts no kernel: it neither ends nor writes anything of ours in the time that a boot takes."""
    command = [program, "-M", "virt", "-smp", "4", "-m", "128M", "-nographic", "-no-reboot",
               *options, *pflash(image)]
    with pytest.raises(subprocess.TimeoutExpired) as hang:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False)
    assert b"Booting hypervisor" not in (hang.value.stdout or b"")


@pytest.mark.parametrize("smp", range(1, 9))
def test_boots_from_write_protected_flash_and_leaves_it_unchanged(qemu, flash, smp):
    before = hashlib.sha256(flash.read_bytes()).digest()
    harness.assert_boots(harness.boot(qemu, None, smp=smp, extra=pflash(flash)))
    assert hashlib.sha256(flash.read_bytes()).digest() == before


@pytest.mark.parametrize("preset", ["gcc-debug", "clang", "clang-debug"])
def test_boots_from_flash_however_it_was_built(qemu, preset):
    image = harness.build(preset, "flash") / "hypervisor-flash.img"
    harness.assert_boots(harness.boot(qemu, None, extra=pflash(image)))


def test_the_image_fills_the_bank_to_the_byte_and_is_sparse(flash):
    assert flash.stat().st_size == BANK
    assert flash.stat().st_blocks * 512 < 1024 * 1024


def test_the_image_says_where_the_kernel_lies(flash):
    kernel = (flash.parent / "hypervisor.bin").read_bytes()
    image = flash.read_bytes()
    assert image[8:16] == b"BULKHEAD"
    offset, size, description, description_size = words(flash, 16, 4)
    assert offset == 4096
    assert len(kernel) <= size < len(kernel) + 8
    assert image[offset : offset + size].rstrip(b"\0") == kernel.rstrip(b"\0")
    assert (description, description_size) == (0, 0)


def test_what_is_no_kernel_is_not_started(qemu, flash, tmp_path):
    spoilt = tmp_path / "spoilt.img"
    subprocess.run(["cp", "--sparse=always", flash, spoilt], check=True)
    with spoilt.open("r+b") as file:
        file.seek(words(flash, 16, 1)[0] + IMAGE_MAGIC_OFFSET)
        file.write(b"RSC\6")
    assert_stays_silent(qemu, spoilt)


def test_without_firmware_the_harts_park(qemu, flash):
    assert_stays_silent(qemu, flash, "-bios", "none")
