"""What becomes of a guest that has to be stopped, and of the machine: what on-fault says, and the status."""

import harness
import pytest

CRASHES = "a_trap_vector_that_nobody_has_stops_the_guest.bin"
STOPPED = r"^guest guest, vCPU 0: stopped: a crash loop"


def run_crashing_guest(*options):
    """run.sh with a guest whose trap vector is nowhere."""
    image = harness.build("gcc", "hypervisor", "guest-tests") / "guest-tests" / CRASHES
    return harness.run_sh("--guest", image, "--memory", "16M", *options)


def count(run, text):
    """How many lines say it."""
    return sum(text in line for line in run.lines)


@pytest.mark.parametrize("options", [(), ("--on-fault", "stop")])
def test_a_guest_that_crashes_is_stopped_and_the_status_says_so(options):
    run = run_crashing_guest(*options)
    harness.assert_in_order(run, [STOPPED])
    assert count(run, "restarting") == 0
    assert run.status == 1


def test_a_guest_that_crashes_is_restarted_as_often_as_the_description_lets_it():
    run = run_crashing_guest("--on-fault", "restart")
    harness.assert_in_order(run, [STOPPED, "^guest guest: restarting"] * 3 +
                            [STOPPED, "^guest guest: not restarted again, after 3 times"])
    assert count(run, "restarting") == 3
    assert run.status == 1


def test_a_guest_that_crashes_can_halt_the_machine():
    run = run_crashing_guest("--on-fault", "halt-machine")
    harness.assert_in_order(run, [STOPPED, "^guest guest: halting the machine"])
    assert run.status == 1


def test_a_guest_that_wants_more_harts_than_there_are_is_told_so():
    image = harness.build("gcc", "hypervisor", "guest-tests") / "guest-tests" / CRASHES
    run = harness.run_sh("--guest", image, "--memory", "16M", "--harts", "2", "--smp", "2", "--", "-smp", "1")
    harness.assert_in_order(run, ["^cannot boot: guest/harts: is 2, and the machine has 1"])
    assert run.status == 1
