"""run.sh at a terminal: the keys go to the machine, and the terminal is afterwards what it was."""

import os
import pathlib
import signal

import harness
import pexpect
import pytest


def spawn(script):
    """A shell script at a terminal of its own; $0 is run.sh and $1 the puppet's image."""
    harness.build("gcc", "hypervisor")
    # Who starts the tests may ignore signals (nohup does), and what is ignored from the start stays so in a shell.
    return pexpect.spawn("env", ["--default-signal", "bash", "-c", script, str(harness.ROOT / "run.sh"),
                                 str(harness.build_puppet())], timeout=harness.HANG_SECONDS)


@pytest.fixture(name="terminal")
def puppet_at_a_terminal():
    """A puppet that is ready."""
    terminal = spawn('exec "$0" -- -kernel "$1"')
    terminal.expect_exact("ready\r\n")
    yield terminal
    terminal.close(force=True)


@pytest.mark.parametrize("key, byte", [("c", "03"), ("z", "1a"), ("\\", "1c"), ("d", "04"), ("s", "13"), ("m", "0d")])
def test_control_keys_go_to_the_machine(terminal, key, byte):
    """Ctrl-C above all: a terminal would otherwise end run.sh by it."""
    terminal.sendcontrol(key)
    terminal.expect_exact(f"got {byte}\r\n")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_ctrl_a_x_ends_the_machine_and_run_sh(terminal):
    """QEMU's own key."""
    terminal.sendcontrol("a")
    terminal.send("x")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (terminal.exitstatus, terminal.signalstatus) == (0, None)


def child_of(process, name):
    """The process id of the child with this name, or with a name that starts so."""
    for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split():
        if pathlib.Path(f"/proc/{child}/comm").read_text(encoding="utf-8").startswith(name):
            return int(child)
    return pytest.fail(f"process {process} has no child {name}")


@pytest.mark.parametrize("ending", ["q", "7", "\x01x", signal.SIGTERM, signal.SIGHUP, "QEMU killed"], ids=repr)
def test_the_terminal_is_afterwards_what_it_was(ending):
    """Whether the machine ends, or the user ends it, or a signal ends run.sh."""
    shell = spawn('stty -g; "$0" -- -kernel "$1"; echo; stty -g; read -r; echo over')
    shell.expect(r"([0-9a-f:]{40,})\r\n")
    before = shell.match[1]
    shell.expect_exact("ready\r\n")
    run_sh = child_of(shell.pid, "bash")
    if ending == "QEMU killed":
        os.kill(child_of(run_sh, "qemu-system"), signal.SIGKILL)
    elif isinstance(ending, str):
        shell.send(ending)
    else:
        os.kill(run_sh, ending)
    shell.expect(r"([0-9a-f:]{40,})\r\n")
    assert shell.match[1] == before
    # A terminal left non-blocking would end this read at once.
    shell.sendline("")
    shell.expect_exact("over")
    shell.close(force=True)


def test_a_slow_terminal_loses_nothing():
    """QEMU makes the terminal non-blocking for itself only."""
    terminal = spawn('exec "$0" -- -kernel "$1"')
    terminal.expect_exact("ready\r\n")
    terminal.send("f")
    terminal.expect_exact("got 66\r\n")
    line = b"and again, for ever\r\n"
    read = terminal.buffer
    while len(read) < 4000 * len(line):
        read += terminal.read_nonblocking(1000, timeout=10)
    terminal.close(force=True)
    assert (line * 5000).startswith(read)
