"""run.sh's guests: the description that it writes, the images that it unpacks, what it refuses, and where Linux comes
from. A program that only notes what it is given stands in for QEMU."""

import bz2
import gzip
import lzma
import os
import pathlib
import re
import shlex
import shutil
import struct
import subprocess

import harness
import pytest
from noting import Noter

KERNEL = b"\x13\0\0\0" * 1000 + b"a kernel, 4023 bytes..."
INITRD = b"070701 an initrd, 26 bytes"


@pytest.fixture(name="images")
def two_files(tmp_path):
    """A kernel and an initrd."""
    (tmp_path / "kernel").write_bytes(KERNEL)
    (tmp_path / "initrd").write_bytes(INITRD)
    return tmp_path


@pytest.fixture(name="noter")
def quiet_noter(tmp_path):
    """A noter that says nothing and succeeds."""
    folder = tmp_path / "noter of the test's"
    folder.mkdir()
    return Noter(folder)


# --- what is handed over ----------------------------------------------------------------------------------------

def test_a_guest_is_handed_over_with_what_it_was_given(images, noter):
    """As docs/partitions.md says; and the machine is as large as that needs."""
    run = noter.run("--guest", images / "kernel", "--initrd", images / "initrd", "--append", "console=ttyS0",
                    "--memory", "64M", "--harts", "3", "--name", "a-b.c", "--on-fault", "halt-machine")
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/", "compatible") == b"bulkhead,partitions\0"
    assert noter.property("/a-b.c", "kernel") == KERNEL
    assert noter.property("/a-b.c", "initrd") == INITRD
    assert noter.property("/a-b.c", "bootargs") == b"console=ttyS0\0"
    assert noter.property("/a-b.c", "memory") == struct.pack(">Q", 64 << 20)
    assert noter.property("/a-b.c", "harts") == struct.pack(">I", 3)
    assert noter.property("/a-b.c", "on-fault") == b"halt-machine\0"
    assert noter.value("-smp") == "3" and noter.value("-m") == "256M"
    assert noter.property("/", "dump-device-trees") is None


def test_a_guest_of_which_nothing_else_is_said_has_the_defaults(images, noter):
    """A name, 256 MiB, one hart, no initrd and no bootargs."""
    noter.run("--guest", images / "kernel")
    assert noter.property("/guest", "memory") == struct.pack(">Q", 256 << 20)
    assert noter.property("/guest", "harts") == struct.pack(">I", 1)
    assert noter.property("/guest", "on-fault") == b"stop\0"
    assert noter.property("/guest", "initrd") is None and noter.property("/guest", "bootargs") is None
    assert noter.value("-smp") == "1" and noter.value("-m") == "448M"


def test_what_is_said_of_faults_and_watchdogs_arrives(images, noter):
    """By the names that the description has for it."""
    noter.run("--guest", images / "kernel", "--on-fault", "restart", "--restart-limit", "7", "--restart-window", "60",
              "--fed-watchdog", "250", "--timer-watchdog", "3600000", "--on-watchdog", "halt-machine", "--stats")
    assert noter.property("/guest", "on-watchdog") == b"halt-machine\0"
    for name, value in [("restart-limit", 7), ("restart-window", 60), ("fed-watchdog", 250),
                        ("timer-watchdog", 3600000)]:
        assert noter.property("/guest", name) == struct.pack(">I", value)
    assert noter.property("/", "stats") == b""
    noter.run("--guest", images / "kernel")
    assert noter.property("/guest", "fed-watchdog") is None and noter.property("/", "stats") is None


def test_options_are_about_the_guest_that_they_stand_behind(images, noter):
    """Each guest has its own, or the defaults; the machine is as large as all of them need."""
    run = noter.run("--guest", images / "kernel", "--memory", "64M", "--append", "first", "--guest", images / "initrd",
                    "--harts", "3", "--on-fault", "restart", "--initrd", images / "kernel", "--name", "two")
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/guest", "kernel") == KERNEL and noter.property("/two", "kernel") == INITRD
    assert noter.property("/guest", "initrd") is None and noter.property("/two", "initrd") == KERNEL
    assert noter.property("/guest", "bootargs") == b"first\0" and noter.property("/two", "bootargs") is None
    assert noter.property("/guest", "memory") == struct.pack(">Q", 64 << 20)
    assert noter.property("/two", "memory") == struct.pack(">Q", 256 << 20)
    assert noter.property("/guest", "harts") == struct.pack(">I", 1)
    assert noter.property("/two", "harts") == struct.pack(">I", 3)
    assert noter.property("/two", "on-fault") == b"restart\0"
    assert noter.value("-smp") == "4" and noter.value("-m") == "512M"  # 64 + 256 + 128 + 16, by 64


def test_a_single_guests_options_may_stand_before_it(images, noter):
    """There is no other that they could be about; the last of an option given twice counts."""
    noter.run("--name", "a", "--memory", "64M", "--harts", "2", "--guest", images / "kernel", "--harts", "4")
    assert noter.property("/a", "memory") == struct.pack(">Q", 64 << 20)
    assert noter.property("/a", "harts") == struct.pack(">I", 4)


def test_guests_without_names_are_numbered(images, noter):
    """Past the names that are taken."""
    file = images / "kernel"
    noter.run("--guest", file, "--guest", file, "--guest", file, "--name", "guest2", "--guest", file)
    names = subprocess.run(["fdtget", "-l", noter.blob, "/"], capture_output=True, text=True, check=True).stdout
    assert names.split() == ["guest", "guest3", "guest2", "guest4"]


def test_a_machine_that_was_asked_for_is_not_changed(images, noter):
    """Only where --smp and --ram are not there does the guest decide."""
    noter.run("--guest", images / "kernel", "--smp", "5", "--ram", "2G", "--harts", "2")
    assert noter.value("-smp") == "5" and noter.value("-m") == "2G"


@pytest.mark.parametrize("memory, ram", [("4M", "192M"), ("48M", "192M"), ("49M", "256M"), ("512M", "704M"),
                                         ("3G", "3264M")])
def test_the_machine_has_room_for_the_guest_and_what_it_is_made_of_and_128_mib(images, noter, memory, ram):
    """What it is made of by 16 MiB, and all of it by 64 MiB."""
    noter.run("--guest", images / "kernel", "--memory", memory)
    assert noter.value("-m") == ram


@pytest.mark.parametrize("size, ram", [((16 << 20) - 1024, "192M"), (16 << 20, "256M")])
def test_the_machine_has_room_for_kernel_and_initrd(images, noter, size, ram):
    """For both together, and the little that stands around them."""
    with open(images / "kernel", "r+b") as file:
        file.truncate(size)
    noter.run("--guest", images / "kernel", "--initrd", images / "initrd", "--memory", "48M")
    assert noter.value("-m") == ram


@pytest.mark.parametrize("text", [
    'two  blanks ', '"quoted" and \'quoted\'', r'back\slash \n \x41 \\', 'a\nnew line\tand a tab', "$HOME `id` $(id)",
    "*/ // /* ; };", "\x01123\x7f", "ümlaut", "x" * 2047, "--dashes", "",
], ids=lambda text: repr(text)[:20])
def test_bootargs_arrive_byte_for_byte(images, noter, text):
    """Whatever means something to a shell or to dtc."""
    run = noter.run("--guest", images / "kernel", f"--append={text}")
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/guest", "bootargs") == (text.encode() + b"\0" if text else None)


@pytest.mark.parametrize("name", ["a b", "a,b", "it's", 'say "x"', "back\\slash\\n", "new\nline", "-x", "$(id)", "ü",
                                  "--format", "a;b", "%s%n", "*"])
def test_files_may_have_any_name(images, noter, name):
    """Named as they are from the folder that they are in."""
    (images / "kernel").rename(images / name)
    (images / "initrd").rename(images / (name + "2"))
    run = noter.run(f"--guest={name}", f"--initrd={name}2", cwd=images)
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/guest", "kernel") == KERNEL and noter.property("/guest", "initrd") == INITRD


@pytest.mark.parametrize("name", ["x", "7", "a" * 31, "chosen", "memory", "aliases", "cpus", "-", ",+._", "compatible",
                                  "linux"])
def test_every_name_that_a_guest_may_have_makes_a_node(images, noter, name):
    """Also those that mean something in other device trees."""
    run = noter.run("--guest", images / "kernel", "--name", name)
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property(f"/{name}", "kernel") == KERNEL


def test_images_lie_at_multiples_of_8_in_the_blob(tmp_path):
    """Whatever stands before them. The blob itself lies at whole pages."""
    for name in ["a", "abcd", "abcdefgh"]:
        for size in range(1, 9):
            for mark in ["", "yes"]:
                contents = {"k": b"K" * size + b"!", "i": b"<initrd" + b">" * size, "l": b"a kernel", "j": b"INITRD"}
                for file, content in contents.items():
                    (tmp_path / file).write_bytes(content)

                def image(key, file, contents=contents):
                    return [f"{key}={tmp_path}/{file}", f"{key}-size={len(contents[file])}"]

                source = subprocess.run(
                    [harness.ROOT / "tools/describe-guests.sh", f"stats={mark}", "dump-device-trees=",
                     f"name={name}", "harts=1", "memory=64", "on-fault=stop", *image("kernel", "k"),
                     *image("initrd", "i"), "bootargs=" + "x" * size, "restart-limit=7",
                     "name=second", "harts=1", "memory=64", "on-fault=halt-machine", *image("initrd", "j"),
                     *image("kernel", "l")], capture_output=True, check=True).stdout
                blob = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-"], input=source, capture_output=True,
                                      check=True)
                assert not blob.stderr, blob.stderr
                for content in contents.values():
                    assert blob.stdout.index(content) % 8 == 0, (content, source)


def test_dry_run_shows_the_description_and_makes_it_when_pasted(images, tmp_path):
    """With what packs and quotes in it, too; nothing is built or left behind."""
    (images / "a kernel").write_bytes(gzip.compress(KERNEL))
    private = tmp_path / "private, with a comma"
    private.mkdir()
    run = harness.run_sh("--dry-run", "--guest", images / "a kernel", "--append", 'x="1"',
                         env={"TMPDIR": str(private)})
    assert run.status == 0 and not list(private.iterdir()), str(run)
    harness.assert_in_order(run, [r'^    compatible = "bulkhead,partitions";$', r"^    guest \{$",
                                  r'^        bootargs = "x=\\"1\\"";$', r"^qemu-system-riscv64 .* -initrd "])
    # Another program in QEMU's place, which prints the bytes of its initrd.
    lines = run.serial.splitlines()
    words = shlex.split(lines[-1])
    lines[-1] = shlex.join(["cat", words[words.index("-initrd") + 1]])
    pasted = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, check=False)
    assert pasted.returncode == 0 and KERNEL in pasted.stdout and b'x="1"\0' in pasted.stdout, pasted


# --- what is unpacked -------------------------------------------------------------------------------------------

def by_program(*command):
    """A function that packs with a program."""
    return lambda data: subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def zboot(data):
    """An EFI program that unpacks itself, as Linux makes them: the header says where the payload is."""
    payload = gzip.compress(data)
    return struct.pack("<4s4sII8x32s", b"MZ\0\0", b"zimg", 1024, len(payload), b"gzip").ljust(1024) + payload + b"..."


PACKERS = {
    "gzip": gzip.compress,
    "gzip with padding behind": lambda data: gzip.compress(data) + b"\0" * 500 + b"signature",
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "lzma with its size": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE)[:5]
                          + struct.pack("<Q", len(data)) + lzma.compress(data, format=lzma.FORMAT_ALONE)[13:],
    "bzip2": bz2.compress,
    "zstd": by_program("zstd", "-qc"),
    "lz4": by_program("lz4", "-qc"),
    "lz4 as Linux packs": by_program("lz4", "-qcl"),
    "lzop": by_program("lzop", "-c"),
    "zboot": zboot,
    "zboot in xz": lambda data: lzma.compress(zboot(data)),
}


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_kernel_is_unpacked(images, noter, packer):
    """Whatever the file's name says; an initrd is left as it is, for that is the guest's to unpack."""
    packed = PACKERS[packer](KERNEL)
    (images / "vmlinuz").write_bytes(packed)
    run = noter.run("--guest", images / "vmlinuz", "--initrd", images / "vmlinuz")
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/guest", "kernel") == KERNEL
    assert noter.property("/guest", "initrd") == packed


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_kernel_that_is_cut_off_is_refused_by_its_format(images, packer):
    """Before anything is built or booted."""
    packed = PACKERS[packer](os.urandom(5000))
    (images / "vmlinuz").write_bytes(packed[:3000])
    run = harness.run_sh("--guest", images / "vmlinuz")
    form = "xz" if packer == "zboot in xz" else packer.split()[0]
    assert re.search(rf"/vmlinuz is packed with {form}, and damaged: \S", run.errors), str(run)
    assert (run.status, run.serial) == (2, ""), str(run)


def test_a_packed_kernel_with_nothing_in_it_is_refused(images):
    """An empty kernel is none."""
    (images / "vmlinuz").write_bytes(gzip.compress(b""))
    run = harness.run_sh("--guest", images / "vmlinuz")
    assert "nothing is in it" in run.errors and run.status == 2, str(run)


# --- what is refused --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("options, words", [
    (["--guest"], ["--guest needs a value"]),
    (["--guest", ""], ["--guest cannot be ''"]),
    (["--guest", "/nowhere/Image"], ["/nowhere/Image", "no such file"]),
    (["--guest", "/"], ["'/' is not a file"]),
    (["--guest", "empty"], ["'empty' is empty"]),
    (["--guest", "kernel", "--initrd", "nowhere"], ["--initrd 'nowhere'", "no such file"]),
    (["--guest", "kernel", "--initrd", "empty"], ["--initrd 'empty' is empty"]),
    (["--guest", "large"], ["268435457 bytes", "--memory 256M"]),
    (["--guest", "kernel", "--initrd", "large", "--memory", "8M"], ["268435457 bytes", "--memory 8M"]),
    (["--guest", "larger", "--memory", "2G"], ["1073741824 bytes", "1073741823"]),
    (["--guest", "kernel", "--name", "a", "--guest", "kernel", "--name", "a"], ["--name a is there twice"]),
    *[([option, value, "--guest", "kernel", "--linux"], [f"{option} stands before the first guest"])
      for option, value in [("--initrd", "initrd"), ("--harts", "1"), ("--restart-limit", "2")]],
    (["--guest", "kernel", "--guest", "nowhere"], ["nowhere", "no such file"]),
    (["--guest", "kernel", "--guest", "kernel", "--memory", "4M", "--initrd", "large"], ["--memory 4M"]),
    (["--guest", "kernel", "--harts", "3", "--guest", "kernel", "--smp", "3"], ["--harts 4+ is more", "--smp 3"]),
    (["--guest", "kernel", "--guest", "kernel", "--memory", "1G", "--ram", "1G"], ["--memory 256M + 1G", "--ram 1G"]),
    (["--guest", "kernel", "--name", "a b"], ["--name cannot be 'a b'", "letters"]),
    (["--guest", "kernel", "--name", "a/b"], ["--name cannot be 'a/b'"]),
    (["--guest", "kernel", "--name", "a" * 32], ["1 to 31"]),
    (["--guest", "kernel", "--name="], ["--name cannot be ''"]),
    (["--guest", "kernel", "--memory", "3M"], ["'3M'", "4M to 1024G"]),
    (["--guest", "kernel", "--memory", "1025G"], ["'1025G'", "4M to 1024G"]),
    (["--guest", "kernel", "--memory", "99999999999999999999G"], ["4M to 1024G"]),
    (["--guest", "kernel", "--memory", "256"], ["'256'", "4M to 1024G"]),
    (["--guest", "kernel", "--memory", "256M", "--ram", "256M"], ["--memory 256M", "--ram 256M"]),
    (["--guest", "kernel", "--harts", "9"], ["'9'", "1 to 8"]),
    (["--guest", "kernel", "--harts", "0"], ["'0'", "1 to 8"]),
    (["--guest", "kernel", "--harts", "4", "--smp", "2"], ["--harts 4", "--smp 2"]),
    (["--guest", "kernel", "--on-fault", "panic"], ["'panic'", "stop, restart or halt-machine"]),
    (["--guest", "kernel", "--on-watchdog", "bark"], ["'bark'", "stop, restart or halt-machine"]),
    (["--guest", "kernel", "--fed-watchdog", "0"], ["'0'", "milliseconds"]),
    (["--guest", "kernel", "--timer-watchdog", "1s"], ["'1s'", "milliseconds"]),
    (["--guest", "kernel", "--restart-limit", "-1"], ["'-1'", "1 to 1000000"]),
    (["--guest", "kernel", "--restart-window", "0"], ["'0'", "seconds"]),
    (["--guest", "kernel", "--append", "x" * 2048], ["2048 characters", "2047"]),
    (["--linux=yes"], ["--linux=yes"]),
    *[([option, value], [f"{option} is about a guest", "--guest or --linux"])
      for option, value in [("--initrd", "initrd"), ("--append", ""), ("--memory", "64M"), ("--harts", "1"),
                            ("--name", "a"), ("--on-fault", "stop"), ("--timer-watchdog", "5")]],
    (["--dump-dtb"], ["--dump-dtb is about guests"]),
    (["--stats"], ["--stats is about guests"]),
], ids=lambda value: " ".join(value)[:40] if value[0].startswith("--") else "")
def test_what_cannot_be_a_guest_is_refused_in_words(images, options, words):
    """With the number, before anything is built or booted."""
    (images / "empty").touch()
    for name, size in [("large", (256 << 20) + 1), ("larger", 1 << 30)]:
        with open(images / name, "wb") as file:
            file.truncate(size)
    run = harness.run_sh(*options, cwd=images)
    assert all(word in run.errors for word in words) and "--help" in run.errors, str(run)
    assert (run.status, run.serial) == (2, ""), str(run)


# --- what comes back --------------------------------------------------------------------------------------------

TREE = '/dts-v1/;\n/ {\n    compatible = "riscv-virtio";\n    zeros = <0 0x0a0d 0x25>;\n};\n'


def saying(folder, says, status=0):
    """A noter that says a text, with the line ends of a serial line."""
    return Noter(folder, says.replace("\n", "\r\n"), status)


def dumped(tree, size=None):
    """A blob as the hypervisor prints it."""
    digits = tree.hex()
    lines = [digits[at:at + 64] for at in range(0, len(digits), 64)]
    return (f"OpenSBI v1\n\nBooting hypervisor...\ndevice tree of guest: {size or len(tree)} bytes\n"
            + "".join(f"dtb: {line}\n" for line in lines))


def test_dump_dtb_prints_the_guests_device_tree_as_source_and_nothing_else(images, tmp_path):
    """The description asks the hypervisor for it."""
    blob = subprocess.run(["dtc", "-I", "dts", "-O", "dtb", "-"], input=TREE.encode(), capture_output=True,
                          check=True).stdout
    noter = saying(tmp_path, dumped(blob))
    run = noter.run("--guest", images / "kernel", "--dump-dtb")
    assert noter.property("/", "dump-device-trees") == b""
    assert run.status == 0 and run.serial.startswith("/dts-v1/;") and "<0x00 0xa0d 0x25>" in run.serial, str(run)


def test_dump_dtb_prints_the_device_tree_of_each_guest_behind_its_name(images, tmp_path):
    """Where there are several."""
    trees = [subprocess.run(["dtc", "-I", "dts", "-O", "dtb", "-"], input=TREE.replace("zeros", name).encode(),
                            capture_output=True, check=True).stdout for name in ("one", "two")]
    noter = saying(tmp_path, dumped(trees[0]) + dumped(trees[1]).replace("of guest:", "of a.b:"))
    run = noter.run("--guest", images / "kernel", "--guest", images / "kernel", "--name", "a.b", "--dump-dtb")
    harness.assert_in_order(run, ["^// guest$", "^/dts-v1/;$", "one = ", "^// a.b$", "^/dts-v1/;$", "two = "])
    assert run.status == 0 and len(run.lines) > 10 and run.lines[0] == "// guest", str(run)


@pytest.mark.parametrize("says, status, expected", [
    ("cannot boot: guest/kernel: is a script\n", 1, 1), ("cannot boot: no H extension\n", 0, 1), ("", 0, 1), ("", 7, 7),
    (dumped(b"\xd0\x0d\xfe\xed" + bytes(36), size=48), 0, 1),
], ids=["refused", "refused, and no finisher", "silence", "QEMU's own status", "cut off"])
def test_dump_dtb_shows_what_was_said_where_there_is_no_device_tree(images, tmp_path, says, status, expected):
    """On standard error."""
    run = saying(tmp_path, says, status).run("--guest", images / "kernel", "--dump-dtb")
    assert says in run.errors and "no device tree" in run.errors, str(run)
    assert (run.status, run.serial) == (expected, ""), str(run)


STARTS = "guest a: 256 MiB of memory at 0x90000000, 1 hart, a Linux image\n"


@pytest.mark.parametrize("says, status", [
    ("panic: early\n", 1), ("cannot boot: x\n", 1), ("cannot boot: x\n" + STARTS, 1),
    (STARTS + "panic: the guest's words\n", 0),
    (STARTS + "much output\n" * 200_000 + "panic: the guest's words\n", 0),
    ("x" * 300_000 + "\npanic: late\n", 1), ("not a panic: here\n", 0),
], ids=["panic", "refusal", "before a guest", "a guest's", "a guest's, much later", "after much", "within a line"])
def test_words_of_failure_count_until_a_guest_may_have_said_them(tmp_path, says, status):
    """Where QEMU's own status is 0."""
    assert saying(tmp_path, says).run().status == status


# --- Linux ------------------------------------------------------------------------------------------------------

@pytest.fixture(name="cache")
def linux_cache(images):
    """A cache into which someone has put a kernel and an initrd."""
    folder = images / "cache/bulkhead/linux"
    folder.mkdir(parents=True)
    shutil.copy(images / "kernel", folder / "Image")
    shutil.copy(images / "initrd", folder / "initrd")
    return images / "cache"


def test_linux_is_what_lies_in_the_cache(cache, noter):
    """What someone put there is left as it is, and has bootargs with which a shell can be had."""
    run = noter.run("--linux", "--append", "quiet", "--harts", "4", env={"XDG_CACHE_HOME": str(cache)})
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/linux", "kernel") == KERNEL and noter.property("/linux", "initrd") == INITRD
    assert noter.property("/linux", "bootargs") == b"earlycon console=ttyS0 panic=1 quiet\0"
    assert noter.property("/linux", "harts") == struct.pack(">I", 4)
    assert noter.property("/linux", "memory") == struct.pack(">Q", 256 << 20)


def test_linux_may_be_one_of_several_guests_and_more_than_one(cache, images, noter):
    """With options and a name of its own each."""
    run = noter.run("--linux", "--append", "one", "--guest", images / "initrd", "--linux", "--append", "two",
                    env={"XDG_CACHE_HOME": str(cache)})
    assert (run.status, run.errors) == (0, ""), str(run)
    assert noter.property("/linux", "bootargs") == b"earlycon console=ttyS0 panic=1 one\0"
    assert noter.property("/linux2", "bootargs") == b"earlycon console=ttyS0 panic=1 two\0"
    assert noter.property("/linux2", "kernel") == KERNEL and noter.property("/guest", "kernel") == INITRD


def test_linux_takes_another_initrd(cache, images, noter):
    """With --initrd."""
    (images / "other").write_bytes(b"another")
    noter.run("--linux", "--initrd", images / "other", env={"XDG_CACHE_HOME": str(cache)})
    assert noter.property("/linux", "initrd") == b"another"


def test_a_dry_run_fetches_nothing(tmp_path):
    """And says what does."""
    run = harness.run_sh("--dry-run", "--linux", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert "tools/fetch-linux.sh" in run.errors and (run.status, run.serial) == (1, ""), str(run)
    assert not list(tmp_path.iterdir())


@pytest.fixture(name="tools")
def tools_without_apt(tmp_path):
    """A folder for PATH with all that there is, except apt."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for path in reversed(os.environ["PATH"].split(":")):
        for tool in pathlib.Path(path).glob("*") if path else []:
            if not tool.name.startswith("apt"):
                (folder / tool.name).unlink(missing_ok=True)
                (folder / tool.name).symlink_to(tool)
    return folder


def fetch_linux(tools, cache):
    """tools/fetch-linux.sh, with these tools."""
    ended = subprocess.run([harness.ROOT / "tools/fetch-linux.sh"], stdin=subprocess.DEVNULL, capture_output=True,
                           text=True, check=False,
                           env={**os.environ, "PATH": str(tools), "XDG_CACHE_HOME": str(cache)})
    return harness.Run(ended.returncode, ended.stdout, ended.stderr)


def test_without_apt_one_is_told_where_to_put_an_image_and_an_initrd(tools, tmp_path):
    """With their full paths."""
    cache = tmp_path / "cache"
    run = fetch_linux(tools, cache)
    assert f"{cache}/bulkhead/linux/Image" in run.errors and f"{cache}/bulkhead/linux/initrd" in run.errors, str(run)
    assert (run.status, run.serial) == (1, ""), str(run)


def test_an_image_without_an_initrd_is_named(tools, tmp_path):
    """Where it is not known how a shell would come into one."""
    folder = tmp_path / "cache/bulkhead/linux"
    folder.mkdir(parents=True)
    (folder / "Image").write_bytes(KERNEL)
    run = fetch_linux(tools, tmp_path / "cache")
    assert f"no {folder}/initrd" in run.errors and run.status == 1, str(run)


# An apt that has one mirror, one kernel and one busybox. $BROKEN names what goes wrong, and it notes its arguments.
APT = r"""#!/bin/bash
printf '%s\n' "$*" >>"$NOTES"
package() {
    mkdir -p "$2/DEBIAN"
    printf 'Package: %s\nVersion: 1\nArchitecture: riscv64\nMaintainer: a\nDescription: b\n' "$1" >"$2/DEBIAN/control"
    dpkg-deb --build --nocheck "$2" "$1.deb" >/dev/null
    rm -rf "$2"
}
case "$*" in
*indextargets*) printf 'Other x main mirror:1\nDebian b-updates main mirror:2\nDebian b main mirror:3\n' ;;
*update*) [[ $BROKEN != signature ]] || { echo 'E: it is not signed'; exit 100; } ;;
*depends*) printf 'linux-image-riscv64\n  Depends: linux-image-7-riscv64\n' ;;
*download*)
    mkdir -p t/boot u/usr/bin
    printf KERNEL >t/boot/vmlinux-7
    printf BUSYBOX >u/usr/bin/busybox
    package linux-image-7-riscv64 t
    if [[ $BROKEN == cut ]]; then
        truncate -s 100 linux-image-7-riscv64.deb
        echo 'E: the connection was closed'
        exit 100
    fi
    if [[ $BROKEN == killed ]]; then
        kill -KILL "$PPID"
        exit 1
    fi
    package busybox-static u
    ;;
esac
"""


def with_apt(tools, monkeypatch, broken):
    """Puts that apt among the tools."""
    for name in ("apt-get", "apt-cache"):
        (tools / name).write_text(APT, encoding="utf-8")
        (tools / name).chmod(0o755)
    notes = tools.parent / "notes"
    monkeypatch.setenv("NOTES", str(notes))
    monkeypatch.setenv("BROKEN", broken)
    return notes


def test_linux_is_fetched_once_from_the_machines_own_mirror(tools, tmp_path, monkeypatch):
    """For riscv64, by a configuration of its own, with the kernel that the package of all kernels depends on."""
    notes = with_apt(tools, monkeypatch, "")
    folder = tmp_path / "cache/bulkhead/linux"
    for _ in range(2):
        run = fetch_linux(tools, tmp_path / "cache")
        assert (run.status, run.serial) == (0, f"{folder}\n"), str(run)
    calls = notes.read_text(encoding="utf-8")
    assert calls.count("update") == 1 and calls.count("download linux-image-7-riscv64 busybox-static") == 1
    assert all("APT::Architecture=riscv64" in call and "Dir::State::Lists=" in call
               for call in calls.splitlines() if "indextargets" not in call)
    assert (folder / "Image").read_bytes() == b"KERNEL"
    assert sorted(path.name for path in folder.iterdir()) == ["Image", "busybox", "initrd", "lock"]
    archive = (folder / "initrd").read_bytes()
    assert b"BUSYBOX" in archive and archive.endswith(b"TRAILER!!!\0\0\0\0")


@pytest.mark.parametrize("broken, said", [("signature", "it is not signed"), ("cut", "the connection was closed"),
                                          ("killed", "")])
def test_a_fetch_that_fails_says_so_and_leaves_nothing_half_done(tools, tmp_path, monkeypatch, broken, said):
    """In apt's own words, and with where to put things by hand. The next one starts anew."""
    with_apt(tools, monkeypatch, broken)
    folder = tmp_path / "cache/bulkhead/linux"
    run = fetch_linux(tools, tmp_path / "cache")
    assert run.status != 0 and said in run.errors and (not said or f"{folder}/Image" in run.errors), str(run)
    assert not (folder / "Image").exists() and not (folder / "busybox").exists()
    monkeypatch.setenv("BROKEN", "")
    assert fetch_linux(tools, tmp_path / "cache").status == 0
    assert (folder / "Image").read_bytes() == b"KERNEL"


def test_the_initrd_is_an_archive_with_an_init_a_shell_and_a_console(tools, tmp_path, monkeypatch):
    """In the format that Linux reads: headers of 110 characters, names and contents padded to 4."""
    with_apt(tools, monkeypatch, "")
    fetch_linux(tools, tmp_path / "cache")
    archive = (tmp_path / "cache/bulkhead/linux/initrd").read_bytes()
    entries, at = {}, 0
    while not entries or "TRAILER!!!" not in entries:
        assert archive[at:at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        name_at = at + 110
        name = archive[name_at:name_at + fields[11] - 1].decode()
        data_at = (name_at + fields[11] + 3) // 4 * 4
        entries[name] = (fields[1], archive[data_at:data_at + fields[6]], fields[9:11])
        at = (data_at + fields[6] + 3) // 4 * 4
    assert at == len(archive)
    assert entries["init"][:2] == (0o120777, b"bin/busybox")
    assert entries["bin/busybox"][:2] == (0o100755, b"BUSYBOX")
    assert entries["dev/console"] == (0o020600, b"", [5, 1])
    assert entries["dev"][0] == entries["proc"][0] == 0o040755
    assert b"respawn:-/bin/sh" in entries["etc/inittab"][1]
