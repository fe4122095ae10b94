"""Debian Linux under the hypervisor, at a terminal: to its shell, what is typed there, reboot, and poweroff.

Four machines by default, which have every QEMU, number of harts and kind of timer among them. With HV_LINUX=all,
every combination of these; guests of 3 GiB; and twenty reboots in a row. That takes some 10 minutes.
"""

import dataclasses
import itertools
import os
import re
import time

import at_a_terminal
import harness
import pytest
from debian_linux import why_there_is_no_linux


@dataclasses.dataclass(frozen=True)
class Setup:
    """A machine and its guest."""

    qemu: str
    harts: int
    sstc: bool
    memory: str = "256M"
    reboots: int = 1

    def __str__(self):
        timer = "sstc" if self.sstc else "no-sstc"
        return f"{self.qemu}-{self.harts}-{timer}-{self.memory}" + (f"-{self.reboots}" if self.reboots > 1 else "")

    @property
    def mebibytes(self):
        """The guest's memory."""
        return int(self.memory[:-1]) * {"M": 1, "G": 1024}[self.memory[-1]]


FEW = [Setup(harness.QEMU_7, 4, False), Setup(harness.QEMU_10, 4, True),
       Setup(harness.QEMU_7, 1, True, "128M"), Setup(harness.QEMU_10, 2, False)]
MORE = [Setup(*machine, "128M")
        for machine in itertools.product([harness.QEMU_7, harness.QEMU_10], [1, 2, 4], [True, False])
        if machine not in [(setup.qemu, setup.harts, setup.sstc) for setup in FEW]]
MORE += [Setup(qemu, 2, True, "3G") for qemu in (harness.QEMU_7, harness.QEMU_10)]
MORE += [Setup(qemu, 4, False, reboots=20) for qemu in (harness.QEMU_7, harness.QEMU_10)]
SETUPS = FEW + (MORE if os.environ.get("HV_LINUX") == "all" else [])


class Shell:
    """The shell, from its first prompt to the next."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.typed = 0
        terminal.expect(r"Linux version ")
        terminal.expect(r"Run /init as init process")
        said = terminal.expect(r"harts: (\d+), free for programs: (\d+) MiB")
        self.harts, self.free_memory = int(said[1]), int(said[2])
        terminal.expect(r"# ")
        # From here on the kernel's own lines, such as those of a slow computer's, come between no others.
        self.run("dmesg -n 1")

    def run(self, command):
        """Types a command; returns what it writes, and its status."""
        self.typed += 1
        self.terminal.send_line(f"{command}; echo end {self.typed} $?")
        # What was typed comes back first, with another end.
        self.terminal.expect(rf"; echo end {self.typed} \$\?\r+\n")
        status = self.terminal.expect(rf"end {self.typed} (\d+)\r")[1]
        written = self.terminal.before
        self.terminal.expect(r"# ")
        return written, int(status)

    def interrupt(self, command):
        """Types a command, and Ctrl-C when it runs; returns the shell's status."""
        # The words are the program's own: those of the shell would come before the program gets the Ctrl-C.
        self.terminal.send_line(f"sh -c 'echo it run\"\"s; exec {command}'")
        self.terminal.expect(r"it runs\r")
        self.terminal.send_control("c")
        self.terminal.expect(r"# ")
        return int(self.run("echo $?")[0])


def check_shell(shell, setup):
    """The guest is what was asked for, and the shell does what is typed."""
    assert shell.harts == setup.harts
    # Linux keeps the rest for itself and for its page tables.
    assert setup.mebibytes / 3 < shell.free_memory < setup.mebibytes
    assert shell.run("echo $((6 * 7))") == ("42\n", 0)
    assert shell.run("nproc") == (f"{setup.harts}\n", 0)
    assert shell.run("false") == ("", 1)
    check_isa(shell, setup)
    started = time.monotonic()
    assert shell.run("sleep 1") == ("", 0)
    assert time.monotonic() - started > 0.9
    # 128 and the signal's number, as shells say it.
    assert shell.interrupt("sleep 1000") == 130


def check_isa(shell, setup):
    """Each hart has what a guest has, and no H extension."""
    isas = re.findall(r"^isa\s*: (\S+)$", shell.run("grep ^isa /proc/cpuinfo")[0], re.MULTILINE)
    assert len(isas) == setup.harts
    for isa in isas:
        single, *named = isa.split("_")
        assert re.fullmatch("rv64imafdcv?", single), isa
        assert not [name for name in named if name.startswith("sh")], isa
        assert ("sstc" in named) == setup.sstc, isa


@pytest.mark.parametrize("setup", SETUPS, ids=str)
def test_linux_boots_to_a_shell_starts_again_and_powers_off(setup):
    """As one would at the terminal."""
    program = harness.qemu_program(setup.qemu)
    if why_there_is_no_linux():
        pytest.fail(why_there_is_no_linux(), pytrace=False)
    with at_a_terminal.started(program, setup.harts, "--linux", "--memory", setup.memory, "--", "-cpu",
                               f"rv64,sstc={'on' if setup.sstc else 'off'}") as terminal:
        check_shell(Shell(terminal), setup)
        for _ in range(setup.reboots):
            terminal.send_line("reboot")
            terminal.expect(r"\nguest linux: restarting\r")
            shell = Shell(terminal)
            assert shell.run("nproc") == (f"{setup.harts}\n", 0)
        terminal.send_line("poweroff")
        terminal.expect(r"\nguest linux: shut down\r")
        assert terminal.ends() == 0
