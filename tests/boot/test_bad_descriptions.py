"""Wrong descriptions, tests/data/descriptions: bulkhead-check and the boot say of each the same, and nothing starts.

The second line of each file is what is wrong with it, word for word; <size> stands for bytes that depend on the boot
loader."""

import functools
import re
import subprocess

import harness
import pytest

SOURCES = sorted((harness.ROOT / "tests/data/descriptions").glob("*.dts"))
# The machine that they are for: some are wrong only for what it has.
MACHINE = {"smp": 4, "ram": "256M"}


@pytest.fixture(name="source", params=SOURCES, ids=lambda source: source.stem)
def name_source(request):
    """A wrong description."""
    return request.param


@pytest.fixture(name="blob")
def compile_source(source, tmp_path):
    """It, compiled."""
    blob = tmp_path / "system.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    return blob


def message(source):
    """What its second line says is wrong."""
    return source.read_text(encoding="utf-8").splitlines()[1].removeprefix("// ")


def refusal(source):
    """The line that says so, as a regular expression."""
    size = r"\d+ (?:bytes|[KM]iB)"
    return "cannot boot: " + size.join(map(re.escape, message(source).split("<size>")))


@functools.cache
def checker():
    """The program behind tools/bulkhead-check, under the sanitizers."""
    return harness.build("host", "bulkhead-check") / "bulkhead-check"


@pytest.fixture(name="machine", scope="module")
def dump_machine(tmp_path_factory):
    """The machine's device tree, as a user gets it."""
    tree = tmp_path_factory.mktemp("machine") / "machine.dtb"
    subprocess.run([harness.qemu_program(harness.QEMU_7), "-machine", f"virt,dumpdtb={tree}", "-smp",
                    str(MACHINE["smp"]), "-m", MACHINE["ram"], "-display", "none"], check=True, capture_output=True)
    return tree


def check(*arguments):
    """Runs the checker; returns its status and what it wrote."""
    ended = subprocess.run([checker(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                           check=False)
    assert ended.stderr == "", ended.stderr
    return ended.returncode, ended.stdout


def test_the_checker_says_what_is_wrong(source, blob, machine):
    status, output = check("--machine", machine, blob)
    assert re.fullmatch(refusal(source) + "\n", output), output
    assert status == 1


def test_the_boot_says_the_same_and_starts_no_guest(source, blob):
    kernel = harness.build("gcc", "hypervisor") / "hypervisor.bin"
    run = harness.boot(harness.qemu_program(harness.QEMU_7), kernel, **MACHINE, extra=["-initrd", blob])
    said = [line for line in run.lines if "boot:" in line]
    assert len(said) == 1 and re.fullmatch(refusal(source), said[0]), str(run)
    assert not re.search(r"^guest |panic", run.serial, re.MULTILINE), str(run)
    assert run.status == 1, str(run)


def test_there_are_more_than_forty_and_each_is_wrong_in_its_own_way():
    messages = [message(source) for source in SOURCES]
    assert len(messages) >= 45 and len(set(messages)) == len(messages)
