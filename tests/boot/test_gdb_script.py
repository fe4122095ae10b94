"""tools/bulkhead-gdb.py: its page-table walks over memory that a test makes up, and its commands in gdb itself."""

import importlib.util
import re
import shlex
import subprocess

import harness
import pytest

SPEC = importlib.util.spec_from_file_location("bulkhead_gdb", harness.ROOT / "tools/bulkhead-gdb.py")
script = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(script)

V, R, W, X, U = 1, 2, 4, 8, 16
RWX = V | R | W | X | U
TABLES = 0x8000_0000


def pointing_to(address, flags=V):
    """A page-table entry."""
    return address >> 12 << 10 | flags


def atp(mode, root):
    """satp's and hgatp's value."""
    return mode << 60 | root >> 12


def reader(memory):
    """A `read` over a dictionary; what is not in a table's pages cannot be read."""
    def read(address):
        if not TABLES <= address < TABLES + 0x10_0000:
            raise LookupError("nothing is there")
        return memory.get(address, 0)
    return read


@pytest.mark.parametrize("mode, levels", [(8, 3), (9, 4), (10, 5)])
@pytest.mark.parametrize("leaf", [0, 1, 2])
def test_a_stage_2_walk_shows_every_entry_down_to_the_page(mode, levels, leaf):
    """In each scheme, with pages of each size; the root has 2,048 entries."""
    address = (1 << (12 + 9 * levels)) + 0x1234_5678
    memory, expected = {}, []
    for level in reversed(range(leaf, levels)):
        table = TABLES + 0x4000 * (levels - level)
        mask = 0x7ff if level == levels - 1 else 0x1ff
        at = table + 8 * (address >> (12 + 9 * level) & mask)
        memory[at] = pointing_to(0x40_0000_0000, RWX) if level == leaf else pointing_to(table + 0x4000)
        expected.append((level, at, memory[at]))
    found = script.walk(reader(memory), atp(mode, TABLES + 0x4000), address, guest=True)
    assert [tuple(step) for step in found.steps] == expected
    assert found.address == 0x40_0000_0000 + (address & (1 << (12 + 9 * leaf)) - 1)


@pytest.mark.parametrize("entry, reason", [
    (0, "not valid"), (pointing_to(TABLES, V | W), "reserved"), (pointing_to(0x1000, RWX), "not aligned"),
    (pointing_to(0x1_0000_0000), "cannot be read: nothing is there"),
])
def test_a_walk_that_leads_nowhere_says_why(entry, reason):
    """And shows the entries up to there."""
    found = script.walk(reader({TABLES + 16: entry}), atp(8, TABLES), 0x8000_0000, guest=True)
    assert found.address is None and reason in found.reason and len(found.steps) == 1


def test_a_walk_ends_at_the_last_level():
    """Where that points on."""
    memory = {TABLES + 8 * i: pointing_to(TABLES) for i in range(4)}
    found = script.walk(reader(memory), atp(8, TABLES), 0)
    assert found.address is None and "another table" in found.reason and len(found.steps) == 3


@pytest.mark.parametrize("mode, guest, address, canonical", [
    (8, True, 1 << 41, False), (8, True, (1 << 41) - 1, True), (9, True, 1 << 50, False), (10, True, 1 << 59, False),
    (8, False, 1 << 38, False), (8, False, (1 << 38) - 1, True), (8, False, 0xffff_ffc0_0000_0000, True),
    (8, False, 0xffff_ff80_0000_0000, False), (9, False, 0xffff_8000_0000_0000, True),
])
def test_addresses_that_a_scheme_cannot_translate_are_said_to_be_such(mode, guest, address, canonical):
    """Zeros above a guest-physical address, the sign above a virtual one."""
    found = script.walk(reader({}), atp(mode, TABLES), address, guest=guest)
    assert ("cannot translate" in found.reason) != canonical


def test_bare_translates_to_itself_and_an_unknown_mode_to_nothing():
    """MODE 0, and one that is reserved."""
    assert script.walk(reader({}), 0, 0x1234).address == 0x1234
    assert script.walk(reader({}), atp(3, TABLES), 0x1234).address is None


def two_stage_memory():
    """Guest-physical 1 GiB to 2 GiB is in the tables' memory; the guest's own table lies at guest-physical 1 GiB +
    0x10000 and maps the virtual address 0 to guest-physical 1 GiB."""
    return {TABLES + 8: pointing_to(TABLES, RWX),  # stage 2: the second GiB
            TABLES + 0x1_0000: pointing_to(0x4000_0000, RWX)}


def test_a_guests_virtual_address_goes_through_both_stages():
    """The guest's tables are read through stage 2, too."""
    first, second = script.two_stages(reader(two_stage_memory()), atp(8, 0x4001_0000), atp(8, TABLES), 0x2345)
    assert first.address == 0x4000_2345 and [step.at for step in first.steps] == [0x4001_0000]
    assert second.address == TABLES + 0x2345


def test_a_guests_table_that_stage_2_does_not_map_is_named():
    """By its guest-physical address."""
    first, second = script.two_stages(reader(two_stage_memory()), atp(8, 0x1000), atp(8, TABLES), 0x2345)
    assert first.address is None and second is None
    assert "guest-physical 0x1000" in first.reason and "not valid" in first.reason


def test_a_walk_is_printed_with_each_entrys_place_target_and_flags():
    """One line an entry."""
    found = script.walk(reader(two_stage_memory()), atp(8, TABLES), 0x4000_0123, guest=True)
    lines = script.walk_lines(found, 0x4000_0123, "guest-physical", "physical")
    assert lines[0] == "guest-physical 0x40000123, Sv39x4"
    assert lines[1].split() == ["level", "2", "0x000080000008", "0x000000002000001f", "vrwxu...", "maps", "0x80000000"]
    assert lines[2] == "  physical 0x80000123"
    nowhere = script.walk(reader({}), atp(8, TABLES), 0, guest=True)
    assert script.walk_lines(nowhere, 0, "a", "b")[-1] == "  nowhere: the entry is not valid"


@pytest.mark.parametrize("written, next_index, expected", [
    (0, 0, []), (3, 3, [1, 2, 3]), (4, 0, [1, 2, 3, 4]), (4, 4, [1, 2, 3, 4]), (6, 2, [3, 4, 5, 6]),
])
def test_a_ring_is_shown_from_its_oldest_record(written, next_index, expected):
    """Whether it has wrapped or is not full yet."""
    ring = [(0, 0)] * 4
    for number in range(1, written + 1):
        ring[(number - 1) % 4] = (number, 0)
    assert [record[0] for record in script.oldest_first(ring, next_index)] == expected


@pytest.mark.parametrize("arguments, expected", [
    (["2"], (None, "2")), (["one/2"], ("one", "2")), (["one", "2"], ("one", "2")), (["one", "$n"], ("one", "$n")),
])
def test_a_vcpu_is_named_with_its_guest_or_without(arguments, expected):
    assert script.named_vcpu(arguments) == expected


def test_of_several_vcpus_none_is_taken():
    """And the reason says which there are."""
    assert script.the_one(["hart"], ["one/0"]) == "hart"
    with pytest.raises(LookupError, match="no hart runs such a vCPU"):
        script.the_one([], [])
    with pytest.raises(LookupError, match="say one/0 or two/0$"):
        script.the_one(["hart", "another"], ["one/0", "two/0"])


def debug(*commands, options=()):
    """Runs the command line that `run.sh --gdb` with these options prints, with these commands of gdb; returns what
    gdb wrote."""
    harness.build("gcc", "hypervisor")
    process = subprocess.Popen([harness.ROOT / "run.sh", *options, "--gdb"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    try:
        line = next(line for line in process.stderr if b"gdb-multiarch /" in line).decode()
        command = [*shlex.split(line), "-nx", "-batch"]
        for each in ("set pagination off", *commands, "kill"):
            command += ["-ex", each]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, check=False, timeout=harness.HANG_SECONDS)
        process.communicate(timeout=harness.HANG_SECONDS)
        return ended.stdout
    finally:
        process.kill()


def test_gdb_shows_the_built_in_guest_from_the_hypervisor_and_from_inside():
    """Its vCPU, where its memory really is, and its exits."""
    # sepc is where the guest goes on behind its call. The hypervisor has code there, too, but that has long run.
    output = debug("break handle_guest_call", "continue", "bulkhead harts", "bulkhead vcpu", "bulkhead exits",
                   "bulkhead stage2 0x80200000", "bulkhead walk 0x80200000", "bulkhead stage2 0x0", "delete",
                   "tbreak *$sepc", "continue", "bulkhead harts", "bulkhead vcpu 0", "bulkhead vcpu 1",
                   "bulkhead stage2")
    assert "thread 1: hart 0, in the hypervisor, runs vCPU 0 of guest hello\n" in output, output
    assert "guest hello, vCPU 0 on hart 0 (thread 1), in the hypervisor\n" in output, output
    assert re.search(r"^guest-physical 0x80200000, Sv\d+x4\n(  level .*\n)*  level .* vrwxu.ad maps 0x\w+\n"
                     r"  physical 0x\w+$", output, re.MULTILINE), output
    assert re.search(r"^guest-virtual 0x80200000, Bare\n  guest-physical 0x80200000$", output, re.MULTILINE), output
    assert "nowhere: the entry is not valid" in output, output
    # The call that it stands in is the last one in the ring: scause 10.
    assert re.search(r"^  0x\w{16}  0x000000000000000a  0x\w{16}  \d+$", output, re.MULTILINE), output
    assert "thread 1: hart 0, in the guest, runs vCPU 0 of guest hello\n" in output, output
    assert re.search(r"in the guest\n  pc +0x00000000802\w{5} ", output), output
    assert "no hart runs such a vCPU" in output and "bulkhead stage2 GPA [HGATP]" in output, output


def test_gdb_tells_the_vcpus_of_several_guests_apart():
    """Two of one guest and one of another, by the guest's name, and without it where no other has such a number."""
    image = harness.build("gcc", "hypervisor", "boot-guests") / "boot-guests/told.bin"
    options = [word for name, harts in (("one", 2), ("two", 1))
               for word in ("--guest", image, "--name", name, "--harts", str(harts), "--append", "counts:100")]
    output = debug("break handle_guest_call", "continue", "bulkhead harts", "bulkhead vcpu 0", "bulkhead exits 0",
                   "bulkhead vcpu 1", "bulkhead vcpu two/0", "bulkhead exits one 0", "bulkhead vcpu two/1",
                   options=options)
    runs = re.findall(r"^thread \d: hart (\d), in the .*, runs vCPU (\d of guest \w+)$", output, re.MULTILINE)
    assert sorted(what for _, what in runs) == ["0 of guest one", "0 of guest two", "1 of guest one"], output
    assert output.count("several guests have such a vCPU: say one/0 or two/0\n") == 2, output
    titles = re.findall(r"^guest (\w+), vCPU (\d) on hart (\d) \(thread \d\), in the \w+$", output, re.MULTILINE)
    # Which hart of the machine boots, and so is first, is left to the firmware.
    hart_of = {what: hart for hart, what in runs}
    assert titles == [(guest, vcpu, hart_of[f"{vcpu} of guest {guest}"])
                      for guest, vcpu in (("one", "1"), ("two", "0"), ("one", "0"))], output
    assert output.count("no hart runs such a vCPU") == 1, output


def test_gdb_says_whose_an_address_is():
    """A guest's memory and where the guest sees it, the heap, free memory, what is no memory, and all of it."""
    output = debug("bulkhead owner 0x86800000", "break handle_guest_call", "continue", "bulkhead owner 0x86801234",
                   "bulkhead owner 0x80400000", "bulkhead owner 0x80200000", "bulkhead owner 0x86c00000",
                   "bulkhead owner 0x70000000", "bulkhead owner")
    assert "still booting" in output, output
    assert "physical 0x86801234: guest hello (memory), 0x86800000..0x86c00000\n" \
           "  guest hello sees it at 0x80001234, read write execute\n" in output, output
    assert "physical 0x80400000: the hypervisor (heap), " in output, output
    assert "physical 0x80200000: the hypervisor (image), 0x80200000.." in output, output
    assert "physical 0x86c00000: nobody (free), 0x86c00000.." in output, output
    assert "physical 0x70000000: nobody\n" in output, output
    assert re.search(r"^0x000086800000\.\.0x000086c00000  guest hello \(memory\)$", output, re.MULTILINE), output
    assert "\nhart 0: guest hello\n" in output and "\ninterrupt 10: the hypervisor\n" in output, output
