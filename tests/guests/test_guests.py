"""Runs the test guests under the hypervisor: one file here, one scenario, whose head says how it runs and ends.

    // harts: N ...                   the guest's harts, a run for each number (1)
    // memory: SIZE                   the guest's memory (16M)
    // devices: PATH ...              what of the machine's it is given (nothing)
    // cpu: MODEL ...                 QEMU's -cpu, a run for each (rv64 and rv64,sstc=off); 10/MODEL: on QEMU 10 only
    // machine: OPTIONS               QEMU's -M, for one more run, of the most harts on the first -cpu (virt only)
    // qemu: 7.2 or 10, WHY           the only QEMU that can run it (both)
    // natively: no, WHY              what it expects is not what OpenSBI and QEMU give a supervisor (yes)
    // expect: <regular expression>   a line of the serial line, behind the line of the expectation before
    // not: <regular expression>      no line may hold it
    // until: N <regular expression>  it never ends: it is run until N lines hold it
    // status: N                      what QEMU exits with (0)

Where the status is 0, the last expectation is `PASS` and the scenario's name. Each scenario also runs natively, as a
supervisor on OpenSBI: a test that a real machine fails is wrong itself.
"""

import dataclasses
import pathlib
import re
import subprocess
import time

import harness
import pytest

HERE = pathlib.Path(__file__).resolve().parent
PRESET = "gcc"
QEMUS = {"7.2": harness.QEMU_7, "10": harness.QEMU_10}

# What a scenario's head can say.
WORDS = "harts|memory|devices|cpu|machine|qemu|natively|expect|not|until|status"

# A guest that hangs is told from a slow one.
HANG_SECONDS = 60


@dataclasses.dataclass
class Scenario:
    """What the head of a scenario's source says."""

    name: str
    harts: list = dataclasses.field(default_factory=lambda: [1])
    memory: str = "16M"
    devices: list = dataclasses.field(default_factory=list)
    cpu: list = dataclasses.field(default_factory=lambda: ["rv64", "rv64,sstc=off"])
    machine: str = None
    qemu: list = dataclasses.field(default_factory=lambda: list(QEMUS.values()))
    natively: bool = True
    expect: list = dataclasses.field(default_factory=list)
    forbid: list = dataclasses.field(default_factory=lambda: [r"^(?!.*\bPASS\b).*\bFAIL", r"\bpanic\b"])
    until: tuple = None
    status: int = 0


def read_scenario(source):
    """Reads the comment lines that a source starts with."""
    said = Scenario(source.stem)
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        directive = re.match(rf"// ({WORDS}): (.*)$", line)
        if not directive:
            continue
        word, value = directive.groups()
        if word == "harts":
            said.harts = [int(number) for number in value.split()]
        elif word in ("cpu", "devices"):
            setattr(said, word, value.split())
        elif word == "machine":
            said.machine = value
        elif word == "qemu":
            version, why = value.split(", ", 1)
            assert why, f"{source} does not say why it runs on one QEMU"
            said.qemu = [QEMUS[version]]
        elif word == "natively":
            assert re.match(r"no, \S", value), f"{source} does not say why it does not run natively"
            said.natively = False
        elif word == "expect":
            said.expect.append(value)
        elif word == "not":
            said.forbid.append(value)
        elif word == "status":
            said.status = int(value)
        elif word == "until":
            number, pattern = value.split(" ", 1)
            said.until = (int(number), pattern)
        else:
            said.memory = value
    if said.status == 0 and not said.until:
        said.expect.append(rf"^PASS {re.escape(said.name)}$")
    assert said.expect or said.until, f"{source} expects nothing, so it could not fail"
    return said


SCENARIOS = [read_scenario(source) for source in sorted(HERE.glob("*.cpp"))]


def cases():
    """Each scenario on each machine that it is for."""
    for said in SCENARIOS:
        for qemu_name in said.qemu:
            for model in said.cpu:
                only, _, cpu = model.rpartition("/")
                if only and QEMUS[only] != qemu_name:
                    continue
                for harts in said.harts:
                    yield pytest.param(said, qemu_name, "virt", cpu, harts,
                                       id=f"{said.name}-{qemu_name}-{cpu}-{harts}")
            if said.machine:
                harts = max(said.harts)
                yield pytest.param(said, qemu_name, said.machine, said.cpu[0], harts,
                                   id=f"{said.name}-{qemu_name}-{said.machine}-{harts}")


def bytes_of(size):
    """The number that a size like 16M means."""
    return int(size[:-1]) << {"K": 10, "M": 20, "G": 30}[size[-1]]


def run_until(program, image, until, options, folder):
    """Boots, and ends QEMU when enough lines were seen; fails where they do not come."""
    number, pattern = until
    serial = folder / "serial"
    command = [program, "-M", "virt", "-m", "128M", "-display", "none", "-monitor", "none", "-no-reboot",
               "-serial", f"file:{serial}", "-kernel", image, *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as machine:
        try:
            end = time.monotonic() + HANG_SECONDS
            while True:
                written = harness.plain_text(serial.read_bytes()) if serial.exists() else ""
                if len(re.findall(pattern, written, re.MULTILINE)) >= number:
                    return harness.Run(0, written)
                if machine.poll() is not None or time.monotonic() > end:
                    pytest.fail(f"not {number} lines /{pattern}/:\n{written}", pytrace=False)
                time.sleep(0.05)
        finally:
            machine.kill()


def judge(run, said, status):
    """Everything that the scenario's head says of its end."""
    for pattern in said.forbid:
        found = [line for line in run.lines if re.search(pattern, line)]
        assert not found, f"{found}:\n{run}"
    harness.assert_in_order(run, said.expect)
    assert run.status == status, str(run)


@pytest.mark.parametrize("said, qemu_name, machine, cpu, harts", cases())
def test_the_guest_passes_under_the_hypervisor(said, qemu_name, machine, cpu, harts, tmp_path):
    """See the module's description."""
    program = harness.qemu_program(qemu_name)
    folder = harness.build(PRESET, "hypervisor", "guest-tests")
    source, blob = tmp_path / "guest.dts", tmp_path / "guest.dtb"
    devices = "devices = " + ", ".join(f'"{path}"' for path in said.devices) + ";" if said.devices else ""
    source.write_text(f"""/dts-v1/;
/ {{
    compatible = "bulkhead,partitions";
    guest {{
        harts = <{harts}>;
        memory = /bits/ 64 <{bytes_of(said.memory)}>;
        bootargs = "{qemu_name}";
        {devices}
        kernel = /incbin/("{folder}/guest-tests/{said.name}.bin");
    }};
}};
""", encoding="utf-8")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    options = ["-M", machine, "-cpu", cpu, "-initrd", blob]
    if said.until:
        run = run_until(program, folder / "hypervisor.bin", said.until, ["-smp", str(harts), *options], tmp_path)
        judge(run, said, run.status)
    else:
        run = harness.boot(program, folder / "hypervisor.bin", smp=harts, extra=options, timeout=HANG_SECONDS)
        judge(run, said, said.status)


@pytest.mark.parametrize("said, harts", [
    pytest.param(said, harts, id=f"{said.name}-{harts}")
    for said in SCENARIOS if said.natively for harts in said.harts])
def test_the_guest_passes_natively(said, harts):
    """On QEMU 10, or on the only one that can run it. Nobody but the guest is there, so it has no H extension."""
    program = harness.qemu_program(said.qemu[-1])
    image = harness.build(PRESET, "hypervisor", "guest-tests") / "guest-tests" / f"{said.name}.bin"
    options = ["-cpu", f"{said.cpu[0]},h=off", "-append", said.qemu[-1]]
    run = harness.boot(program, image, smp=harts, extra=options, timeout=HANG_SECONDS)
    judge(run, said, 0)


def test_every_scenario_says_what_it_shows_and_how_it_runs():
    for source in sorted(HERE.glob("*.cpp")):
        head = []
        for line in source.read_text(encoding="utf-8").splitlines():
            if not line.startswith("// "):
                break
            head.append(line)
        assert head[0].endswith("."), f"{source} starts with {head[0]!r}"
        assert re.match(r"// (CHECKLIST|HOSTILE) [\d, ]+(; HOSTILE [\d, ]+)?\.$", head[1]), f"{source}: {head[1]!r}"
        assert all(re.match(rf"// ({WORDS}): \S", line) for line in head[2:]), f"{source}: {head[2:]}"
