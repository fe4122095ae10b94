"""run.sh's end: its status, and that no QEMU outlives it, whatever signal ends it and whichever pipe closes."""

import os
import pathlib
import re
import signal
import subprocess
import time

import harness
import pytest

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE, signal.SIGKILL]


# Who starts the tests may ignore signals (nohup does), and what is ignored from the start stays so in a shell.
USUAL_SIGNALS = ["env", "--default-signal"]


class Puppet:
    """run.sh with the machine of puppet.S, which does what a byte on its serial line says."""

    def __init__(self, scratch, *, before=()):
        harness.build("gcc", "hypervisor")  # so that run.sh has nothing to build
        self.pid_file = scratch / "pid"
        qemu = scratch / "qemu"
        qemu.write_text(f'#!/bin/sh\necho $$ >"{self.pid_file}"\nexec qemu-system-riscv64 "$@"\n', encoding="utf-8")
        qemu.chmod(0o755)
        self.private = scratch / "tmp"
        self.private.mkdir()
        self.process = subprocess.Popen(
            [*USUAL_SIGNALS, *before, harness.ROOT / "run.sh", "--", "-kernel", harness.build_puppet()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            env={**os.environ, "QEMU": str(qemu), "TMPDIR": str(self.private)})
        self.read_until(b"ready\n")

    def tell(self, data):
        """Sends bytes over the serial line."""
        self.process.stdin.write(data)

    def read_until(self, text):
        """Reads the serial line up to and with a text."""
        seen = b""
        while not seen.endswith(text):
            byte = self.process.stdout.read(1)
            assert byte, seen
            seen += byte

    def end(self):
        """Waits for run.sh's end; returns its status, negative for a signal, and the rest of its output."""
        rest, _ = self.process.communicate(timeout=harness.HANG_SECONDS)
        return self.process.returncode, rest

    def qemu_is_gone(self):
        """Whether QEMU ends, given a moment."""
        pid = int(self.pid_file.read_text(encoding="utf-8"))
        for _ in range(100):
            try:
                state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            except FileNotFoundError:
                return True
            if state == "Z":
                return True  # ended, and nobody has asked for its status
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        return False


@pytest.fixture(name="puppet")
def started_puppet(tmp_path):
    """A puppet that is ready."""
    puppet = Puppet(tmp_path)
    yield puppet
    puppet.process.kill()


@pytest.mark.parametrize("task", [b"l", b"f"], ids=["silent", "writing"])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_no_qemu_outlives_a_signal(puppet, number, task):
    """And run.sh ends by that signal, or says so in its status, as who sent it expects."""
    puppet.tell(task)
    puppet.read_until(b"got")
    puppet.process.send_signal(number)
    status, _ = puppet.end()
    assert puppet.qemu_is_gone()
    assert status in (-number, 128 + number)
    if number != signal.SIGKILL:
        assert not list(puppet.private.iterdir()), "temporary files are left"


@pytest.mark.parametrize("task", [b"l", b"f"], ids=["silent", "writing"])
@pytest.mark.parametrize("before", [[], ["env", "--ignore-signal=PIPE"]], ids=["usual", "SIGPIPE ignored"])
def test_no_qemu_outlives_a_closed_pipe(tmp_path, task, before):
    """Though the machine would go on for ever, and even where it writes nothing."""
    puppet = Puppet(tmp_path, before=before)
    puppet.tell(task)
    puppet.read_until(b"got %02x\n" % task[0])  # the silent machine's last word
    puppet.process.stdout.close()
    started = time.monotonic()
    status = puppet.process.wait(timeout=harness.HANG_SECONDS)
    assert puppet.qemu_is_gone()
    assert status in (-signal.SIGPIPE, 128 + signal.SIGPIPE)
    assert time.monotonic() - started < 10
    assert not list(puppet.private.iterdir()), "temporary files are left"


def test_a_pipe_into_head_ends_soon():
    """As people type it."""
    harness.build("gcc", "hypervisor")
    started = time.monotonic()
    piped = subprocess.run(["bash", "-c", '(printf xf; sleep 30) | "$0" -- -kernel "$1" | head -n 100 | tail -n 1',
                            harness.ROOT / "run.sh", harness.build_puppet()],
                           capture_output=True, text=True, timeout=harness.HANG_SECONDS, check=False)
    assert piped.stdout == "and again, for ever\n", piped
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("task, status", [(b"q", 0), (b"7", 7), (b"p", 1), (b"c", 1)],
                         ids=["power off", "the machine's own", "panic", "refusal"])
def test_the_status_is_qemus_but_never_0_after_a_panic_or_a_refusal(puppet, task, status):
    """The puppet ends with 0 after its panic and its refusal."""
    puppet.tell(task)
    assert puppet.end()[0] == status
    assert not list(puppet.private.iterdir()), "temporary files are left"


def test_a_qemu_that_does_not_start_is_a_failure():
    """With QEMU's own words."""
    run = harness.run_sh("--", "-no-such-option")
    assert run.status == 1 and "-no-such-option" in run.errors, str(run)


def test_the_end_of_standard_input_ends_nothing(puppet):
    """What was sent before arrives, and the machine goes on."""
    puppet.tell(b"ab")
    puppet.process.stdin.close()
    puppet.read_until(b"got 62\n")
    time.sleep(1)
    assert puppet.process.poll() is None
    puppet.process.send_signal(signal.SIGTERM)
    puppet.process.wait(timeout=harness.HANG_SECONDS)
    assert puppet.qemu_is_gone()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_boots_with_standard_streams_closed(closed):
    """QEMU must not take their numbers for its own files."""
    harness.build("gcc", "hypervisor")
    ended = subprocess.run(["bash", "-c", f'"$0" {closed}', harness.ROOT / "run.sh"], capture_output=True, check=False,
                           stdin=subprocess.DEVNULL, timeout=harness.HANG_SECONDS)
    assert ended.returncode == 0, ended
    if ">&-" not in closed.split():
        harness.assert_boots(harness.Run(ended.returncode, harness.plain_text(ended.stdout)))


def test_the_output_is_the_serial_line_byte_for_byte(tmp_path):
    """Compared with what QEMU itself writes into a file."""
    image = harness.build("gcc", "hypervisor") / "hypervisor.bin"
    piped = subprocess.run([harness.ROOT / "run.sh"], stdin=subprocess.DEVNULL, capture_output=True, check=True,
                           timeout=harness.HANG_SECONDS).stdout
    file = tmp_path / "serial"
    subprocess.run(["qemu-system-riscv64", "-M", "virt", "-m", "128M", "-display", "none", "-no-reboot", "-serial",
                    f"file:{file}", "-kernel", image], check=True, timeout=harness.HANG_SECONDS)
    assert piped == file.read_bytes()


def test_input_without_a_terminal_is_the_serial_line(puppet):
    """Each byte arrives, whatever it is; but for Ctrl-A, which is QEMU's."""
    sent = bytes(value for value in range(256) if value not in b"\x01flpcq7")
    puppet.tell(sent + b"q")
    status, answer = puppet.end()
    assert bytes(int(value, 16) for value in re.findall(rb"got (\w\w)\n", answer)) == sent + b"q"
    assert status == 0
