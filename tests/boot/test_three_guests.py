"""The README's second example: Debian's Linux, the built-in guest and one that crashes, side by side."""

import at_a_terminal
import harness
import pytest
from debian_linux import why_there_is_no_linux


def test_linux_and_a_small_guest_run_on_while_another_crashes_and_is_restarted_to_its_limit(qemu):
    """As one would see it at the terminal; the status says that a guest's last end was a fault."""
    if why_there_is_no_linux():
        pytest.fail(why_there_is_no_linux(), pytrace=False)
    with at_a_terminal.started(qemu, None, harness.ROOT / "docs/three-guests.dts") as terminal:
        crash = [r"guest crasher, vCPU 0: stopped: a crash loop: [^\n]*",
                 r"  original cause: store/AMO access fault, scause 0x7, stval 0x0"]
        terminal.expect_all([
            [*crash, "guest crasher: restarting", *crash, "guest crasher: restarting", *crash,
             "guest crasher: not restarted again, after 2 times"],
            ["hello: guest: a timer interrupt after 100000 ticks", "guest crasher: restarting",
             "hello: guest: a timer interrupt after 50000000 ticks", "guest hello: shut down"],
            [r"~ # [^\n]*"],
        ])
        terminal.send_line("echo $((6 * 7)) on $(nproc) harts")
        terminal.expect(r"\n42 on 2 harts\r")
        terminal.send_line("poweroff")
        terminal.expect(r"\nguest linux: shut down\r")
        assert terminal.ends() == 1
