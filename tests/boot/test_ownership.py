"""Who has what of the machine: guests' memory and harts as a description says, and refusals where it cannot be."""

import functools
import subprocess

import harness
import pytest


def boot(tmp_path, guests, *, smp=1, ram="128M", program=None):
    """Boots a description with these guests."""
    image = harness.build("gcc", "hypervisor") / "hypervisor.bin"
    source, blob = tmp_path / "system.dts", tmp_path / "system.dtb"
    source.write_text('/dts-v1/; / { compatible = "bulkhead,partitions"; %s };' % guests, encoding="utf-8")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    return harness.boot(program or harness.qemu_program(harness.QEMU_10), image, smp=smp, ram=ram,
                        extra=["-initrd", blob])


def guest(name, properties):
    """A guest that runs the built-in program."""
    return f"{name} {{ built-in; {properties} }};"


@functools.cache
def build_anywhere():
    """Builds tests/boot/anywhere.S, a guest that says where it is; returns its image."""
    folder = harness.ROOT / "build" / "anywhere"
    source, elf, image = harness.ROOT / "tests/boot/anywhere.S", folder / "anywhere.elf", folder / "anywhere.bin"
    with harness.locked(folder):
        subprocess.run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", "-march=rv64imac", "-mabi=lp64",
                        "-mcmodel=medany", "-Wl,-Ttext=0x80200000,--build-id=none", "-o", elf, source], check=True)
        subprocess.run(["riscv64-linux-gnu-objcopy", "-O", "binary", elf, image], check=True)
    return image


def test_a_guest_of_80_mib_runs_on_a_machine_of_128(qemu, tmp_path):
    """In several blocks, what the heap does not need included."""
    run = boot(tmp_path, guest("big", "memory = /bits/ 64 <0x5000000>;"), program=qemu)
    harness.assert_in_order(run, [r"^audit: 1 guest, \d+ pages mapped, every one has one owner$",
                                  r"^guest: 80 MiB of memory at 0x80000000$", r"^guest big: shut down$"])
    assert run.status == 0, str(run)


def test_a_guest_with_a_base_finds_its_memory_there(qemu, tmp_path):
    """One to one: it is entered 2 MiB above its base, and its device tree lies and says so, too."""
    one = f'one {{ kernel = /incbin/("{build_anywhere()}"); memory = /bits/ 64 <0x86000000 0x800000>; }};'
    run = boot(tmp_path, one + guest("two", "memory = /bits/ 64 <0x800000>;"), smp=2, program=qemu)
    harness.assert_in_order(run, [r"^audit: 2 guests, 8 pages mapped, every one has one owner$",
                                  r"^guest one: 8 MiB of memory at 0x86000000, 1 hart"])
    harness.assert_in_order(run, [r"at 0000000086200000, tree 0000000086600000 d00dfeed$"])
    harness.assert_in_order(run, [r"guest: 8 MiB of memory at 0x80000000$"])
    assert run.status == 0, str(run)


def test_guests_run_on_the_harts_that_they_name(tmp_path):
    """And the others on those that are left."""
    run = boot(tmp_path, guest("a", "memory = /bits/ 64 <0x800000>;") +
               guest("b", "memory = /bits/ 64 <0x800000>; hart-ids = <0>;"), smp=2)
    harness.assert_in_order(run, [r"guest b: shut down$"])
    harness.assert_in_order(run, [r"guest a: shut down$"])
    assert run.status == 0, str(run)


@pytest.mark.parametrize("properties, message", [
    ("memory = /bits/ 64 <0x80000000 0x800000>;",
     r"^cannot boot: bad/memory: lies at 0x80000000\.\.0x80800000, which overlaps the reserved range \S+ 0x80000000"),
    ("memory = /bits/ 64 <0x80200000 0x800000>;",
     r"^cannot boot: bad/memory: lies at 0x80200000\.\.0x80a00000, which overlaps the hypervisor's image 0x80200000"),
    ("memory = /bits/ 64 <0x86000000 0x800000>;",
     r"^cannot boot: bad/built-in: is for guests whose memory has no base: it is linked for 0x80200000"),
    ("memory = /bits/ 64 <0x87c00000 0x800000>;",
     r"^cannot boot: bad/memory: lies at 0x87c00000\.\.0x88400000, which is not all RAM; RAM is 0x80000000\.\."),
    ("memory = /bits/ 64 <0x8000000>;",
     r"^cannot boot: bad/memory: is 128 MiB, and the machine is \d+ bytes short: of 128 MiB of RAM the hypervisor "
     r"holds .*, firmware .*, the device tree .*, the description .*"),
    ("memory = /bits/ 64 <0x800000>; hart-ids = <5>;",
     r"^cannot boot: bad/hart-ids: names hart 5; the machine has 0$"),
])
def test_what_the_machine_has_not_is_refused_by_name_property_and_number(tmp_path, properties, message):
    """No guest is started."""
    run = boot(tmp_path, guest("bad", properties))
    harness.assert_in_order(run, [message])
    assert "guest: " not in run.serial and run.status == 1, str(run)
