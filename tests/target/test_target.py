"""Runs the kernels that test themselves: one file here, one kernel, whose head says what its serial line must hold.

    // expect: <regular expression>   a line of the serial line, behind the line of the expectation before
    // not: <regular expression>      no line may hold it
    // status: N                      what QEMU exits with (0)
    // smp: N                         harts (1)
    // ram: SIZE                      memory (128M)
    // qemu: <arguments>              more of QEMU's arguments
    // presets: <names>               the compilers and build types that it runs with (all)

A group that an expectation names, (?P<name>...), is known to those behind it: there, (?P=name) is what it matched.
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
            ("clang-debug", harness.QEMU_7), ("gcc", harness.QEMU_10)]


@dataclasses.dataclass
class Expectation:
    """What the head of a kernel's source says."""

    expect: list = dataclasses.field(default_factory=list)
    forbid: list = dataclasses.field(default_factory=list)
    status: int = 0
    smp: int = 1
    ram: str = "128M"
    qemu: list = dataclasses.field(default_factory=list)
    presets: list = dataclasses.field(default_factory=lambda: sorted({preset for preset, _ in VARIANTS}))


def read_expectation(source):
    """Reads the comment lines that a source starts with."""
    said = Expectation()
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        directive = re.match(r"// (expect|not|status|smp|ram|qemu|presets): (.*)$", line)
        if not directive:
            continue
        word, value = directive.groups()
        if word == "expect":
            said.expect.append(value)
        elif word == "not":
            said.forbid.append(value)
        elif word == "qemu":
            said.qemu += shlex.split(value)
        elif word == "presets":
            said.presets = value.split()
        else:
            setattr(said, word, value if word == "ram" else int(value))
    return said


def cases():
    """Each kernel with each variant that it is for."""
    for source in sorted(HERE.glob("*.cpp")):
        said = read_expectation(source)
        unknown = set(said.presets) - {preset for preset, _ in VARIANTS}
        assert not unknown, f"{source} is for {unknown}, which no test builds"
        for preset, qemu_name in VARIANTS:
            if preset in said.presets:
                yield pytest.param(source, said, preset, qemu_name, id=f"{source.stem}-{preset}-{qemu_name}")


@pytest.mark.parametrize("source, said, preset, qemu_name", cases())
def test_the_kernel_says_and_ends_as_its_file_states(source, said, preset, qemu_name):
    """See the module's description."""
    assert said.expect, f"{source} expects nothing, so it could not fail"
    program = harness.qemu_program(qemu_name)
    image = harness.build(preset, "target-tests") / "target-tests" / f"{source.stem}.bin"
    run = harness.boot(program, image, smp=said.smp, ram=said.ram, extra=said.qemu)
    harness.assert_in_order(run, said.expect)
    for pattern in said.forbid:
        assert not any(re.search(pattern, line) for line in run.lines), f"a line /{pattern}/:\n{run}"
    assert run.status == said.status, str(run)
