"""Runs each hostile guest beside a neighbour that beats every 10 ms, and judges both, and the hypervisor.

The head of a scenario, behind the sentence that says what it does:

    // tries: HOSTILE 3; CHECKLIST 20, 28    the rows and points that it tries
    // answer: WORDS                         what is right
    // ends: WORD                            how it ends (passes):
    //     passes               it prints PASS and its name, and shuts down
    //     never                it is still there when the neighbour ends the machine
    //     stopped, REASON      the hypervisor stops it, with that reason (a regular expression) in the post-mortem
    //     shuts down           it shuts down, and says nothing
    // harts: N                              its harts; under -icount 1 or 2, of more one would run before the neighbour (1)
    // beats: N                              how long the neighbour watches, in beats of 10 ms (20)
    // on-fault: WORD                        the policy of its description (stop)
    // qemu: 10, WHY                         the only QEMU that can run it (both)
    // cpu: PROPERTIES                       what QEMU's -cpu gets as well
    // shares: WHAT                          the neighbour has a region of 4 KiB that it may read, and writes that there
    // time: real, WHY                       without -icount, where the neighbour may be a second late
    // expect: <regular expression>          a line of its own, behind the line of the expectation before
    // not: <regular expression>             no line of its own may hold it

All run under `-icount shift=0`, where lateness is exact: 1,000 ticks are 100,000 instructions. Every one runs on QEMU
10 with Sstc, and an eighth on each of the other machines, chosen by its name; HV_HOSTILE=all runs all on all.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import zlib

import harness
import pytest

HERE = pathlib.Path(__file__).resolve().parent
PRESET = "gcc"
WORDS = "tries|answer|ends|harts|beats|on-fault|qemu|cpu|shares|time|expect|not"
MACHINES = [(harness.QEMU_10, "rv64"), (harness.QEMU_10, "rv64,sstc=off"),
            (harness.QEMU_7, "rv64"), (harness.QEMU_7, "rv64,sstc=off")]
MOST_TICKS_LATE = 1000
MOST_TICKS_LATE_IN_REAL_TIME = 10_000_000
# What there is on the serial line when guests run. The neighbour has the keyboard, so its lines have no name in front.
KNOWN_LINES = (r"^(hostile: .*|\d+ beats, at most \d+ ticks late|PASS neighbour|"
               r"guest (hostile|neighbour): .*|audit: .* every one has one owner|console: .*|)$")
AUDIT = r"^audit: 2 guests, \d+ pages mapped, every one has one owner$"
POST_MORTEM = r"^guest (hostile|neighbour), vCPU \d+: stopped: |^  "

# A guest that hangs is told from a slow one.
HANG_SECONDS = 120


@dataclasses.dataclass
class Scenario:
    """What the head of a hostile guest's source says."""

    name: str
    tries: str = ""
    answer: str = ""
    ends: str = "passes"
    harts: int = 1
    beats: int = 20
    on_fault: str = "stop"
    qemu: str = ""
    cpu: str = ""
    shares: str = ""
    time: str = ""
    expect: list = dataclasses.field(default_factory=list)
    forbid: list = dataclasses.field(default_factory=lambda: [r"\bFAIL"])


def read_scenario(source):
    """Reads the comment lines that a source starts with."""
    said = Scenario(source.stem)
    for line in source.read_text(encoding="utf-8").splitlines()[1:]:
        if not line.startswith("//"):
            break
        directive = re.match(rf"// ({WORDS}): (.*)$", line)
        assert directive, f"{source}: {line!r} is nothing that a head says"
        word, value = directive.groups()
        if word in ("expect", "not"):
            {"expect": said.expect, "not": said.forbid}[word].append(value)
        elif word in ("harts", "beats"):
            setattr(said, word, int(value))
        else:
            setattr(said, word.replace("-", "_"), value)
    return said


SCENARIOS = [read_scenario(source) for source in sorted(HERE.glob("*.cpp"))]


def cases():
    """All scenarios on the first machine, and on each other one those that their names choose."""
    for said in SCENARIOS:
        chosen = zlib.crc32(said.name.encode()) % 8
        for number, (qemu_name, cpu) in enumerate(MACHINES):
            if said.qemu and qemu_name != f"qemu-{said.qemu.partition(', ')[0]}":
                continue
            if number == 0 or chosen == number or os.environ.get("HV_HOSTILE") == "all":
                yield pytest.param(said, qemu_name, cpu, id=f"{said.name}-{qemu_name}-{cpu}")


def describe(said, qemu_name, images):
    """The description of the two. The neighbour is first: under -icount QEMU runs harts in turns, and one whose timer
    comes while another loops is the next to run only where its hart is the machine's first."""
    never = said.ends == "never"
    shared = """
    shared {
        compatible = "bulkhead,shared-memory";
        size = /bits/ 64 <0x1000>;
        writers = "neighbour";
        readers = "hostile";
    };""" if said.shares else ""
    return f"""/dts-v1/;
/ {{
    compatible = "bulkhead,partitions";
    neighbour {{
        memory = /bits/ 64 <0x1000000>;
        bootargs = "{said.beats} {"halts" if never else "shuts-down"}";
        on-fault = "{"halt-machine" if never else "stop"}";
        kernel = /incbin/("{images}/neighbour.bin");
    }};
    hostile {{
        harts = <{said.harts}>;
        memory = /bits/ 64 <0x1000000>;
        bootargs = "{qemu_name}";
        on-fault = "{said.on_fault}";
        kernel = /incbin/("{images}/{said.name}.bin");
    }};{shared}
}};
"""


def judge_neighbour(said, run):
    """It lived through all of its beats, none was late, and nothing of it was touched."""
    found = re.search(r"^(\d+) beats, at most (\d+) ticks late$", run.serial, re.MULTILINE)
    assert found, f"the neighbour says nothing:\n{run}"
    beats, late = map(int, found.groups())
    assert beats >= said.beats, str(run)
    assert late <= (MOST_TICKS_LATE_IN_REAL_TIME if said.time else MOST_TICKS_LATE), f"{late} ticks late:\n{run}"
    if said.ends != "never":
        assert "PASS neighbour" in run.lines, str(run)
    if said.ends != "never" and not said.time:
        # It outlasted the hostile one: else the scenario needs more `beats`.
        end = re.search(r"^guest hostile(, vCPU \d+)?: (shut down|stopped)", run.serial, re.MULTILINE)
        assert end and end.start() < found.start(), f"the neighbour ended first:\n{run}"


def judge_hostile(said, run):
    """It ended as its head says, and said what it was to say."""
    own = [line.removeprefix("hostile: ") for line in run.lines if re.match("hostile: |guest hostile", line)]
    for pattern in said.forbid:
        found = [line for line in own if re.search(pattern, line)]
        assert not found, f"{found}:\n{run}"
    expected = list(said.expect)
    kind, _, reason = said.ends.partition(", ")
    if kind == "passes":
        expected += [rf"^PASS {re.escape(said.name)}$", "^guest hostile: shut down$"]
    elif kind == "stopped":
        expected += [rf"^guest hostile, vCPU \d+: stopped: {reason}"]
    elif kind == "shuts down":
        expected += ["^guest hostile: shut down$"]
    harness.assert_in_order(harness.Run(run.status, "\n".join(own)), expected)


def judge_hypervisor(said, run):
    """It is alive, ended the machine itself with the right status, and said nothing that nobody asked for."""
    assert not re.search(r"\bpanic\b", run.serial), str(run)
    kind = said.ends.partition(", ")[0]
    assert run.status == (1 if kind in ("never", "stopped") else 0), str(run)
    stopped = re.findall(r"^guest hostile, vCPU \d+: stopped", run.serial, re.MULTILINE)
    # Before the guests start, and again when the machine ends.
    assert len(re.findall(AUDIT, run.serial, re.MULTILINE)) == 2, f"not two clean audits:\n{run}"
    # The machine's end may cut off the last line.
    behind_the_start = run.serial.split(", raw binary\n")[-1].replace("\0", "").split("\n")[:-1]
    known = f"{KNOWN_LINES}|{POST_MORTEM}" if kind in ("never", "stopped") else KNOWN_LINES
    unknown = [line for line in behind_the_start if not re.search(known, line)]
    assert not unknown, f"{unknown}:\n{run}"
    restarts = re.findall(r"^guest hostile: restarting", run.serial, re.MULTILINE)
    assert len(stopped) == (1 + len(restarts) if kind == "stopped" else 0), f"post-mortems:\n{run}"


@pytest.mark.parametrize("said, qemu_name, cpu", cases())
def test_a_hostile_guest_hurts_nobody(said, qemu_name, cpu, tmp_path):
    """See the module's description."""
    program = harness.qemu_program(qemu_name)
    folder = harness.build(PRESET, "hypervisor", "hostile-guests")
    source, blob = tmp_path / "system.dts", tmp_path / "system.dtb"
    source.write_text(describe(said, qemu_name, folder / "hostile-guests"), encoding="utf-8")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    options = ["-cpu", f"{cpu},{said.cpu}" if said.cpu else cpu, "-initrd", blob]
    if not said.time:
        options += ["-icount", "shift=0,sleep=off"]
    run = harness.boot(program, folder / "hypervisor.bin", smp=said.harts + 1, extra=options, timeout=HANG_SECONDS)
    judge_hypervisor(said, run)
    judge_hostile(said, run)
    judge_neighbour(said, run)


def test_every_hostile_guest_says_what_it_tries():
    for source, said in zip(sorted(HERE.glob("*.cpp")), SCENARIOS):
        first = source.read_text(encoding="utf-8").splitlines()[0]
        assert re.match(r"// .*\.$", first), f"{source} starts with {first!r}"
        point = r"(HOSTILE|CHECKLIST) \d+(, \d+)*"
        assert re.match(rf"{point}(; {point})?$", said.tries), f"{source} tries {said.tries!r}"
        assert said.answer, f"{source} does not say what is right"
        assert re.match(r"(10, \S.*)?$", said.qemu), f"{source} runs on QEMU {said.qemu!r}"
        assert re.match(r"(real, \S.*)?$", said.time), f"{source} has the time {said.time!r}"
        assert re.match(r"passes|never|shuts down|stopped, \S", said.ends), f"{source} ends {said.ends!r}"
