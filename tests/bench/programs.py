"""What the benchmarks share: running programs, and what an ELF file and the shared header of offsets say."""

import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


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


@functools.cache
def qemu_version(qemu):
    """Major and minor."""
    version = re.search(r"version (\d+)\.(\d+)", run([qemu, "--version"]))
    if version is None:
        raise NotMeasured(f"{qemu} --version says no version")
    return tuple(map(int, version.groups()))


def symbols(elf):
    """The addresses of an ELF file's symbols, by their names as C++ has them."""
    lines = run(["riscv64-linux-gnu-nm", "-C", elf]).splitlines()
    return {line[19:]: int(line[:16], 16) for line in lines if line[:16].strip()}


def code_ranges(elf, *names):
    """Where an ELF file's functions of these names are: [start, end) of each."""
    lines = run(["riscv64-linux-gnu-nm", "-C", "-S", "--defined-only", elf]).splitlines()
    found = []
    for line in lines:
        sized = re.match(r"([0-9a-f]{16}) ([0-9a-f]{16}) [Tt] (.*)$", line)
        if sized and sized[3].split("(")[0] in names:
            start = int(sized[1], 16)
            found.append((start, start + int(sized[2], 16)))
    return found


def offsets():
    """The numbers of include/hv/arch/offsets.h that are numbers, or other ones added together."""
    values = {}
    text = (ROOT / "include/hv/arch/offsets.h").read_text(encoding="utf-8")
    for name, value in re.findall(r"^#define (HV_\w+) +([\w() +]+?) *(?:/\*.*)?$", text, re.MULTILINE):
        words = [values.get(word, word) for word in re.findall(r"\w+", value)]
        try:
            values[name] = sum(int(str(word), 0) for word in words)
        except ValueError:
            continue
    return values
