"""Several guests in one description, each told what to do: see tests/boot/guests/told.cpp."""

import dataclasses
import subprocess

import harness

# All four kinds of machine: each QEMU, with and without a timer of the guests' own.
MACHINES = [(qemu, cpu) for qemu in (harness.QEMU_7, harness.QEMU_10) for cpu in ("rv64", "rv64,sstc=off")]


@dataclasses.dataclass
class Told:
    """A guest of told.cpp; `more` are properties as they stand in the description."""

    name: str
    order: str
    more: str = ""
    harts: int = 1
    mebibytes: int = 8

    def node(self, folder):
        """As device-tree source."""
        return f"""
    {self.name} {{
        harts = <{self.harts}>;
        memory = /bits/ 64 <({self.mebibytes} << 20)>;
        bootargs = "{self.order}";
        kernel = /incbin/("{folder}/boot-guests/told.bin");
        {self.more}
    }};"""


def describe(folder, guests, where, root=""):
    """Writes the description of the guests, and compiles it."""
    source, blob = where / "guests.dts", where / "guests.dtb"
    nodes = "".join(guest.node(folder) for guest in guests)
    source.write_text(f'/dts-v1/;\n/ {{\n    compatible = "bulkhead,partitions";\n    {root}{nodes}\n}};\n',
                      encoding="utf-8")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    return blob


def run_guests(guests, where, machine=(harness.QEMU_10, "rv64"), root="", extra=()):
    """Boots them side by side, and waits for the machine's end."""
    folder = harness.build("gcc", "hypervisor", "boot-guests")
    qemu, cpu = machine
    blob = describe(folder, guests, where, root)
    harts = sum(guest.harts for guest in guests)
    return harness.boot(harness.qemu_program(qemu), folder / "hypervisor.bin", smp=harts, ram="256M",
                        extra=["-cpu", cpu, "-initrd", blob, *extra])
