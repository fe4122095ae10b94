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
    run = boot(tmp_path, one, program=qemu)
    harness.assert_in_order(run, [r"^audit: 1 guest, 4 pages mapped, every one has one owner$",
                                  r"^guest one: 8 MiB of memory at 0x86000000, 1 hart",
                                  r"^at 0000000086200000, tree 0000000086600000 d00dfeed$"])
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


VIRTIO = "/soc/virtio_mmio@10001000"


@pytest.mark.parametrize("properties, message", [
    ('devices = "/soc/rtc@101001";', r'"/soc/rtc@101001" the machine has no such device$'),
    ('devices = "/soc/serial@10000000";', r'"/soc/serial@10000000" is the hypervisor\'s console: 0x10000000\.\.'),
    ('devices = "/soc/plic@c000000";', r'"/soc/plic@c000000" belongs to the hypervisor or the firmware$'),
    ('devices = "/soc/clint@2000000";', r'"/soc/clint@2000000" belongs to the hypervisor or the firmware$'),
    ('devices = "/soc/test@100000";', r'"/soc/test@100000" belongs to the hypervisor or the firmware$'),
    ('devices = "/memory@80000000";', r'"/memory@80000000" is memory: 0x80000000\.\.0x88000000$'),
    ('devices = "/cpus/cpu@0";', r'"/cpus/cpu@0" has no registers that the machine can address$'),
    ('devices = "/soc/pci@30000000";', r'"/soc/pci@30000000" may read and write memory by itself: that needs unsafe-dma$'),
    (f'devices = "{VIRTIO}";', rf'"{VIRTIO}" may read and write memory by itself: that needs unsafe-dma$'),
])
def test_a_device_that_a_guest_cannot_have_is_refused_by_its_path(tmp_path, properties, message):
    """What the hypervisor, the firmware or nobody has, and what writes to memory by itself."""
    run = boot(tmp_path, guest("bad", "memory = /bits/ 64 <0x800000>; " + properties))
    harness.assert_in_order(run, [r"^cannot boot: bad/devices: " + message])
    assert run.status == 1, str(run)


def test_unsafe_dma_is_for_guests_with_a_base(tmp_path):
    """Elsewhere a device would write to the memory of others, by the guest's addresses."""
    run = boot(tmp_path, guest("bad", f'memory = /bits/ 64 <0x800000>; devices = "{VIRTIO}"; unsafe-dma;'))
    harness.assert_in_order(run, [r"^cannot boot: bad/unsafe-dma: "])
    one = f'kernel = /incbin/("{build_anywhere()}"); memory = /bits/ 64 <0x86000000 0x800000>;'
    run = boot(tmp_path, f'one {{ {one} devices = "{VIRTIO}", "/soc/rtc@101000"; unsafe-dma; }};')
    harness.assert_in_order(run, [r"^audit: 1 guest, 6 pages mapped, every one has one owner$",
                                  r"^at 0000000086200000"])
    assert run.status == 0, str(run)
