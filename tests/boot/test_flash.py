"""Boots from the virt board's flash: no -kernel, one command for every QEMU, one to eight harts."""

import hashlib
import struct
import subprocess

import pytest

import describing
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


@pytest.fixture(name="description")
def make_description(tmp_path):
    """The blob of two guests."""
    return describing.blob(tmp_path, "one", "two")


def with_description(flash, description, folder):
    """The image with this file behind the kernel, or None, and what tools/add-to-flash.sh said."""
    made = folder / "with.img"
    ended = subprocess.run([harness.ROOT / "tools/add-to-flash.sh", flash, description, made], capture_output=True,
                           text=True, check=False)
    return made if ended.returncode == 0 else None, ended.stderr


def test_a_large_description_is_booted(qemu, flash, tmp_path):
    """Larger than device trees are otherwise, up to the end of the bank."""
    (tmp_path / "initrd").write_bytes(bytes(range(251)) * 120_000)
    blob = describing.blob(tmp_path, "one", more=f'memory = <0 0x4000000>; initrd = /incbin/("{tmp_path}/initrd");')
    image, _ = with_description(flash, blob, tmp_path)
    run = harness.boot(qemu, None, ram="256M", extra=pflash(image))
    harness.assert_boots(run)
    assert "guest one: shut down" in run.lines, str(run)


@pytest.mark.parametrize("smp", [2, 4])
def test_a_description_behind_the_kernel_is_booted(qemu, flash, description, tmp_path, smp):
    """By the stub that runs before the firmware, and by the one that runs behind it."""
    image, _ = with_description(flash, description, tmp_path)
    run = harness.boot(qemu, None, smp=smp, ram="192M", extra=pflash(image))
    harness.assert_boots(run)
    assert "guest one: shut down" in run.lines and "guest two: shut down" in run.lines, str(run)


def test_the_image_says_where_the_description_lies(flash, description, tmp_path):
    """Behind the kernel, at a page; and all before it but these words is as it was."""
    image, _ = with_description(flash, description, tmp_path)
    before, now, blob = flash.read_bytes(), image.read_bytes(), description.read_bytes()
    kernel, kernel_size, start, size = words(image, 16, 4)
    assert start % 4096 == 0 and kernel + kernel_size <= start < kernel + kernel_size + 4096
    assert size == len(blob) and now[start:start + size] == blob
    assert now[:32] == before[:32] and now[48:start] == before[48:start] and len(now) == BANK
    assert not any(now[start + size:]) and image.stat().st_blocks * 512 < 1024 * 1024


def test_a_description_that_is_damaged_in_flash_is_refused_with_its_address(qemu, flash, tmp_path):
    """As one that a boot loader hands over."""
    (tmp_path / "damaged").write_bytes(b"no blob")
    image, _ = with_description(flash, tmp_path / "damaged", tmp_path)
    run = harness.boot(qemu, None, extra=pflash(image))
    start = words(image, 32, 1)[0]
    harness.assert_in_order(run, [rf"^cannot boot: the initrd at {0x20000000 + start:#x} is no partition description"])
    assert run.status == 1, str(run)


def test_a_description_that_a_boot_loader_hands_over_goes_before_that_in_flash(qemu, flash, description, tmp_path):
    """QEMU puts its initrd into the device tree without -kernel too, but only QEMU 10: there is a tree of our own."""
    image, _ = with_description(flash, description, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    blob, tree = describing.blob(other, "three"), tmp_path / "tree.dtb"
    subprocess.run([qemu, "-M", f"virt,dumpdtb={tree}", "-m", "192M"], capture_output=True, check=True)
    for name, address in [("start", 0x88000000), ("end", 0x88000000 + blob.stat().st_size)]:
        subprocess.run(["fdtput", "-t", "x", tree, "/chosen", f"linux,initrd-{name}", f"{address:x}"], check=True)
    run = harness.boot(qemu, None, ram="192M", extra=[*pflash(image), "-dtb", tree, "-device",
                                                      f"loader,file={blob},addr=0x88000000,force-raw=on"])
    assert "guest three: shut down" in run.lines and "guest one" not in run.serial, str(run)


def test_what_does_not_fit_behind_the_kernel_is_refused_with_the_bytes_short(flash, tmp_path):
    """Of the 32 MiB."""
    with open(tmp_path / "large", "wb") as file:
        file.truncate(BANK)
    image, said = with_description(flash, tmp_path / "large", tmp_path)
    kernel, kernel_size = words(flash, 16, 2)
    short = (kernel + kernel_size + 4095) // 4096 * 4096
    assert image is None and f"{BANK} bytes" in said and f"{short} short" in said, said


def test_an_image_that_is_none_of_ours_or_has_a_description_is_refused(flash, description, tmp_path):
    """Nothing is written."""
    image, _ = with_description(flash, description, tmp_path)
    for other in [image, description]:
        (tmp_path / "new").mkdir(exist_ok=True)
        made, said = with_description(other, description, tmp_path / "new")
        assert made is None and "no flash image of ours without a description" in said, said
        assert not list((tmp_path / "new").iterdir())


def test_run_sh_puts_a_description_into_the_flash(qemu, description):
    """With a file, and as a dry run shows it."""
    run = harness.run_sh("--flash", description, program=qemu)
    harness.assert_boots(run)
    assert "guest one: shut down" in run.lines and "guest two: shut down" in run.lines, str(run)
    shown = harness.run_sh("--dry-run", "--flash", description)
    harness.assert_in_order(shown, ["add-to-flash.sh .*/hypervisor-flash.img .*/system.dtb ", "if=pflash"])
    assert "-initrd" not in shown.serial, str(shown)


def test_what_is_no_kernel_is_not_started(qemu, flash, tmp_path):
    spoilt = tmp_path / "spoilt.img"
    subprocess.run(["cp", "--sparse=always", flash, spoilt], check=True)
    with spoilt.open("r+b") as file:
        file.seek(words(flash, 16, 1)[0] + IMAGE_MAGIC_OFFSET)
        file.write(b"RSC\6")
    assert_stays_silent(qemu, spoilt)


def test_without_firmware_the_harts_park(qemu, flash):
    assert_stays_silent(qemu, flash, "-bios", "none")
