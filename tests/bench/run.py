#!/usr/bin/python3
"""Builds and runs the benchmarks, and prints one table: what, at most, measured, the best of others, verdict.

    tests/bench/run.py [--build DIR]

A limit that is missed fails nothing; what cannot be measured does. $QEMU names another QEMU. What is about guests
is measured on QEMU 10 as well, where tools/fetch-qemu.sh brings one, and the larger number counts.
"""

import argparse
import concurrent.futures
import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from boot_costs import measure_boot
from guest_costs import measure_operations, numbers_in
from linux_costs import linux_image, measure_linux
from partition_costs import measure_partitions
from programs import ROOT, NotMeasured, qemu_version, run
from ring_costs import measure_rings

QEMU = os.environ.get("QEMU", "qemu-system-riscv64")
MACHINE = ["-M", "virt", "-m", "128M", "-smp", "1", "-display", "none", "-monitor", "none", "-no-reboot"]

# What is measured, its name among the numbers, the limit, and what the best of other hypervisors need.
ROWS = (
    ("operator new(24), instructions", "new", 22, ""),
    ("aligned operator new(24, 64), instructions", "aligned-new", 26, ""),
    ("heap::allocate(24, 64), instructions", "allocate", 26, ""),
    ("push_back of a u64, average over 100,000, instructions", "push", 11, ""),
    ("entry to the second line complete, instructions", "boot", 150_000, ""),
    ("hypervisor.bin, bytes", "size", None, ""),
    ("host: against monotonic_buffer_resource, times", "ratio", 1.15, ""),
    ("host: the same beside another thread, times", "ratio_threads", None, ""),
    ("SBI get_spec_version, instructions", "spec-version", 90, "246 (Bao)"),
    ("SBI probe_extension, instructions", "probe", 100, "252 (Bao)"),
    ("SBI set_timer, Sstc, instructions", "set-timer", 85, "245 (Bao)"),
    ("SBI set_timer, no Sstc, over the firmware's own cost", "set-timer-without-sstc", 95, "246 (Bao)"),
    ("timer due until the guest's handler, Sstc, instructions", "timer-due", 24, "24"),
    ("the same, no Sstc, over the firmware's own cost", "timer-due-without-sstc", 110, "137 (Bao)"),
    ("first touch of a 4 KiB page, instructions", "first-touch", 3, "3 (Bao)"),
    ("IPI to self, until the handler has run, instructions", "ipi-self", 155, "1,122 (Bao, AIA)"),
    ("doorbell to another guest's hart, until its handler, both harts", "doorbell", None, ""),
    ("IPI to another hart of the guest, until its handler, both harts", "ipi-other", None, ""),
    ("the doorbell, where the firmware interrupts harts", "doorbell-by-firmware", None, ""),
    ("the IPI, where the firmware interrupts harts", "ipi-other-by-firmware", None, ""),
    ("remote fence.i to self, instructions", "fence-i", 90, "1,914 (KVM)"),
    ("remote sfence.vma to self, instructions", "sfence-vma", 90, "1,914 (KVM)"),
    ("PLIC register read, htinst given, instructions", "plic-read-given", 120, "284 (Bao)"),
    ("PLIC claim register read, htinst given, instructions", "plic-read-claim-given", 120, "284 (Bao)"),
    ("UART register read, htinst given, instructions", "uart-read-given", 120, "284 (Bao)"),
    ("UART register write, htinst given, instructions", "uart-write-given", 120, "284 (Bao)"),
    ("PLIC register read, fetched, instructions", "plic-read-fetched", 145, "284 (Bao)"),
    ("PLIC claim register read, fetched, instructions", "plic-read-claim-fetched", 145, "284 (Bao)"),
    ("UART register read, fetched, instructions", "uart-read-fetched", 145, "284 (Bao)"),
    ("UART register write, fetched, instructions", "uart-write-fetched", 145, "284 (Bao)"),
    ("UART register read into s1, htinst given, instructions", "uart-read-s1-given", None, ""),
    ("UART register read into s1, fetched, instructions", "uart-read-s1-fetched", None, ""),
    ("each of these with three more guests asleep: another number, by at most", "crowd", 0, ""),
    ("entry to the tiny guest's first instruction, without copying", "entry", 400_000, "755,011 (Bao)"),
    ("the same, with copying and scrubbing, instructions", "entry-all", None, ""),
    ("copying guest memory, instructions per 8 bytes", "copy", 2.5, ""),
    ("scrubbing guest memory, instructions per 8 bytes", "scrub", 1.25, ""),
    ("the same with Zicboz, instructions per 8 bytes", "scrub-zicboz", 1.25, ""),
    ("Debian Linux: hypervisor's instructions, % of the boot's", "linux-share", 0.5, "20.5 (Xvisor)"),
    ("Debian Linux: the kernel's stamp of /init, % later", "linux-stamp", 2.0, "20.5 (Xvisor)"),
    ("own memory for a 128 MiB guest: image and heap, bytes", "memory", 256 * 1024, "280 KiB (Bao)"),
    ("own memory for a further one on one hart of those there, bytes", "guest-memory", 96 * 1024, ""),
    ("the same, and for one hart more: its record and stacks, bytes", "guest-and-hart-memory", 96 * 1024, ""),
    ("boot of a further guest, without copying, instructions", "guest-boot", 200_000, ""),
    ("restart of a guest, without copying, instructions", "restart", 50_000, ""),
    ("the same after a fault, with its report, instructions", "restart-after-fault", None, ""),
)
# Measured where a QEMU 10 or Linux has been fetched: that they are missing is said, and no failure.
OPTIONAL = re.compile(r".*-given|scrub-zicboz|linux-.*")


def build(preset, where, targets):
    """Configures and builds a preset of CMakePresets.json in the folder `where`."""
    print(f"building {preset} ...", file=sys.stderr)
    where.mkdir(parents=True, exist_ok=True)
    with (where / ".lock").open("w") as lock:  # run.sh and the tests hold it too while they build
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(["cmake", "--preset", preset, "-B", where])
        run(["cmake", "--build", where, "--target", *targets])


def all_qemus():
    """The installed QEMU, and QEMU 10 where that is another one and there is one."""
    if qemu_version(QEMU) >= (10, 0):
        return [QEMU]
    fetched = subprocess.run([ROOT / "tools/fetch-qemu.sh"], stdout=subprocess.PIPE, text=True, check=False)
    return [QEMU, fetched.stdout.strip()] if fetched.stdout.strip() else [QEMU]


def measure_bench_kernels(qemus, where):
    """The kernels under tests/bench/target, on the last QEMU: the newest, which has Zicboz."""
    numbers = {}
    for kernel in sorted((where / "bench-kernels").glob("*.bin")):
        output = run([qemus[-1], *MACHINE, "-icount", "shift=0", "-serial", "stdio", "-kernel", kernel],
                     stdin=subprocess.DEVNULL, timeout=120)
        numbers.update(numbers_in(output.replace("\r", "")))
    return numbers


def measure_target(qemus, where):
    """The numbers of the kernel and of what runs on it, built in the folder `where`."""
    numbers = {"size": (where / "hypervisor.bin").stat().st_size}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        boots = [pool.submit(measure_boot, qemu, where / "hypervisor.bin") for qemu in qemus]
        operations = pool.submit(measure_operations, qemus, where)
        rings = pool.submit(measure_rings, qemus, where)
        partitions = pool.submit(measure_partitions, qemus, where)
        numbers.update(measure_bench_kernels(qemus, where))
        numbers.update(operations.result())
        numbers.update(rings.result())
        numbers.update(partitions.result())
        for boot in boots:
            for name, value in boot.result().items():
                numbers[name] = max(value, numbers.get(name, 0))
    return numbers


def host_medians(where, which):
    """Google Benchmark's medians, in nanoseconds, of the benchmarks that the pattern names."""
    output = run([where / "bench-bump_allocator", "--benchmark_format=json", "--benchmark_repetitions=9",
                  "--benchmark_report_aggregates_only=true", "--benchmark_enable_random_interleaving=true",
                  f"--benchmark_filter={which}"],
                 stdin=subprocess.DEVNULL, timeout=300)
    entries = json.loads(output[output.index("{") :])["benchmarks"]  # what is before it are warnings
    return {entry["run_name"]: entry["cpu_time"] for entry in entries if entry["aggregate_name"] == "median"}


def measure_host(where):
    """Our allocator's time over std::pmr::monotonic_buffer_resource's without a lock: in a process of one thread,
    and in one of several, where its lock takes an atomic instruction. A process never goes back to the first."""
    alone = host_medians(where, "^(bump_allocator|monotonic_buffer_resource)$")
    beside = host_medians(where, "^bump_allocator_beside_another_thread$")
    theirs = alone["monotonic_buffer_resource"]
    return {"ratio": alone["bump_allocator"] / theirs,
            "ratio_threads": beside["bump_allocator_beside_another_thread"] / theirs}


def text(value):
    """A number as the table shows it."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def verdict(limit, value, name):
    if value is None:
        return "no QEMU 10 or Linux fetched" if OPTIONAL.match(name) else "NOT MEASURED"
    if limit is None:
        return "-"
    # Of loops of 10,000 turns: what is outside of a turn is not of it.
    return "ok" if round(value, 2) <= limit else f"MISSED by {text(round(value - limit, 2))}"


def print_table(columns):
    """`columns` maps a compiler's name to its numbers. The limits are GCC's."""
    lines = [("what", "at most", *columns, "others", "verdict")]
    for what, name, limit, others in ROWS:
        values = [numbers.get(name) for numbers in columns.values()]
        values = [value if value is None else round(value, 2) for value in values]
        lines.append((what, text(limit), *map(text, values), others, verdict(limit, values[0], name)))
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:]))]
        print(" | ".join([*cells, line[-1]]))


def has_clang():
    return any(shutil.which(name) for name in ("clang++", *(f"clang++-{version}" for version in range(14, 30))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", metavar="DIR", type=pathlib.Path, default=ROOT / "build",
                        help="where the build folders are (default: build)")
    folder = parser.parse_args().build.resolve()
    columns, failures = {}, []

    def measure(column, preset, targets, how):
        numbers = columns.setdefault(column, {})
        try:
            if targets:
                build(preset, folder / preset, targets)
            numbers.update(how(folder / preset))
        except (NotMeasured, KeyError, ValueError) as error:
            failures.append(f"{preset}: {error!r}" if not isinstance(error, NotMeasured) else f"{preset}: {error}")

    qemus = all_qemus()
    targets = ["hypervisor", "bench-kernels", "bench-guests"]
    measure("GCC", "gcc", targets, lambda where: measure_target(qemus, where))
    measure("GCC", "host-bench", ["bench-bump_allocator"], measure_host)
    if has_clang():
        measure("Clang", "clang", targets, lambda where: measure_target(qemus, where))
    if linux_image():
        print("booting Linux, which takes minutes ...", file=sys.stderr)
        measure("GCC", "gcc", [], lambda where: measure_linux(qemus[0], where / "hypervisor.bin"))
    else:
        print("no Linux is booted: tools/fetch-linux.sh has not fetched it", file=sys.stderr)
    for qemu in qemus:
        print(run([qemu, "--version"]).splitlines()[0])
    print_table(columns)
    for failure in failures:
        print(f"not measured: {failure}", file=sys.stderr)
    missing = [name for _, name, _, _ in ROWS if name not in columns["GCC"] and not OPTIONAL.match(name)]
    return 1 if failures or missing else 0


if __name__ == "__main__":
    sys.exit(main())
