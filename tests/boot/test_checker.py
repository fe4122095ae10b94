"""tools/bulkhead-check as a user calls it: what it says of right descriptions, and of what it cannot check."""

import re
import subprocess

import harness
import pytest

RIGHT = """// Two guests that share a page.
/dts-v1/;
/ {
    compatible = "bulkhead,partitions";
    linux { built-in; memory = <0 0x8000000>; harts = <2>; };
    control { built-in; memory = <0 0x400000>; hart-ids = <3>; };
    mailbox { compatible = "bulkhead,shared-memory"; size = <0 0x1000>; writers = "linux", "control"; };
};
"""


@pytest.fixture(name="source")
def write_source(tmp_path):
    """A right description."""
    path = tmp_path / "system.dts"
    path.write_text(RIGHT, encoding="utf-8")
    return path


@pytest.fixture(name="blob")
def compile_source(source):
    """It, compiled."""
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", source.with_suffix(".dtb"), source], check=True)
    return source.with_suffix(".dtb")


@pytest.fixture(name="machine_of")
def name_machines(tmp_path):
    """A function that dumps the device tree of a machine."""
    def machine_of(*options):
        tree = tmp_path / "machine.dtb"
        subprocess.run([harness.qemu_program(harness.QEMU_7), "-machine", f"virt,dumpdtb={tree}", "-display", "none",
                        *options], check=True, capture_output=True)
        return tree
    return machine_of


def check(*arguments):
    """Runs the tool."""
    ended = subprocess.run([harness.ROOT / "tools/bulkhead-check", *arguments], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, check=False)
    return harness.Run(ended.returncode, ended.stdout, ended.stderr)


def test_a_right_description_is_summed_up(blob):
    run = check(blob)
    assert run.lines[0] == "right: 2 guests, 3 harts, 132 MiB of memory, 1 shared region", str(run)
    assert "--machine" in run.lines[1] and run.status == 0, str(run)


def test_the_example_of_the_documentation_is_right(tmp_path):
    text = (harness.ROOT / "docs/partitions.md").read_text(encoding="utf-8")
    source = tmp_path / "system.dts"
    source.write_text(re.search(r"^```dts\n(.*?)^```", text, re.DOTALL | re.MULTILINE)[1], encoding="utf-8")
    for image in ("Image", "initrd.cpio", "control.elf"):
        (tmp_path / image).write_bytes(b"\x13\0\0\0")
    run = check(source)
    assert run.lines[0] == "right: 2 guests, 3 harts, 384 MiB of memory, 1 shared region" and run.status == 0, str(run)


def test_source_is_compiled_first(source):
    assert check(source).lines[0].startswith("right: 2 guests"), str(check(source))


def test_a_machine_that_has_everything_is_said_to(blob, machine_of):
    run = check("--machine", machine_of("-smp", "4", "-m", "512M"), blob)
    assert run.lines == ["right: 2 guests, 3 harts, 132 MiB of memory, 1 shared region"] and run.status == 0, str(run)


def test_a_machine_that_lacks_a_hart_is_refused(blob, machine_of):
    run = check("--machine", machine_of("-smp", "2", "-m", "512M"), blob)
    assert run.lines == ["cannot boot: control/hart-ids: names hart 3; the machine has 0, 1"], str(run)
    assert run.status == 1, str(run)


def test_what_is_no_device_tree_is_said_to_be_none(tmp_path):
    garbage = tmp_path / "garbage.dtb"
    garbage.write_bytes(bytes(100))
    run = check(garbage)
    assert run.serial.startswith(f"cannot boot: {garbage} is no partition description: ") and run.status == 1, str(run)


@pytest.mark.parametrize("arguments", [[], ["--fast", "x.dtb"], ["--machine"], ["x.dtb", "y.dtb"], ["--machine", "x.dtb"]],
                         ids=" ".join)
def test_a_wrong_command_line_is_answered_with_the_right_one(arguments):
    run = check(*arguments)
    assert run.errors.startswith("usage: tools/bulkhead-check ") and (run.status, run.serial) == (2, ""), str(run)


def test_help_is_printed():
    run = check("--help")
    assert run.serial.startswith("usage: tools/bulkhead-check ") and run.status == 0, str(run)


def test_a_file_that_is_not_there_is_named(tmp_path, blob):
    for arguments in ([tmp_path / "none.dtb"], ["--machine", tmp_path / "none.dtb", blob], [tmp_path / "none.dts"]):
        run = check(*arguments)
        assert "none.dt" in run.errors and (run.status, run.serial) == (2, ""), str(run)
