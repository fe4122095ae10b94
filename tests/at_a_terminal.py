"""A guest that run.sh boots at a terminal of its own: what is typed there, what comes back, and how it ends."""

import contextlib
import io
import re
import time

import harness
import pexpect
import pytest

# For each answer: a busy computer may take long, and only what hangs is to be found.
STEP_SECONDS = 120


class Terminal:
    """run.sh, or QEMU itself, at a terminal. Whatever does not come as expected fails the test, with all that came before."""

    def __init__(self, program, options, direct=False):
        harness.build("gcc", "hypervisor")  # so that run.sh has nothing to build
        self.seen = io.StringIO()
        # Who starts the tests may ignore signals, as in test_terminal.py.
        command = [program] if direct else [f"QEMU={program}", str(harness.ROOT / "run.sh")]
        self.child = pexpect.spawn("env", ["--default-signal", *command, *map(str, options)],
                                   timeout=STEP_SECONDS, encoding="utf-8", codec_errors="replace")
        self.child.logfile_read = self.seen

    def comes(self, pattern):
        """Whether this regular expression comes, before the machine ends and in time."""
        return self.child.expect([pattern, pexpect.EOF, pexpect.TIMEOUT]) == 0

    def expect(self, pattern):
        """Waits for this regular expression; returns its groups, the first one being 1."""
        if not self.comes(pattern):
            self.fail(f"no /{pattern}/ in {STEP_SECONDS} s, or before the machine's end")
        return self.child.match

    def expect_all(self, patterns):
        """Waits until the lines of each list of regular expressions have come in its order, since the machine's start,
        whatever comes between them; the lists in any order."""
        ways = [re.compile("".join(rf"^{pattern}\r*$.*?" for pattern in ordered), re.MULTILINE | re.DOTALL)
                for ordered in patterns]
        deadline = time.monotonic() + STEP_SECONDS
        while not all(way.search(self.seen.getvalue().replace("\r", "")) for way in ways):
            if time.monotonic() > deadline or self.child.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=1) == 1:
                self.fail(f"not all of {patterns} in {STEP_SECONDS} s, or before the machine's end")

    @property
    def before(self):
        """What came before that. The guest and the terminal each put a carriage return before a newline."""
        return self.child.before.replace("\r", "")

    def send(self, keys):
        """Types these keys."""
        self.child.send(keys)

    def send_line(self, line):
        """Types this, and Enter."""
        self.child.sendline(line)

    def send_control(self, key):
        """Types Ctrl and this key."""
        self.child.sendcontrol(key)

    def ends(self):
        """Waits for run.sh to end; returns its status."""
        if self.child.expect([pexpect.EOF, pexpect.TIMEOUT]) != 0:
            self.fail(f"the machine does not end in {STEP_SECONDS} s")
        self.child.close()
        return self.child.exitstatus

    def fail(self, why):
        """Fails the test."""
        written = self.seen.getvalue().replace("\r", "")
        pytest.fail(f"{why}:\n{written}", pytrace=False)

    def close(self):
        """Ends what still runs."""
        self.child.close(force=True)


@contextlib.contextmanager
def started(program, harts, *options):
    """A Terminal on which the hypervisor has written its first line, with one guest that has so many harts, or, where
    that is None, with the guests and harts that the options say. A start that hangs before it is the firmware's,
    as harness.attempts() says; whatever hangs later is not tried again."""
    for start in range(harness.attempts(program, harts or 2)):
        terminal = Terminal(program, [*(["--harts", harts] if harts else []), *options])
        try:
            if terminal.comes(r"\r\nBooting hypervisor\.\.\.\r"):
                yield terminal
                return
            if not terminal.child.isalive():
                break
        finally:
            terminal.close()
        harness.note_hang(program, start)
    terminal.fail("the hypervisor does not start")
