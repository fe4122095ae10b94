"""What one guest more costs the hypervisor, in its own memory and in work at boot, and what a restart takes."""

import pathlib
import re
import subprocess
import tempfile

from boot_costs import ENTRY, GUEST_ENTRY
from exec_log import hart_of, program_counter, stopped_machine
from guest_costs import SLEEPER
from programs import ROOT, NotMeasured, code_ranges, run

MACHINE = ["-M", "virt", "-cpu", "rv64", "-m", "1G", "-icount", "shift=0"]
HARTS = 4
MEMORY = 128  # MiB: a guest's whose tables and records are counted
# MiB: a guest's whose start is counted. To scrub it is left out, but its instructions are logged.
SMALL_MEMORY = 4
RESTART_AT = 0x80300000  # restart.S: an address at which the hypervisor has no code


def describe(folder, guests, memory, first=f"[{SLEEPER.hex()}]"):
    """A partition description: so many guests of one hart, that do nothing, or the first of which is another one."""
    source, blob = folder / "guests.dts", folder / "guests.dtb"
    nodes = "".join(f"guest{i} {{ memory = /bits/ 64 <{memory << 20}>; "
                    f"kernel = {first if i == 0 else f'[{SLEEPER.hex()}]'}; }};\n" for i in range(guests))
    source.write_text(f'/dts-v1/;\n/ {{\n    compatible = "bulkhead,partitions";\n{nodes}}};\n', encoding="utf-8")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source])
    return blob


def heap_used(qemu, image, harts, blob):
    """Bytes, as the boot says when the heap is sealed."""
    command = [qemu, *MACHINE, "-smp", str(harts), "-display", "none", "-monitor", "none", "-no-reboot", "-serial",
               "stdio", "-kernel", image, "-initrd", blob]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace") as machine:
        try:
            for line in machine.stdout:
                said = re.match(r"hypervisor: .* of image, (\d+) (bytes|KiB|MiB) of heap$", line)
                if said:
                    return int(said[1]) * {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20}[said[2]]
        finally:
            machine.kill()
    raise NotMeasured(f"{' '.join(map(str, command))}: the heap is not sealed")


def largest_step(values):
    """Of a list: by how much an element is more than the one before it, at most."""
    return max(after - before for before, after in zip(values, values[1:]))


def measure_memory(qemu, image, folder):
    """The heap's growth from N to N + 1 guests. On one machine, whose harts are the same: their records and stacks
    are taken whether a guest runs on them or not. And with a hart more for each guest more. The image is the same."""
    blobs = []
    for guests in range(1, HARTS + 1):
        where = folder / str(guests)
        where.mkdir()
        blobs.append(describe(where, guests, MEMORY))
    on_one_machine = [heap_used(qemu, image, HARTS, blob) for blob in blobs]
    with_harts = [heap_used(qemu, image, harts, blob) for harts, blob in enumerate(blobs, 1)]
    return {"guest-memory": largest_step(on_one_machine), "guest-and-hart-memory": largest_step(with_harts)}


class Work:
    """Counts the instructions of QEMU's log, all harts' and the firmware's, but those that copy to a guest's memory
    or scrub it. What clears the hypervisor's own memory counts."""

    def __init__(self, image):
        elf = image.with_suffix(".elf")
        self.count = 0
        self._last = False
        self._always = code_ranges(elf, "hv::mm::copy_block", "hv::arch::zero_by_blocks")
        self._scrub = code_ranges(elf, "hv::arch::zero_by_blocks")
        self._clear = code_ranges(elf, "hv::mm::zero_block")  # of the scrub where that calls it
        self._scrubbing = {}

    def add(self, hart, address):
        """The next instruction that a hart executes."""
        if any(start <= address < end for start, end in self._clear):
            self._last = not self._scrubbing.get(hart)
        else:
            self._last = not any(start <= address < end for start, end in self._always)
            self._scrubbing[hart] = any(start <= address < end for start, end in self._scrub)
        self.count += self._last

    def take_back(self):
        """The last one was logged, and then not executed: an interrupt came first."""
        self.count -= self._last
        self._last = False


def work_until_all_run(log, work, guests):
    """Until each of the guests has come to its first instruction. A hart counts from when it comes to the hypervisor
    until it comes to its guest: until the firmware starts it, it is the firmware's business how it waits."""
    arrived, running = set(), set()
    for entry in log:
        if entry.startswith("Trace "):
            hart, address = hart_of(entry), program_counter(entry)
            # The boot hart comes there twice, first as the hypervisor, and before any other.
            if address == GUEST_ENTRY and arrived:
                running.add(hart)
                if len(running) == guests:
                    return work.count
            elif hart in arrived or (address >= ENTRY if arrived else address == ENTRY):
                arrived.add(hart)
            if hart in arrived and hart not in running:
                work.add(hart, address)
        elif entry.startswith("Stopped execution"):
            work.take_back()
    raise NotMeasured("the machine ended before its guests' first instructions")


def work_of_boot(qemu, image, guests, folder):
    """Of a machine with so many guests, from the hypervisor's first instruction."""
    options = [*MACHINE, "-smp", str(HARTS), "-kernel", image, "-initrd", describe(folder, guests, SMALL_MEMORY)]
    with stopped_machine(qemu, options) as (remote, log):
        remote.run_to(ENTRY)
        remote.monitor("log exec,nochain")
        remote.run_on()
        return work_until_all_run(log, Work(image), guests)


def measure_boot_work(qemu, image, folder):
    """What one guest more costs on the same machine."""
    return {"guest-boot": largest_step([work_of_boot(qemu, image, n, folder) for n in range(1, HARTS + 1)])}


def work_until_entry(log, work):
    """Until a guest comes to its first instruction."""
    for entry in log:
        if entry.startswith("Trace "):
            address = program_counter(entry)
            if address == GUEST_ENTRY:
                return work.count
            work.add(hart_of(entry), address)
        elif entry.startswith("Stopped execution"):
            work.take_back()
    raise NotMeasured("the machine ended before its guest's first instruction")


def measure_restart(qemu, image, folder, name, ends):
    """From the instruction by which a guest that has run for long enough ends, to its first one again. Another guest
    is there, and sleeps."""
    program = folder / "restart"
    run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", f"-DENDS_BY_{ends}", "-Wl,-Ttext=0x80200000",
         "-Wl,--build-id=none", "-o", program, ROOT / "tests/bench/restart.S"])
    blob = describe(folder, 2, SMALL_MEMORY, f'/incbin/("{program}"); on-fault = "restart"')
    with stopped_machine(qemu, [*MACHINE, "-smp", "2", "-kernel", image, "-initrd", blob]) as (remote, log):
        remote.run_to(RESTART_AT)
        remote.monitor("log exec,nochain")
        remote.run_on()
        return {name: work_until_entry(log, Work(image))}


def measure_partitions(qemus, where):
    """Of several QEMUs the larger numbers."""
    image, worst = where / "hypervisor.bin", {}
    for qemu in qemus:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            found = measure_memory(qemu, image, folder) | measure_boot_work(qemu, image, folder) | \
                measure_restart(qemu, image, folder, "restart", "REBOOT") | \
                measure_restart(qemu, image, folder, "restart-after-fault", "FAULT")
        for name, value in found.items():
            worst[name] = max(value, worst.get(name, 0))
    return worst
