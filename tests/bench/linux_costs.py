"""What a boot of Debian's Linux to its first user program costs, as a guest and with no hypervisor."""

import concurrent.futures
import contextlib
import pathlib
import re
import statistics
import subprocess
import tempfile

from gdb_remote import Remote
from programs import ROOT, NotMeasured, offsets, run, symbols

BOOTARGS = "earlycon=uart8250,mmio,0x10000000 console=ttyS0 initcall_blacklist=pmu_sbi_devinit"
MEMORY = 256  # MiB, of the guest and of the machine without a hypervisor
# Natively the boots differ by some per cent, so that one says little; a guest's differ less.
SEEDS = (1, 2, 3)
HANG_SECONDS = 900
MTIME = 0x0200_bff8  # the CLINT's clock, of 10 MHz
INSTRUCTIONS_PER_TICK = 100  # under -icount shift=0
ENTRY = 0x80200000
FIRST_PROGRAM = 0x12_3456_0000  # an address where nothing else is
CAUSES = 10  # ExitCounts, include/hv/vm/exit_log.hpp: of each the exits, their instructions, and the worst


def linux_image():
    """Debian's Linux, where tools/fetch-linux.sh has brought it; else None."""
    image = pathlib.Path(run([ROOT / "tools/fetch-linux.sh", "--where"]).strip()) / "Image"
    return image if image.exists() else None


def cpio_entry(number, mode, name, content=b"", device=(0, 0)):
    """One entry of a cpio archive in the format `newc`."""
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0)
    head = ("070701" + "".join(f"{field:08x}" for field in fields) + name + "\0").encode()
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def make_initrd(folder):
    """An initrd whose only program switches the machine off."""
    program = folder / "init"
    run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", f"-Wl,-Ttext={FIRST_PROGRAM:#x}", "-o",
         program, ROOT / "tests/bench/first_program.S"])
    initrd = folder / "initrd"
    initrd.write_bytes(cpio_entry(1, 0o40755, "dev") + cpio_entry(2, 0o20600, "dev/console", device=(5, 1)) +
                       cpio_entry(3, 0o100755, "init", program.read_bytes()) + cpio_entry(0, 0, "TRAILER!!!"))
    return initrd


def describe(folder, kernel, initrd):
    """The partition description of the guest."""
    source, blob = folder / "guest.dts", folder / "guest.dtb"
    source.write_text(run([ROOT / "tools/describe-guests.sh", "name=linux", "harts=1", f"memory={MEMORY}",
                           "on-fault=stop", f"kernel={kernel}", f"kernel-size={kernel.stat().st_size}",
                           f"initrd={initrd}", f"initrd-size={initrd.stat().st_size}",
                           f"bootargs={BOOTARGS}"]), encoding="utf-8")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source])
    return blob


@contextlib.contextmanager
def machine(qemu, seed, icount, options):
    """A machine that stands still, the debugger's connection to it, and the file with what it prints."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        serial, gdb = pathlib.Path(folder, "serial"), pathlib.Path(folder, "gdb")
        process = subprocess.Popen(
            [qemu, "-M", "virt", "-smp", "1", "-display", "none", "-monitor", "none", "-no-reboot", "-icount",
             icount, "-seed", str(seed), "-serial", f"file:{serial}", *options, "-S", "-gdb",
             f"unix:{gdb},server=on,wait=off"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.kill)
        remote = Remote(gdb, timeout=HANG_SECONDS)
        stack.callback(remote.close)
        yield remote, serial


def instructions_so_far(remote):
    """By the machine's clock: the firmware starts and stops the counters of instructions."""
    return remote.read_words(MTIME, 1)[0] * INSTRUCTIONS_PER_TICK


def boot(qemu, seed, options, counts=None):
    """Boots to the first user program. Returns the kernel's own stamp of it, in seconds; the instructions from the
    first one at ENTRY; and, of the hypervisor's, the words of ExitCounts at address `counts`."""
    try:
        # A machine of its own: with sleep=off, the clock of one that is stopped jumps to its next timer, or to the
        # end of time where it has none.
        with machine(qemu, seed, "shift=0", options) as (remote, _):
            remote.run_to(ENTRY)
            start = instructions_so_far(remote)
        with machine(qemu, seed, "shift=0,sleep=off", options) as (remote, serial):
            remote.run_to(FIRST_PROGRAM)
            instructions = instructions_so_far(remote) - start
            words = remote.read_words(counts, 3 * CAUSES) if counts else []
            text = serial.read_text(encoding="utf-8", errors="replace")
    except (OSError, EOFError) as error:
        raise NotMeasured(f"Linux does not reach its first program: {error!r}") from error
    stamp = re.search(r"\[ *([\d.]+)\] Run /init as init process", text)
    if not stamp:
        raise NotMeasured(f"Linux does not say that it runs its first program:\n{text[-2000:]}")
    return {"stamp": float(stamp[1]), "instructions": instructions, "exits": sum(words[0::3]),
            "hypervisor": sum(words[1::3]), "words": words}


def boot_natively(qemu, seed, kernel, initrd):
    """With the same processor but for the H extension, and the same device."""
    return boot(qemu, seed, ["-cpu", "rv64,h=off", "-m", f"{MEMORY}M", "-kernel", kernel, "-initrd", initrd,
                             "-append", BOOTARGS])


def boot_as_guest(qemu, seed, hypervisor, blob):
    counts = symbols(hypervisor.with_suffix(".elf"))["boot_hart"] + offsets()["HV_GUEST_SBI_CALLS"]
    return boot(qemu, seed, ["-cpu", "rv64", "-m", "768M", "-kernel", hypervisor, "-initrd", blob], counts)


def measure_linux(qemu, hypervisor):
    """The hypervisor's instructions over the native boot's, and how much later the stamp is; in per cent."""
    kernel = linux_image()
    if kernel is None:
        return {}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(folder)
        initrd = make_initrd(folder)
        blob = describe(folder, kernel, initrd)
        native = [pool.submit(boot_natively, qemu, seed, kernel, initrd) for seed in SEEDS]
        guest = [pool.submit(boot_as_guest, qemu, seed, hypervisor, blob) for seed in SEEDS]
        native = [boot.result() for boot in native]
        guest = [boot.result() for boot in guest]

    def median(boots, what):
        return statistics.median(boot[what] for boot in boots)

    return {"linux-share": 100 * median(guest, "hypervisor") / median(native, "instructions"),
            "linux-stamp": 100 * (median(guest, "stamp") / median(native, "stamp") - 1),
            "linux-exits": median(guest, "exits")}
