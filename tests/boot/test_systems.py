"""run.sh with a file that describes all guests: as source and compiled, what it takes from it for the machine, what it
adds, and what it refuses. A program that only notes what it is given stands in for QEMU."""

import subprocess

import harness
import pytest
from noting import Noter

HEAD = '/dts-v1/;\n/ {\n    compatible = "bulkhead,partitions";\n'
GUEST = '    a { memory = <0 0x4000000>; kernel = /incbin/("images/kernel"); };\n'


@pytest.fixture(name="noter")
def quiet_noter(tmp_path):
    """A noter that says nothing and succeeds."""
    folder = tmp_path / "noter"
    folder.mkdir()
    return Noter(folder)


@pytest.fixture(name="folder")
def folder_with_kernel(tmp_path):
    """A folder with a kernel in a folder below it."""
    folder = tmp_path / "a system's"
    (folder / "images").mkdir(parents=True)
    (folder / "images/kernel").write_bytes(b"a kernel")
    return folder


def write(folder, guests=GUEST, name="system.dts"):
    """A source with these guests."""
    (folder / name).write_text(HEAD + guests + "};\n", encoding="utf-8")
    return folder / name


def compiled(source):
    """Its blob, as dtc makes it."""
    blob = source.with_suffix(".dtb")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    return blob


# --- what is handed over ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["system.dts", "a b", 'say "x"', "back\\slash", "ü,comma", "x.dtb"])
def test_a_source_is_compiled_and_handed_over(folder, noter, name):
    """Whatever its name, and with the files that it names from its own folder, wherever one is."""
    run = noter.run(write(folder, name=name).name, cwd=folder)
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/a", "kernel") == b"a kernel"
    noter.blob.unlink()
    run = noter.run(folder / name, cwd="/")
    assert run.status == 0 and noter.property("/a", "kernel") == b"a kernel", str(run)


@pytest.mark.parametrize("name", ["system.dtb", "a b.dts"])
def test_a_blob_is_handed_over_as_it_is(folder, noter, name):
    """Whatever its name: its first bytes say what it is."""
    blob = compiled(write(folder)).rename(folder / name)
    before = blob.read_bytes()
    run = noter.run(blob)
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.blob.read_bytes() == before


@pytest.mark.parametrize("form", ["source", "blob"])
def test_stats_and_dump_dtb_are_added_to_what_is_handed_over(folder, noter, form):
    """And not to the file."""
    source = write(folder)
    system = source if form == "source" else compiled(source)
    system.chmod(0o444)
    before = system.read_bytes()
    noter.run(system)
    assert noter.property("/", "stats") is None
    noter.run(system, "--stats")
    assert noter.property("/", "stats") == b"" and noter.property("/", "dump-device-trees") is None
    assert noter.property("/a", "kernel") == b"a kernel"
    noter.run(system, "--dump-dtb")
    assert noter.property("/", "dump-device-trees") == b""
    assert system.read_bytes() == before


def test_a_source_finds_debians_linux_from_anywhere(folder, noter, tmp_path):
    """As linux/Image and linux/initrd, unless there are such files beside it."""
    cache = tmp_path / "cache/bulkhead/linux"
    cache.mkdir(parents=True)
    (cache / "Image").write_bytes(b"Debian's")
    (cache / "initrd").write_bytes(b"with a shell")
    source = write(folder, '    l { kernel = /incbin/("linux/Image"); initrd = /incbin/("linux/initrd"); };\n')
    run = noter.run(source, env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/l", "kernel") == b"Debian's" and noter.property("/l", "initrd") == b"with a shell"
    (folder / "linux").mkdir()
    (folder / "linux/Image").write_bytes(b"my own")
    noter.run(source, env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert noter.property("/l", "kernel") == b"my own" and noter.property("/l", "initrd") == b"with a shell"


def test_linux_is_fetched_only_where_a_source_names_it(folder, tmp_path):
    """And by a dry run not at all."""
    source = write(folder)
    run = harness.run_sh("--dry-run", source, env={"XDG_CACHE_HOME": str(tmp_path)})
    assert run.status == 0, str(run)
    source = write(folder, '    l { kernel = /incbin/("linux/Image"); };\n')
    run = harness.run_sh("--dry-run", source, env={"XDG_CACHE_HOME": str(tmp_path)})
    assert "tools/fetch-linux.sh" in run.errors and (run.status, run.serial) == (1, ""), str(run)


# --- the machine for it -----------------------------------------------------------------------------------------

MEMORY = "memory = <0 0x4000000>;"  # 64 MiB


@pytest.mark.parametrize("guests, smp, ram", [
    (f"a {{ {MEMORY} }};", 1, "256M"),
    (f"a {{ {MEMORY} harts = <2>; }}; b {{ {MEMORY} harts = <3>; }};", 5, "320M"),
    (f"a {{ {MEMORY} hart-ids = <1 5>; }};", 6, "256M"),
    (f"a {{ {MEMORY} hart-ids = <1>; }}; b {{ {MEMORY} harts = <4>; }};", 5, "320M"),
    (f"a {{ {MEMORY} }}; s {{ compatible = \"bulkhead,shared-memory\"; size = <0 0x4000000>; }};", 1, "320M"),
    ("a { memory = <0 0xa0000000 0 0x10000000>; };", 1, "832M"),
    ("a { memory = <0x10 0x80000000 0 0x10000000>; };", 1, "65856M"),
    # Half of 192 MiB behind 0x80200000 the initrd would lie, and half of 256 MiB is where this place ends.
    ("a { memory = <0 0x86000000 0 0x2200000>; };", 1, "256M"),
], ids=["one", "two", "ids", "ids and numbers", "a region", "a place", "a far place", "where the initrd would be"])
def test_the_machine_has_what_the_guests_need(folder, noter, guests, smp, ram):
    """Harts for all, memory for all, and for what is shared; places are in its memory, and free."""
    run = noter.run(write(folder, guests + "\n"))
    assert (run.status, run.errors) == (0, ""), str(run)
    assert (noter.value("-smp"), noter.value("-m")) == (str(smp), ram)


def test_a_machine_that_was_asked_for_is_not_changed(folder, noter):
    """By --smp and --ram."""
    noter.run(write(folder), "--smp", "5", "--ram", "2G")
    assert (noter.value("-smp"), noter.value("-m")) == ("5", "2G")


@pytest.mark.parametrize("guests", [
    "a { memory = <1>; harts = <0>; };", "a { memory = <0xffffffff 0xffffffff>; harts = <99>; };", "a { };",
    "a { memory = \"64M\"; hart-ids = <0xffffffff>; };", "a { memory = <0 0 0 0>; hart-ids = [00]; };", "",
    "a { memory = <0xffffffff 0 0xffffffff 0>; harts = \"one\"; };", "a { memory; harts; hart-ids; size; };",
])
def test_a_description_that_is_wrong_reaches_the_hypervisor_which_says_so(folder, noter, guests):
    """In a machine that QEMU can make."""
    run = noter.run(write(folder, guests))
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.value("-smp") == "1" and noter.value("-m") == "192M"


def test_a_blob_that_is_damaged_reaches_the_hypervisor(folder, noter):
    """Also where something was to be added to it."""
    (folder / "x.dtb").write_bytes(b"\xd0\x0d\xfe\xed" + bytes(60))
    run = noter.run(folder / "x.dtb", "--stats")
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.blob.read_bytes()[:4] == b"\xd0\x0d\xfe\xed"


# --- what is refused --------------------------------------------------------------------------------------------

def test_a_source_with_an_error_is_shown_in_dtcs_words_with_the_line(folder):
    """Status 1, and nothing is booted."""
    run = harness.run_sh(write(folder, "    a { memory = ; };\n"))
    assert "system.dts:4." in run.errors and "syntax error" in run.errors and "dtc's words" in run.errors, str(run)
    assert (run.status, run.serial) == (1, ""), str(run)


def test_a_file_that_a_source_names_and_is_not_there_is_named(folder):
    """By dtc."""
    run = harness.run_sh(write(folder, '    a { kernel = /incbin/("nowhere/Image"); };\n'))
    assert "nowhere/Image" in run.errors and (run.status, run.serial) == (1, ""), str(run)


@pytest.mark.parametrize("options, words", [
    (["nowhere.dts"], ["'nowhere.dts'", "no such file"]),
    (["images"], ["'images' is not a file"]),
    (["system.dts", "other.dts"], ["'system.dts' and 'other.dts'"]),
    (["program"], ["'program'", "neither a device-tree source nor a blob", "--guest 'program'"]),
    (["system.dts", "--linux"], ["'system.dts' describes all guests"]),
    (["--guest", "images/kernel", "system.dts"], ["'system.dts' describes all guests"]),
    (["system.dts", "--memory", "64M"], ["--memory is about a guest", "'system.dts'"]),
    (["--append=", "system.dts"], ["--append is about a guest", "'system.dts'"]),
], ids=lambda value: " ".join(value) if "." in value[-1] and " " not in value[-1] else "")
def test_what_cannot_be_together_is_refused_in_words(folder, options, words):
    """Status 2, and nothing is booted."""
    write(folder)
    (folder / "program").write_bytes(b"\x7fELF\0\0")
    run = harness.run_sh(*options, cwd=folder)
    assert all(word in run.errors for word in words) and "--help" in run.errors, str(run)
    assert (run.status, run.serial) == (2, ""), str(run)


# --- a dry run --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["source", "blob"])
def test_what_a_dry_run_prints_makes_the_blob_when_pasted(folder, tmp_path, form):
    """And nothing is left behind before."""
    source = write(folder)
    private = tmp_path / "private"
    private.mkdir()
    run = harness.run_sh("--dry-run", source if form == "source" else compiled(source), "--stats",
                         env={"TMPDIR": str(private)})
    assert run.status == 0 and not list(private.iterdir()), str(run)
    assert "-smp 1 -m 256M" in run.lines[-1], str(run)
    commands = "\n".join(run.lines[:-1])
    assert subprocess.run(["sh", "-c", commands], check=False).returncode == 0, commands
    blob = next(private.iterdir())
    assert f"-initrd {blob}" in run.lines[-1]
    assert subprocess.run(["fdtget", "-p", blob, "/"], capture_output=True, text=True,
                          check=True).stdout.split() == ["stats", "compatible"]
