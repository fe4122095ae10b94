#!/usr/bin/python3
"""Builds and runs the benchmarks, and prints one table: what, at most, measured, verdict.

    tests/bench/run.py [--build DIR]

A limit that is missed fails nothing; what cannot be measured does. $QEMU names another QEMU.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from gdb_remote import Remote

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ENTRY = 0x80200000
LAST_LINE = "v = ['a', 'b', 'c']"
QEMU = os.environ.get("QEMU", "qemu-system-riscv64")
MACHINE = [QEMU, "-M", "virt", "-m", "128M", "-smp", "1", "-display", "none", "-monitor", "none", "-no-reboot"]

# What is measured, its name in what measure_target() and measure_host() return, and the limit.
ROWS = (
    ("operator new(24), instructions", "new", 22),
    ("aligned operator new(24, 64), instructions", "aligned-new", 26),
    ("heap::allocate(24, 64), instructions", "allocate", 26),
    ("push_back of a u64, average over 100,000, instructions", "push", 11),
    ("entry to the second line complete, instructions", "boot", 150_000),
    ("hypervisor.bin, bytes", "size", 48 * 1024),
    ("host: against monotonic_buffer_resource, times", "ratio", 1.15),
    ("host: the same beside another thread, times", "ratio_threads", None),
)


class NotMeasured(Exception):
    """What went wrong, in one line or in a command's own words."""


def run(command, **options):
    """Runs a command to its end and returns what it printed."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
                              errors="replace", check=False, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMeasured(str(error)) from error
    if done.returncode != 0:
        raise NotMeasured(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def build(preset, where, targets):
    """Configures and builds a preset of CMakePresets.json in the folder `where`."""
    print(f"building {preset} ...", file=sys.stderr)
    where.mkdir(parents=True, exist_ok=True)
    with (where / ".lock").open("w") as lock:  # run.sh and the tests hold it too while they build
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(["cmake", "--preset", preset, "-B", where])
        run(["cmake", "--build", where, "--target", *targets])


def one_instruction_at_a_time():
    """The option by which this QEMU translates, and so logs, each instruction by itself."""
    version = re.search(r"version (\d+)\.(\d+)", run([QEMU, "--version"]))
    if version is None:
        raise NotMeasured(f"{QEMU} --version says no version")
    new = tuple(map(int, version.groups())) >= (8, 1)
    return ["-accel", "tcg,one-insn-per-tb=on"] if new else ["-singlestep"]


def count_to_last_line(log):
    """The instructions in QEMU's log up to the store of LAST_LINE's newline to the UART."""
    count, line = 0, ""
    with log.open(encoding="latin-1") as entries:
        for entry in entries:
            if entry.startswith("Trace "):
                count += 1
            elif entry.startswith("Stopped execution"):
                count -= 1  # logged, and then not executed: an interrupt came first
            elif entry.startswith("serial_write write addr 0x00 "):
                character = chr(int(entry.split()[-1], 16))
                if character == "\n" and line.rstrip("\r") == LAST_LINE:
                    return count
                line = "" if character == "\n" else line + character
    raise NotMeasured(f"the machine did not print: {LAST_LINE}")


def cost_of_boot(image):
    """Instructions from the kernel's first to the last line complete on the UART, the firmware's part included.

    QEMU's log has an entry for each instruction, and one for each store to the UART. So nothing is added to the
    kernel, and the count is the one that `-icount shift=0` keeps. The firmware's own start is not logged: the
    debugger's connection stops the machine at the kernel's entry, and turns the log on there.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        machine = subprocess.Popen(
            [*MACHINE, *one_instruction_at_a_time(), "-seed", "1", "-serial", "null", "-kernel", image, "-S",
             "-gdb", f"unix:{folder}/gdb,server=on,wait=off", "-d", "trace:serial_write", "-D", folder / "log"])
        stack.callback(machine.wait)
        stack.callback(machine.kill)
        try:
            remote = Remote(folder / "gdb")
            stack.callback(remote.close)
            remote.run_to(ENTRY)
            remote.monitor("log exec,nochain")
            remote.run_on()
            machine.wait(timeout=120)
        except (OSError, EOFError, subprocess.TimeoutExpired) as error:
            raise NotMeasured(f"{image}: {error}") from error
        return count_to_last_line(folder / "log")


def measure_target(where):
    """The numbers of the kernel and the bench kernels that are built in the folder `where`."""
    numbers = {"size": (where / "hypervisor.bin").stat().st_size, "boot": cost_of_boot(where / "hypervisor.bin")}
    for kernel in sorted((where / "bench-kernels").glob("*.bin")):
        output = run([*MACHINE, "-icount", "shift=0", "-serial", "stdio", "-kernel", kernel],
                     stdin=subprocess.DEVNULL, timeout=120)
        for name, value, _, of in re.findall(r"^bench: ([\w-]+) (\d+)( of (\d+))?\r?$", output, re.MULTILINE):
            numbers[name] = int(value) / int(of) if of else int(value)
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
    """Our allocator's time over std::pmr::monotonic_buffer_resource's without a lock: in a process of one thread, and
    in one of several, where its lock takes an atomic instruction. A process never goes back to the first."""
    alone = host_medians(where, "^(bump_allocator|monotonic_buffer_resource)$")
    beside = host_medians(where, "^bump_allocator_beside_another_thread$")
    theirs = alone["monotonic_buffer_resource"]
    return {"ratio": alone["bump_allocator"] / theirs,
            "ratio_threads": beside["bump_allocator_beside_another_thread"] / theirs}


def text(value):
    """A number as the table shows it."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def verdict(limit, value):
    if value is None:
        return "NOT MEASURED"
    if limit is None:
        return "-"
    return "ok" if value <= limit else f"MISSED by {text(value - limit)}"


def print_table(columns):
    """`columns` maps a compiler's name to its numbers. The limits are GCC's."""
    lines = [("what", "at most", *columns, "verdict")]
    for what, name, limit in ROWS:
        values = [numbers.get(name) for numbers in columns.values()]
        lines.append((what, text(limit), *map(text, values), verdict(limit, values[0])))
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
            build(preset, folder / preset, targets)
            numbers.update(how(folder / preset))
        except (NotMeasured, KeyError, ValueError) as error:
            failures.append(f"{preset}: {error!r}" if not isinstance(error, NotMeasured) else f"{preset}: {error}")

    measure("GCC", "gcc", ["hypervisor", "bench-kernels"], measure_target)
    measure("GCC", "host-bench", ["bench-bump_allocator"], measure_host)
    if has_clang():
        measure("Clang", "clang", ["hypervisor", "bench-kernels"], measure_target)
    print(run([QEMU, "--version"]).splitlines()[0])
    print_table(columns)
    for failure in failures:
        print(f"not measured: {failure}", file=sys.stderr)
    return 1 if failures or any(name not in columns["GCC"] for _, name, _ in ROWS) else 0


if __name__ == "__main__":
    sys.exit(main())
