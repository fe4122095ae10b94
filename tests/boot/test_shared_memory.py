"""Guests of one description that share memory and ring each other: tests/guests/shared."""

import re
import subprocess

import harness
import pytest

MIB = 1 << 20


def guest(name, qemu, image, harts=1):
    """A guest's node; its bootargs begin with its name."""
    return f"""
    {name} {{
        harts = <{harts}>;
        memory = /bits/ 64 <{16 * MIB}>;
        bootargs = "{name} {qemu}";
        kernel = /incbin/("{image}");
    }};"""


def region(name, size, writers, readers=()):
    """A shared region's node."""
    def strings(names):
        return ", ".join(f'"{each}"' for each in names)
    reads = f"\n        readers = {strings(readers)};" if readers else ""
    return f"""
    {name} {{
        compatible = "bulkhead,shared-memory";
        size = /bits/ 64 <{size}>;
        writers = {strings(writers)};{reads}
    }};"""


def boot(folder, qemu, cpu, nodes, harts, more=()):
    """Runs a machine with such a description to its end."""
    source, blob = folder / "system.dts", folder / "system.dtb"
    source.write_text('/dts-v1/;\n/ {\n    compatible = "bulkhead,partitions";' + "".join(nodes) + "\n};\n",
                      encoding="utf-8")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    hypervisor = harness.build("gcc", "hypervisor", "guest-tests") / "hypervisor.bin"
    return harness.boot(harness.qemu_program(qemu), hypervisor, smp=harts, ram="512M",
                        extra=["-cpu", cpu, "-initrd", blob, *more])


def program(name):
    """The image of a program of tests/guests/shared."""
    return harness.build("gcc", "hypervisor", "guest-tests") / "guest-tests" / f"{name}.bin"


def assert_passed(run):
    """A guest in which something failed has shut down for that reason, which the machine's status says."""
    assert "FAIL" not in run.serial and "panic" not in run.serial and "stopped" not in run.serial, str(run)
    assert run.status == 0, str(run)


@pytest.mark.parametrize("cpu", ["rv64", "rv64,sstc=off"])
@pytest.mark.parametrize("qemu", [harness.QEMU_7, harness.QEMU_10])
def test_two_guests_pass_a_thousand_messages_beside_a_third(tmp_path, qemu, cpu):
    image = program("messages_pass_between_guests")
    run = boot(tmp_path, qemu, cpu, [
        guest("ping", qemu, image, 2), guest("pong", qemu, image), guest("stranger", qemu, image),
        region("mailbox", 0x3000, ["ping", "pong"]), region("board", 4 * MIB, ["ping"], ["pong"])], 4)
    assert_passed(run)


@pytest.mark.parametrize("cpu", ["rv64", "rv64,sstc=off"])
@pytest.mark.parametrize("qemu", [harness.QEMU_7, harness.QEMU_10])
def test_a_member_may_be_rung_while_it_restarts_and_after_its_end(tmp_path, qemu, cpu):
    image = program("a_member_may_restart_or_end")
    run = boot(tmp_path, qemu, cpu, [
        guest("keeper", qemu, image), guest("phoenix", qemu, image),
        region("nest", 0x1000, ["keeper", "phoenix"])], 2)
    assert_passed(run)
    assert len([line for line in run.lines if "guest phoenix: restarting" in line]) == 20, str(run)


def test_a_region_is_zero_at_boot_whatever_was_in_memory(tmp_path):
    """ping looks at every word of its board."""
    image, qemu, junk = program("messages_pass_between_guests"), harness.QEMU_10, tmp_path / "junk"
    junk.write_bytes(b"\xa5" * (64 * MIB))
    start = 0x86600000
    run = boot(tmp_path, qemu, "rv64", [
        guest("ping", qemu, image, 2), guest("pong", qemu, image),
        region("mailbox", 0x3000, ["ping", "pong"]), region("board", 4 * MIB, ["ping"], ["pong"])], 3,
               ["-device", f"loader,file={junk},addr={start},force-raw=on"])
    assert_passed(run)
    places = [int(place, 16) for place in re.findall(r"^guest \w+: .* of memory at (0x\w+)", run.serial, re.MULTILINE)]
    assert places and all(start + 6 * MIB <= place < start + 64 * MIB for place in places), str(run)


@pytest.mark.parametrize("qemu", [harness.QEMU_7, harness.QEMU_10])
def test_a_flood_of_rings_slows_its_maker_only(tmp_path, qemu):
    """By instructions, so that lateness is exact."""
    image = program("a_flood_of_rings_slows_its_maker_only")
    run = boot(tmp_path, qemu, "rv64", [
        guest("calm", qemu, image), guest("flood", qemu, image), region("bell", 0x1000, ["calm", "flood"])], 2,
               ["-icount", "shift=0"])
    assert_passed(run)
    assert re.search(r"worst \d+ ticks", run.serial), str(run)


def test_a_machine_without_room_for_a_region_starts_no_guest(tmp_path):
    image = program("a_member_may_restart_or_end")
    qemu = harness.QEMU_7
    run = boot(tmp_path, qemu, "rv64", [
        guest("keeper", qemu, image), guest("phoenix", qemu, image),
        *(region(f"nest{n}", 64 * MIB, ["keeper", "phoenix"]) for n in range(8))], 2)
    harness.assert_in_order(run, [r"^cannot boot: nest\d/size: is 64 MiB in one piece, "])
    assert "guest keeper" not in run.serial
    assert run.status == 1, str(run)
