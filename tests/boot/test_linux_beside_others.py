"""Linux beside other guests: another Linux that crashes, one that loops, and ones that are restarted again and again.

HV_RESTARTS=N restarts N times (20): 499 make 500 starts, and take some two minutes.
"""

import os
import re

import at_a_terminal
import harness
import pytest
from debian_linux import why_there_is_no_linux
from partitions import Told

RESTARTS = int(os.environ.get("HV_RESTARTS", "20"))

# Processes that write files, wait, and compare what they read again with what it was. Lines of less than the 255 keys
# that are kept for a guest which is slow to read them.
WORK = ["one() { dd if=/dev/urandom of=/tmp/$1 bs=64k count=16 2>/dev/null; md5sum </tmp/$1 >/tmp/$1.sum; sleep 0.$1; "
        "md5sum </tmp/$1 | cmp - /tmp/$1.sum && echo $1 >>/tmp/same; }",
        "work() { rm -f /tmp/same; for i in 1 2 3 4 5 6 7 8; do one $i & done; wait; "
        "echo $1: $(wc -l </tmp/same) of 8; }"]


def linux_node(name, harts):
    """As device-tree source."""
    return f"""
    {name} {{
        harts = <{harts}>;
        memory = /bits/ 64 <(256 << 20)>;
        kernel = /incbin/("linux/Image");
        initrd = /incbin/("linux/initrd");
        bootargs = "earlycon console=ttyS0 panic=1";
    }};"""


def boot_beside(nodes, qemu, folder, root=""):
    """A terminal at which these guests start; the first one has the keyboard."""
    if why_there_is_no_linux():
        pytest.fail(why_there_is_no_linux(), pytrace=False)
    source = folder / "guests.dts"
    source.write_text(f'/dts-v1/;\n/ {{\n    compatible = "bulkhead,partitions";\n    {root}{"".join(nodes)}\n}};\n',
                      encoding="utf-8")
    return at_a_terminal.started(qemu, None, source)


def wait_for_shell(terminal):
    """Until the guest at the keyboard has a prompt."""
    terminal.expect(r"\nThis is busybox's shell")
    terminal.expect(r"\n~ # ")


def start_work(terminal, name):
    """Under this name, at the shell at the keyboard; what is typed is read before this returns."""
    for line in WORK:
        terminal.send_line(line)
        terminal.expect(r"\n~ # ")
    terminal.send_line(f"work {name}")
    terminal.expect(rf"work {name}\r")


def wait_for_work(terminal, name):
    """All of it is done, and right."""
    terminal.expect(rf"\n{name}: 8 of 8\r")


def go_to(terminal, number):
    """Gives the keyboard to a guest, by its number."""
    terminal.send_control("]")
    terminal.send(str(number))
    terminal.expect(rf"console: keyboard at [^\n]*\n")


def answer(terminal, command):
    """What the shell at the keyboard writes for a command that writes one line."""
    terminal.send_line(f"echo answer: $({command})")
    return terminal.expect(r"\nanswer: ([^\r]*)\r")[1]


def power_off(terminal, name):
    """At its shell."""
    terminal.send_line("poweroff")
    terminal.expect(rf"\nguest {name}: shut down\r")


def test_two_linuxes_work_and_one_crashes_and_comes_again(qemu, tmp_path):
    """The crash is Linux's own, which asks for a reboot a second later; meanwhile the other is at work."""
    with boot_beside([linux_node("first", 2), linux_node("second", 2)], qemu, tmp_path) as terminal:
        wait_for_shell(terminal)
        go_to(terminal, 2)
        assert answer(terminal, "nproc") == "2"
        start_work(terminal, "lost")
        go_to(terminal, 1)
        start_work(terminal, "alone")
        wait_for_work(terminal, "alone")
        start_work(terminal, "beside")
        go_to(terminal, 2)
        terminal.send_line("echo c >/proc/sysrq-trigger")
        terminal.expect(r"\nguest second: restarting\r")
        wait_for_shell(terminal)
        start_work(terminal, "again")
        wait_for_work(terminal, "again")
        power_off(terminal, "second")
        go_to(terminal, 1)
        wait_for_work(terminal, "beside")  # it is shown once more
        power_off(terminal, "first")
        assert terminal.ends() == 0


def test_a_guest_that_loops_beside_linux_is_restarted_to_its_limit(qemu, tmp_path):
    """With interrupts off: its watchdog ends it."""
    bad = Told("bad", "loops:20", 'timer-watchdog = <200>; on-watchdog = "restart"; restart-limit = <2>;')
    folder = harness.build("gcc", "hypervisor", "boot-guests")
    with boot_beside([linux_node("linux", 1), bad.node(folder)], qemu, tmp_path) as terminal:
        hangs = "guest bad, vCPU 0: stopped: its timer was due, and it has not taken it in time"
        terminal.expect_all([
            [hangs, "guest bad: restarting", hangs, "guest bad: restarting", hangs,
             "guest bad: not restarted again, after 2 times"],
            [r"~ # [^\n]*"],
        ])
        assert answer(terminal, "nproc") == "1"
        power_off(terminal, "linux")
        assert terminal.ends() == 1


def test_restarts_beside_linux_leave_nothing_behind(qemu, tmp_path):
    """One guest writes canaries all over its memory, one changes all the state that it can, and both fail, again and
    again. Each start finds no canary, and is in the state of the first; Linux has worked meanwhile. It is not the one
    in front while they do: there each of its bytes goes out by itself, and where the computer stops QEMU's thread just
    then, it may come in one of the lines that are counted here."""
    again = f'on-fault = "restart"; restart-limit = <{RESTARTS}>;'
    folder = harness.build("gcc", "hypervisor", "boot-guests")
    nodes = [Told("leaver", "leaves:0", again).node(folder), linux_node("linux", 1),
             Told("scribbler", "scribbles:0", again, harts=2).node(folder)]
    with boot_beside(nodes, qemu, tmp_path, "stats;") as terminal:
        ended = rf"not restarted again, after {RESTARTS} times"
        terminal.expect_all([[f"guest leaver: {ended}"], [f"guest scribbler: {ended}"], [r"linux: ~ # [^\n]*"]])
        go_to(terminal, 2)
        terminal.expect(r"\n~ # ")
        start_work(terminal, "meanwhile")
        wait_for_work(terminal, "meanwhile")
        power_off(terminal, "linux")
        assert terminal.ends() == 1
        written = terminal.seen.getvalue().replace("\r", "")
    assert len(re.findall(r"canaries found: 0$", written, re.MULTILINE)) == RESTARTS + 1
    assert len(re.findall(r"canaries found", written)) == RESTARTS + 1
    for guest, vcpu in (("leaver", 0), ("scribbler", 0), ("scribbler", 1)):
        states = re.findall(rf"^guest {guest}, vCPU {vcpu}: starts in state ([0-9a-f]{{16}})$", written, re.MULTILINE)
        assert len(states) == RESTARTS + 1
        assert len(set(states)) == 1
