"""What all Python tests share: building once, booting in QEMU with the serial line in a file, and the two QEMUs."""

import contextlib
import dataclasses
import fcntl
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import warnings

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Only there to end a machine that hangs: the longest boot takes seconds on a busy computer.
HANG_SECONDS = 120

# The names of the two QEMUs that everything is tested on.
QEMU_7 = "qemu-7.2"
QEMU_10 = "qemu-10"


# --- the two QEMUs ----------------------------------------------------------------------------------------------

@functools.cache
def _installed_qemu():
    """The program that $QEMU or the PATH names, and its major version."""
    program = os.environ.get("QEMU") or "qemu-system-riscv64"
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return shutil.which(program), int(re.search(r"version (\d+)", version)[1])


@functools.cache
def _fetched_qemu():
    """The program that tools/fetch-qemu.sh brings, or None, and why not. tests/run.sh asks once for all processes."""
    if "HV_QEMU_10" in os.environ:
        return os.environ["HV_QEMU_10"] or None, os.environ.get("HV_QEMU_10_REASON", "")
    fetch = subprocess.run([ROOT / "tools/fetch-qemu.sh"], capture_output=True, text=True, check=False)
    return fetch.stdout.strip() or None, fetch.stderr.strip()


def qemu_program(name):
    """The program of QEMU_7 or QEMU_10; skips the test, with the reason, where this computer has none."""
    installed, major = _installed_qemu()
    if (major >= 10) == (name == QEMU_10):
        return installed
    if name == QEMU_7:
        pytest.skip(f"no QEMU 7.2: the installed one is version {major}")
    fetched, reason = _fetched_qemu()
    if not fetched:
        pytest.skip(reason)
    return fetched


# --- building ---------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def locked(directory):
    """Holds the lock of a build folder, the one that run.sh takes too."""
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def _build(preset, targets):
    """Builds; returns an empty text, or the command that failed and what it wrote."""
    folder = ROOT / "build" / preset
    steps = [["cmake", "--build", folder, *(f"--target={target}" for target in targets)]]
    with locked(folder):
        cache = folder / "CMakeCache.txt"
        if not (folder / "build.ninja").exists() or "HV_WERROR:BOOL=ON" not in cache.read_text(encoding="utf-8"):
            steps.insert(0, ["cmake", "--preset", preset, "-DHV_WERROR=ON"])
        for step in steps:
            made = subprocess.run(step, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            if made.returncode != 0:
                return f"{' '.join(map(str, step))} failed:\n{made.stdout}"
    return ""


_shown = set()


def build(preset, *targets):
    """Builds targets (all where none is named) of a CMake preset, with warnings as errors; returns its folder. Once:
    where that fails, so does each test that needs it, the first with the output."""
    failure = _build(preset, targets)
    if failure in _shown:
        failure = failure.splitlines()[0]
    if failure:
        _shown.add(failure)
        pytest.fail(failure, pytrace=False)
    return ROOT / "build" / preset


@functools.cache
def build_puppet():
    """Builds tests/boot/puppet.S, a machine that does what it is told; returns its image."""
    folder = ROOT / "build" / "puppet"
    source, elf, image = ROOT / "tests/boot/puppet.S", folder / "puppet.elf", folder / "puppet.bin"
    with locked(folder):
        if not image.exists() or image.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", "-march=rv64imac",
                            "-mabi=lp64", "-mcmodel=medany", "-Wl,-Ttext=0x80200000,--build-id=none", "-o", elf,
                            source], check=True)
            subprocess.run(["riscv64-linux-gnu-objcopy", "-O", "binary", elf, image], check=True)
    return image


# --- booting ----------------------------------------------------------------------------------------------------

@dataclasses.dataclass
class Run:
    """How a machine, or run.sh, ended. `status` is negative for a signal; `serial` has plain line ends."""

    status: int
    serial: str
    errors: str = ""

    @property
    def lines(self):
        """What came over the serial line, by line."""
        return self.serial.splitlines()

    def __str__(self):
        return f"status {self.status}\n--- serial line\n{self.serial}\n--- standard error\n{self.errors}"


def plain_text(data):
    """Bytes of a serial line as text with plain line ends."""
    return data.decode("utf-8", errors="replace").replace("\r\n", "\n")


def attempts(program, smp):
    """How often a machine may be started until it ends. QEMU 7.2 with its OpenSBI 1.1 sometimes hangs while the other
    harts start, without any of our code running, and it can lose a guest's timer interrupt where there is Sstc (see
    README); a hang of ours shows on QEMU 10, where there is one attempt."""
    installed, major = _installed_qemu()
    return 3 if smp > 1 and program == installed and major < 10 else 1


def note_hang(program, start):
    """Counts a machine that hung at its `start`, from 0: pytest lists those behind the tests, also where it was started
    again and passed. The number is there because warnings of one test that read alike are shown once."""
    warnings.warn(f"{program} hung at start {start + 1}", stacklevel=2)


def _boot_once(command, serial, timeout):
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return None
    return Run(ended.returncode, plain_text(serial.read_bytes()), plain_text(ended.stderr))


def boot(program, image, *, smp=1, ram="128M", extra=(), timeout=HANG_SECONDS):
    """Boots a flat image, or no -kernel at all where that is None, and waits for the machine's end. Fails the test if
    there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        serial = pathlib.Path(scratch) / "serial"
        command = [program, "-M", "virt", "-smp", str(smp), "-m", ram, "-display", "none", "-no-reboot",
                   "-monitor", "none", "-serial", f"file:{serial}",
                   *(["-kernel", image] if image else []), *extra]
        for start in range(attempts(program, smp)):
            ended = _boot_once(command, serial, timeout)
            if ended:
                return ended
            note_hang(program, start)
        written = plain_text(serial.read_bytes()) if serial.exists() else ""
        pytest.fail(f"{' '.join(map(str, command))}\ndid not end in {timeout} s. Its serial line:\n{written}",
                    pytrace=False)


def run_sh(*options, program=None, stdin=subprocess.DEVNULL, cwd=None, timeout=HANG_SECONDS * 2, env=None):
    """Runs run.sh to its end, with another QEMU where `program` names one."""
    several_harts = re.search(r"--smp (\d+)", " ".join(map(str, options)))
    smp = int(several_harts[1]) if several_harts else 1
    environment = {**os.environ, **({"QEMU": str(program)} if program else {}), **(env or {})}
    command = [ROOT / "run.sh", *map(str, options)]
    for start in range(attempts(program or _installed_qemu()[0], smp)):
        try:
            ended = subprocess.run(command, stdin=stdin, capture_output=True, timeout=timeout, check=False, cwd=cwd,
                                   env=environment)
            return Run(ended.returncode, plain_text(ended.stdout), plain_text(ended.stderr))
        except subprocess.TimeoutExpired as hang:
            written = plain_text(hang.stdout or b"")
            note_hang(environment.get("QEMU", "QEMU"), start)
    pytest.fail(f"{' '.join(map(str, command))}\ndid not end in {timeout} s. Its output:\n{written}", pytrace=False)


# --- judging ----------------------------------------------------------------------------------------------------

def assert_in_order(run, patterns):
    """Each regular expression is found in a line of its own, behind the line of the one before. What a named group
    matched is known to those behind it, as (?P=name)."""
    lines = iter(run.lines)
    known = {}
    for pattern in patterns:
        for name, text in known.items():
            pattern = pattern.replace(f"(?P={name})", re.escape(text))
        found = next(filter(None, (re.search(pattern, line) for line in lines)), None)
        if not found:
            pytest.fail(f"no line /{pattern}/ in its place:\n{run}", pytrace=False)
        known.update(found.groupdict(default=""))


def assert_boots(run):
    """The two lines, the first behind an empty one, in order; no panic; status 0."""
    assert_in_order(run, [r"^$", r"^Booting hypervisor\.\.\.$", r"^v = \['a', 'b', 'c'\]$"])
    assert "\n\nBooting hypervisor...\n" in run.serial, f"no empty line before the first:\n{run}"
    assert "panic" not in run.serial, str(run)
    assert run.status == 0, str(run)
