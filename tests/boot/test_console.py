"""The console of several guests at a terminal: whose lines appear how, and what the operator's keys do."""

import contextlib
import re
import subprocess

import at_a_terminal
import harness
import pytest
from partitions import Told

ESCAPE = "]"
MEMORY = 4 << 20


def build_guest(name):
    """Builds tests/boot/NAME.S; returns the guest's image."""
    folder = harness.ROOT / "build" / name
    source, elf, image = harness.ROOT / f"tests/boot/{name}.S", folder / f"{name}.elf", folder / f"{name}.bin"
    with harness.locked(folder):
        if not image.exists() or image.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", "-march=rv64imac_zicsr",
                            "-mabi=lp64", "-mcmodel=medany", "-Wl,-Ttext=0x80200000,--build-id=none", "-o", elf,
                            source], check=True)
            subprocess.run(["riscv64-linux-gnu-objcopy", "-O", "binary", elf, image], check=True)
    return image


def describe(folder, names, root="", program="parrot", harts=(), more=(), memory=MEMORY):
    """A description of guests that all are this program, each on the hart that is named for it, if any, and of `more`;
    as a blob. `memory` is the first one's."""
    source, blob = folder / "system.dts", folder / "system.dtb"
    guests = "".join(f"""
    {name} {{
        {f"hart-ids = <{harts[index]}>;" if harts else ""}
        memory = /bits/ 64 <{memory if index == 0 else MEMORY}>;
        kernel = /incbin/("{build_guest(program)}");
    }};""" for index, name in enumerate(names))
    source.write_text(f'/dts-v1/;\n/ {{\n    compatible = "bulkhead,partitions";\n    {root}{guests}{"".join(more)}\n}};\n',
                      encoding="utf-8")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    return blob


def maybe_broken(text):
    """A pattern of this text, as a line in which whole lines came in between."""
    return "(?:\\\\\n(?:[^\n]*\n)+?)?".join(re.escape(c) if c != "\n" else c for c in text)


@contextlib.contextmanager
def parrots(folder, *names, root="", harts=(), more=(), memory=MEMORY, cpu="rv64"):
    """A terminal at which so many parrots are ready, the first one in front, beside `more`, of one hart each."""
    blob = describe(folder, names, root, harts=harts, more=more, memory=memory)
    hypervisor = harness.build("gcc", "hypervisor") / "hypervisor.bin"
    program = harness.qemu_program(harness.QEMU_10)
    smp = max(harts, default=len(names) + len(more) - 1) + 1
    terminal = Console(program, ["-M", "virt", "-cpu", cpu, "-smp", smp, "-m", f"{256 + (memory >> 20)}M", "-nographic", "-no-reboot",
                                 "-kernel", hypervisor, "-initrd", blob])
    try:
        # In any order: one that is not in front may break the front's line.
        ready = ["^" + maybe_broken("ready\n"), *(f"^{name}: ready\n" for name in names[1:])]
        terminal.expect("(?m)\\A" + "".join(f"(?=.*{line})" for line in ready) + ".*")
        yield terminal
    finally:
        terminal.close()


class Console(at_a_terminal.Terminal):
    """QEMU itself at a terminal: run.sh adds nothing here but time."""

    def __init__(self, program, options):
        super().__init__(program, options, direct=True)

    def expect(self, pattern):
        """As that; a newline is what a terminal makes of one, and in front it is the start of any line."""
        if pattern.startswith("\n"):
            pattern = f"(?:^|\n){pattern[1:]}"
        return super().expect(pattern.replace("\n", "\r*\n"))

    def order(self, key):
        """Ctrl-] and a key."""
        self.send_control(ESCAPE)
        self.send(key)

    def answers(self, key, prefix="\n"):
        """Types a key at the guest that has the keyboard, and sees it answered."""
        self.send(key)
        self.expect(prefix + f"got {ord(key):02x}\n")

    def is_quiet(self, pattern, seconds=1):
        """Nothing like this comes for a while."""
        assert self.child.expect([pattern, at_a_terminal.pexpect.TIMEOUT], timeout=seconds) == 1, pattern


def test_one_guest_has_the_console_to_itself(tmp_path):
    with parrots(tmp_path, "alone") as terminal:
        assert "Ctrl-]" not in terminal.seen.getvalue()
        terminal.send("w")
        terminal.expect("\ngot 77\nno end")
        terminal.answers("a", "")
        terminal.send_control(ESCAPE)
        terminal.send_control(ESCAPE)
        terminal.expect("\ngot 1d\n")
        terminal.send("e")
        terminal.expect("got 65\n\x1b\\[2J\x1b\\]0;mine\a\x00red.\b\r!\n")
        terminal.send("q")
        terminal.expect("guest alone: shut down")


def test_others_are_lines_with_their_names_and_the_keyboard_moves(tmp_path):
    with parrots(tmp_path, "one", "two", "three") as terminal:
        assert "console: keyboard at one; Ctrl-] h for help" in terminal.seen.getvalue()
        assert "two: ready" in terminal.seen.getvalue() and "three: ready" in terminal.seen.getvalue()
        terminal.answers("a")
        terminal.order("2")
        terminal.expect("\nconsole: keyboard at two\nready\n")
        terminal.answers("b")
        terminal.expect("beat\n")
        terminal.order("n")
        terminal.expect("\nconsole: keyboard at three\nready\n")
        terminal.expect("\ntwo: beat\n")
        terminal.send("c")
        terminal.expect("got 63")
        terminal.order("n")
        terminal.expect("\nconsole: keyboard at one\nready\n(?:two: beat\n)*got 61\n")


def test_the_keyboard_works_where_no_guest_has_the_hart_that_booted(tmp_path):
    """That is hart 0 nearly always, and it is the one that the console interrupts."""
    with parrots(tmp_path, "one", "two", harts=[1, 2]) as terminal:
        terminal.answers("a")
        terminal.order("2")
        terminal.expect("\nconsole: keyboard at two\nready\n")
        terminal.answers("b")
        terminal.order("1")
        terminal.expect("\nconsole: keyboard at one\n")


def test_what_a_guest_wrote_is_shown_again_when_it_comes_to_the_front(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.send("aw")
        terminal.expect("got 61\ngot 77\nno end")
        terminal.order("2")
        terminal.expect("\\\\\nconsole: keyboard at two\nready\n")
        terminal.order("1")
        terminal.expect("\nconsole: keyboard at one\nready\ngot 61\ngot 77\nno end")
        terminal.answers("z", "")


def test_a_guest_that_is_not_in_front_cannot_make_the_terminal_do_anything(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.order("2")
        terminal.expect("keyboard at two\nready\n")
        terminal.send("b")
        terminal.expect("beat\nbeat\n")
        terminal.order("1")
        terminal.expect("two: beat")
        terminal.order("2")
        terminal.expect("keyboard at two")
        terminal.send("e")
        terminal.expect("got 65\n\x1b\\[2J")
        terminal.order("R")
        terminal.expect("console: two is to start again")
        terminal.expect("guest two: restarting")


def test_long_lines_come_in_pieces(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.order("2")
        terminal.expect("keyboard at two\nready\n")
        terminal.send("L")
        terminal.send_control(ESCAPE)
        terminal.send("1")
        terminal.expect("keyboard at one")
        terminal.order("2")
        terminal.expect("keyboard at two\n(ready\n)?got 4c\na{500}\n")


@pytest.mark.parametrize("key, line", [("d", "from DBCN"), ("p", "from putchar")])
def test_calls_write_as_the_serial_port_does(tmp_path, key, line):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.send(key)
        terminal.expect(f"\n{line}\n")
        terminal.order("2")
        terminal.expect("keyboard at two")
        terminal.order("1")
        terminal.expect(f"keyboard at one\nready\ngot {ord(key):02x}\n{line}\n")


def test_a_flood_holds_up_nobody(tmp_path):
    """Neither the guest in front, nor a third one, nor the operator."""
    with parrots(tmp_path, "one", "flood", "three") as terminal:
        terminal.order("2")
        terminal.expect("keyboard at flood")
        terminal.send("f")
        terminal.expect("and again, for ever\n")
        terminal.order("3")
        terminal.expect("keyboard at three")
        terminal.send("b")
        terminal.expect("beat")
        terminal.order("1")
        terminal.expect("keyboard at one")
        for key in "acghj":
            terminal.send(key)
            terminal.expect(maybe_broken(f"got {ord(key):02x}\n"))
        for _ in range(5):
            terminal.expect("\nthree: beat\n")
        terminal.order("l")
        terminal.expect("  1 one: running, 1 hart, 0 restarts, up [0-9.]+ s, has the keyboard\n")
        terminal.expect("  2 flood: running, [^\n]*\n")
        terminal.expect("  3 three: running, ")
        lines = re.findall("^(.*)\n", terminal.seen.getvalue(), re.MULTILINE)
        whole = [line for line in lines if line.startswith("flood: ")]
        # The first one is `ready`, and of the second one a part was written in front.
        assert len(whole) > 10 and {line.rstrip("\r") for line in whole[2:]} == {"flood: and again, for ever"}


def test_a_flood_in_front_leaves_the_others_their_lines(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.send("b")
        terminal.expect("beat")
        terminal.order("2")
        terminal.expect("keyboard at two")
        terminal.send("f")
        for _ in range(5):
            terminal.expect("\none: beat\n")
        terminal.order("h")
        terminal.expect("Ctrl-\\] +sends one Ctrl-\\]\n")


def test_the_hypervisors_lines_are_whole_beside_a_flood_in_front(tmp_path):
    """Also where a hart is giving a byte to the device just then. All of them follow each other's start and end."""
    restarts = 100
    folder = harness.build("gcc", "hypervisor", "boot-guests")
    bad = [Told(name, "fails:0", f'on-fault = "restart"; restart-limit = <{restarts}>;').node(folder)
           for name in ("bad", "worse")]
    with parrots(tmp_path, "flood", root="stats;", more=bad) as terminal:
        terminal.send("f")
        terminal.expect_all([[f"guest {name}: not restarted again, after {restarts} times"] for name in ("bad", "worse")])
        lines = re.findall("^(guest .*?)\r*$", terminal.seen.getvalue(), re.MULTILINE)
    for name in ("bad", "worse"):
        assert lines.count(f"guest {name}: restarting") == restarts
        digests = [line for line in lines if line.startswith(f"guest {name}, vCPU 0: starts in state ")]
        assert len(digests) == restarts + 1 and len(set(digests)) == 1


@pytest.mark.parametrize("cpu", ["rv64", "rv64,sstc=off"])
def test_a_line_comes_though_the_guest_in_front_has_stopped_in_one_and_nothing_else_happens(tmp_path, cpu):
    """Without Sstc no timer is left to look again: then the line does not wait."""
    once = Told("once", "speaks:3000").node(harness.build("gcc", "hypervisor", "boot-guests"))
    with parrots(tmp_path, "one", more=[once], cpu=cpu) as terminal:
        terminal.send("w")
        terminal.expect("got 77\nno end")
        terminal.expect("\\\\\nonce: has spoken\n")


def test_the_audit_is_made_when_the_operator_asks_for_it(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        at_boot = re.findall("^audit: .*", terminal.seen.getvalue(), re.MULTILINE)
        assert len(at_boot) == 1
        for _ in range(2):
            terminal.send("w")
            terminal.expect("got 77\nno end")
            terminal.order("a")
            terminal.expect("\\\\\naudit: 2 guests, [0-9]+ pages mapped, every one has one owner\n")
        terminal.answers("a", "")
        assert set(re.findall("^audit: .*", terminal.seen.getvalue(), re.MULTILINE)) == set(at_boot)


def test_orders_to_a_guest_that_has_ended_or_is_stopped_are_answered(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.order("r")
        terminal.expect("console: one goes on\n")
        terminal.order("s")
        terminal.expect("console: one is stopped; ")
        terminal.order("s")
        terminal.expect("console: one is stopped; ")
        terminal.order("R")
        terminal.expect("guest one: restarting\n")
        terminal.expect("ready\n")
        terminal.answers("a", "")
        terminal.order("s")
        terminal.expect("console: one is stopped; ")
        terminal.order("k")
        terminal.expect("guest one, vCPU 0: stopped: by the operator\n")
        for key in "srk":
            terminal.order(key)
            terminal.expect("console: one has ended\n")
        terminal.order("l")
        terminal.expect("  1 one: ended, 1 hart, 1 restart, has the keyboard\n")
        terminal.order("R")
        terminal.expect("console: one starts again\n")
        terminal.expect("ready\n")
        terminal.order("k")
        terminal.expect("guest one, vCPU 0: stopped: by the operator\n")


def test_a_guest_is_stopped_and_goes_on(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.send("b")
        terminal.expect("beat\nbeat\n")
        terminal.order("s")
        terminal.expect("console: one is stopped; Ctrl-\\] r lets it go on\n")
        terminal.is_quiet("beat\n.*beat\n")
        terminal.order("l")
        terminal.expect("  1 one: stopped, 1 hart")
        terminal.order("r")
        terminal.expect("console: one goes on\n")
        terminal.expect("beat\nbeat\n")


def test_a_guest_that_hangs_is_started_again(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.send("i")
        terminal.expect("got 69")
        # More than the hypervisor and the serial port keep for a guest.
        for _ in range(20):
            terminal.send("never read, and no reason not to hear the operator")
        terminal.order("R")
        terminal.expect("guest one: restarting\n")
        terminal.expect("ready\n")
        terminal.order("l")
        terminal.expect("  1 one: running, 1 hart, 1 restart, ")
        terminal.answers("a", "")


def test_orders_hold_while_a_large_guest_is_scrubbed(tmp_path):
    """On the hart that the console interrupts, nearly always: it looks up between pieces. What is ordered meanwhile is
    done behind it, or refused."""
    with parrots(tmp_path, "one", "two", memory=1536 << 20) as terminal:
        terminal.child.delaybeforesend = None  # it takes a second or two
        terminal.order("R")
        terminal.expect("guest one: restarting\n")
        terminal.order("l")
        terminal.expect("  1 one: ending, 1 hart, ")
        terminal.order("R")
        terminal.expect("console: one is about to end or to start already\n")
        terminal.order("k")
        terminal.expect("console: one is to end\n")
        terminal.expect("guest one, vCPU 0: stopped: by the operator\n")
        terminal.order("k")
        terminal.expect("console: one has ended\n")
        terminal.order("R")
        terminal.expect("console: one starts again\n")
        terminal.expect("ready\n")
        terminal.answers("a", "")
        terminal.is_quiet("stopped")


def test_guests_are_ended_and_the_last_one_ends_the_machine(tmp_path):
    with parrots(tmp_path, "one", "two", root="stats;") as terminal:
        terminal.order("k")
        terminal.expect("guest one, vCPU 0: stopped: by the operator\n")
        terminal.order("l")
        terminal.expect("  1 one: ended, 1 hart, 0 restarts, has the keyboard\n  2 two: running, ")
        terminal.order("k")
        terminal.expect("console: one has ended\n")
        terminal.order("R")
        terminal.expect("console: one starts again\n")
        terminal.expect("ready\n")
        terminal.order("k")
        terminal.expect("guest one, vCPU 0: stopped: by the operator\n")
        terminal.order("2")
        terminal.expect("keyboard at two")
        terminal.send("q")
        terminal.expect("guest two: shut down\n")
        terminal.expect("guest one: ran [0-9]+[.][0-9] s, 1 restart\n  exits [^\n]*\n(    [^\n]*\n)+")
        terminal.expect("guest two: ran [0-9]+[.][0-9] s, 0 restarts\n  exits [^\n]*\n(    [^\n]*\n)+")


def test_counters_are_shown(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        terminal.order("c")
        terminal.expect("  one, up [0-9]+[.][0-9] s:\n  exits +count +instructions +mean +worst\n")
        terminal.expect(r"    loads from devices or from nothing +(\d+) ")
        terminal.expect(r"    all +(\d+) ")


def test_an_unknown_key_is_said_to_be_one(tmp_path):
    with parrots(tmp_path, "one", "two") as terminal:
        for key in ("z", "9", "0"):
            terminal.order(key)
            terminal.expect("console: no such command; Ctrl-\\] h for help\n")


@pytest.mark.parametrize("qemu, cpu", [(harness.QEMU_7, "rv64"), (harness.QEMU_10, "rv64"),
                                       (harness.QEMU_7, "rv64,sstc=off"), (harness.QEMU_10, "rv64,sstc=off")])
def test_counters_are_exact(tmp_path, qemu, cpu):
    """What tests/boot/counted.S does, to the exit, and instructions that add up; of the second guest's two vCPUs
    together. One software interrupt of each is its start's: that has vCPU 0 look at its PLIC. With Sstc the timer is
    the guest's own."""
    blob = describe(tmp_path, ["one", "two"], "stats;", "counted", harts=["0", "1 2"])
    hypervisor = harness.build("gcc", "hypervisor") / "hypervisor.bin"
    run = harness.boot(harness.qemu_program(qemu), hypervisor, smp=3,
                       extra=["-cpu", cpu, "-icount", "shift=0", "-initrd", blob])
    assert run.status == 0, str(run)
    for name, calls, loads, software in (("one", 121, 80, 1), ("two", 121 + 26 + 27 + 33, 80 + 15, 2 + 26 + 27)):
        table = re.search(rf"^guest {name}: ran [0-9.]+ s, 0 restarts\n  exits .*\n((?:    .*\n)+)", run.serial,
                          re.MULTILINE)
        rows = {row[1]: [int(number) for number in row.groups()[1:]] for row in
                re.finditer(r"^ +(\D+?) +(\d+) +(\d+) +(\d+) +(\d+)$", table[1], re.MULTILINE)}
        total = rows.pop("all")
        assert {cause: row[0] for cause, row in rows.items()} == {
            "SBI calls": calls, "loads from devices or from nothing": loads, "stores to devices or to nothing": 57,
            "fetches from devices or nothing": 30, "virtual instructions": 40, "software interrupts": software,
            **({"timer interrupts": 20} if "sstc=off" in cpu else {})}, str(run)
        assert total[:2] == [sum(row[i] for row in rows.values()) for i in (0, 1)]
        assert total[3] == max(row[3] for row in rows.values())
        for count, instructions, mean, worst in rows.values():
            # No more than that: QEMU's instret goes on with the other harts' instructions, too.
            assert mean == instructions // count and 20 <= mean <= worst, str(run)
