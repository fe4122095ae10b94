"""Runs the kernels that test themselves: one file here, one kernel, whose head says what its serial line must hold.

    // expect: <regular expression>   a line of the serial line, behind the line of the expectation before
    // not: <regular expression>      no line may hold it
    // status: N                      what QEMU exits with (0)
    // smp: N                         harts (1)
    // ram: SIZE                      memory (128M)
    // qemu: <arguments>              more of QEMU's arguments
"""

import dataclasses
import pathlib
import re
import shlex

import harness
import pytest

HERE = pathlib.Path(__file__).resolve().parent

# Every kernel on every compiler and build type, and one of these on the second QEMU.
VARIANTS = [("gcc", harness.QEMU_7), ("gcc-debug", harness.QEMU_7), ("clang", harness.QEMU_7),
            ("gcc", harness.QEMU_10)]


@dataclasses.dataclass
class Expectation:
    """What the head of a kernel's source says."""

    expect: list = dataclasses.field(default_factory=list)
    forbid: list = dataclasses.field(default_factory=list)
    status: int = 0
    smp: int = 1
    ram: str = "128M"
    qemu: list = dataclasses.field(default_factory=list)


def read_expectation(source):
    """Reads the comment lines that a source starts with."""
    said = Expectation()
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        directive = re.match(r"// (expect|not|status|smp|ram|qemu): (.*)$", line)
        if not directive:
            continue
        word, value = directive.groups()
        if word == "expect":
            said.expect.append(value)
        elif word == "not":
            said.forbid.append(value)
        elif word == "qemu":
            said.qemu += shlex.split(value)
        else:
            setattr(said, word, value if word == "ram" else int(value))
    return said


@pytest.mark.parametrize("preset, qemu_name", VARIANTS, ids=["-".join(variant) for variant in VARIANTS])
@pytest.mark.parametrize("source", sorted(HERE.glob("*.cpp")), ids=lambda source: source.stem)
def test_the_kernel_says_and_ends_as_its_file_states(source, preset, qemu_name):
    """See the module's description."""
    said = read_expectation(source)
    assert said.expect, f"{source} expects nothing, so it could not fail"
    program = harness.qemu_program(qemu_name)
    image = harness.build(preset, "target-tests") / "target-tests" / f"{source.stem}.bin"
    run = harness.boot(program, image, smp=said.smp, ram=said.ram, extra=said.qemu)
    harness.assert_in_order(run, said.expect)
    for pattern in said.forbid:
        assert not any(re.search(pattern, line) for line in run.lines), f"a line /{pattern}/:\n{run}"
    assert run.status == said.status, str(run)
