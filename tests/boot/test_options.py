"""run.sh's command line: what it accepts, what it refuses and in what words, and what it prints about itself."""

import shlex
import subprocess

import harness
import pytest

OPTIONS = ["system.dts", "--linux", "--guest", "--name", "--initrd", "--append", "--memory", "--harts", "--on-fault",
           "--fed-watchdog", "--timer-watchdog", "--on-watchdog", "--restart-limit", "--restart-window", "--stats",
           "--dump-dtb", "--smp", "--ram", "--flash", "--gdb", "--toolchain", "--build-type", "--dry-run", "--help"]


@pytest.mark.parametrize("options, named", [
    (["--fast"], "--fast"), (["-x"], "-x"), (["kernel.elf"], "kernel.elf"), (["--flash=yes"], "--flash=yes"),
    (["--ram", "64M", "--sm", "2"], "--sm"), ([""], "''"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else value)
def test_an_unknown_option_is_named_and_help_is_pointed_to(options, named):
    """Status 2, and nothing is booted."""
    run = harness.run_sh(*options)
    assert named in run.errors and "--help" in run.errors, str(run)
    assert (run.status, run.serial) == (2, ""), str(run)


@pytest.mark.parametrize("option, value, right", [
    ("--smp", None, "1 to 32"), ("--smp", "0", "1 to 32"), ("--smp", "33", "1 to 32"), ("--smp", "two", "1 to 32"),
    ("--smp", "08", "1 to 32"), ("--smp", "--flash", "1 to 32"), ("--smp", "", "1 to 32"),
    ("--ram", None, "128M"), ("--ram", "128", "128M"), ("--ram", "0M", "128M"), ("--ram", "-1G", "128M"),
    ("--ram", "1.5G", "128M"), ("--toolchain", None, "gcc or clang"), ("--toolchain", "icc", "gcc or clang"),
    ("--build-type", None, "Release or Debug"), ("--build-type", "debug", "Release or Debug"),
], ids=str)
def test_a_wrong_or_missing_value_is_refused_with_the_right_ones(option, value, right):
    """Status 2, and nothing is booted."""
    run = harness.run_sh(option, *([] if value is None else [value]))
    assert option in run.errors and right in run.errors and "--help" in run.errors, str(run)
    assert (run.status, run.serial) == (2, ""), str(run)


def test_help_names_every_option():
    """On standard output, with status 0."""
    run = harness.run_sh("--help")
    assert all(option in run.serial for option in OPTIONS) and "Ctrl-A X" in run.serial, str(run)
    assert run.status == 0, str(run)


def test_a_qemu_that_is_not_there_is_named():
    """$QEMU names it."""
    run = harness.run_sh(program="/nowhere/qemu")
    assert "/nowhere/qemu" in run.errors and run.status == 2, str(run)


def test_dry_run_prints_one_line_and_boots_nothing():
    """What it prints is what it would run."""
    run = harness.run_sh("--dry-run", "--smp", "3", "--ram=64M", "--", "-name", "a b")
    assert run.status == 0 and len(run.lines) == 1, str(run)
    words = shlex.split(run.serial)
    assert words[0] == "qemu-system-riscv64" and words[-2:] == ["-name", "a b"], words
    for option, value in [("-M", "virt"), ("-smp", "3"), ("-m", "64M")]:
        assert words[words.index(option) + 1] == value


@pytest.mark.parametrize("options", [[], ["--flash", "--smp", "2"], ["--toolchain", "clang"]], ids=" ".join)
def test_what_dry_run_prints_boots_when_pasted_into_a_shell(options):
    """The image must have been built before."""
    preset = "clang" if "clang" in options else "gcc"
    harness.build(preset, "hypervisor")
    harness.build(preset, "flash")
    line = harness.run_sh("--dry-run", *options).serial
    ended = subprocess.run(["sh", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                           timeout=harness.HANG_SECONDS)
    harness.assert_boots(harness.Run(ended.returncode, harness.plain_text(ended.stdout)))


def test_the_last_of_an_option_given_twice_counts():
    """So that a script's default can be overridden."""
    run = harness.run_sh("--dry-run", "--smp", "2", "--smp", "5")
    assert "-smp 5" in run.serial and "-smp 2" not in run.serial, str(run)


def test_what_follows_two_dashes_goes_to_qemu():
    """QEMU, and not run.sh, answers."""
    run = harness.run_sh("--", "--help")
    assert "usage: ./run.sh" not in run.serial and "-machine" in run.serial, str(run)
    assert run.status == 0, str(run)
