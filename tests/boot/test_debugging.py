"""What helps to find a bug: gdb, and the backtrace with names and lines."""

import os
import re
import shlex
import socket
import struct
import subprocess

import harness
import pytest


def packet(text):
    """A packet of gdb's remote protocol."""
    return f"${text}#{sum(text.encode()) & 0xff:02x}".encode()


def test_gdb_waits_and_prints_the_command_to_type():
    """The machine runs when gdb lets it; here a test speaks gdb's protocol on the socket that the command names."""
    harness.build("gcc", "hypervisor")
    process = subprocess.Popen([harness.ROOT / "run.sh", "--gdb"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        command = next(line for line in process.stderr if b"gdb-multiarch /" in line).decode()
        words = shlex.split(command)
        assert words[:2] == ["gdb-multiarch", str(harness.ROOT / "build/gcc/hypervisor.elf")]
        (remote,) = [word for word in words if word.startswith("target remote ")]
        with socket.socket(socket.AF_UNIX) as gdb:
            connect(gdb, remote.removeprefix("target remote "))
            gdb.sendall(b"+" + packet("?"))
            assert re.search(rb"\$[TS]05", receive(gdb)), "not stopped before its first instruction"
            gdb.sendall(b"+" + packet("c"))
            output, _ = process.communicate(timeout=harness.HANG_SECONDS)
        harness.assert_boots(harness.Run(process.returncode, harness.plain_text(output)))
    finally:
        process.kill()


def connect(gdb, path):
    """Connects to a socket that QEMU may not have made yet."""
    for _ in range(200):
        try:
            gdb.connect(path)
            return
        except (FileNotFoundError, ConnectionRefusedError):
            subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail(f"nobody listens at {path}")


def receive(gdb):
    """Reads until a whole packet has come."""
    data = b""
    while not re.search(rb"\$.*#..", data):
        data += gdb.recv(4096)
    return data


LINKED_AT = 0x80200000


@pytest.mark.parametrize("toolchain", ["gcc", "clang"])
@pytest.mark.parametrize("build_type", ["Release", "Debug"])
def test_a_panic_is_printed_again_with_function_names_and_lines(toolchain, build_type, tmp_path):
    """The kernel is given an illegal instruction at the start of a function, and panics there."""
    folder = harness.build(toolchain + ("-debug" if build_type == "Debug" else ""), "hypervisor")
    symbols = subprocess.run(["riscv64-linux-gnu-nm", "-C", folder / "hypervisor.elf"], capture_output=True,
                             text=True, check=True).stdout
    ((address, function),) = re.findall(r"^(\w+) . (hv::fdt::Tree::open\(.*\))$", symbols, re.MULTILINE)
    image = bytearray((folder / "hypervisor.bin").read_bytes())
    offset = int(address, 16) - LINKED_AT
    image[offset:offset + 4] = bytes(4)
    broken = tmp_path / "broken.bin"
    broken.write_bytes(image)

    run = harness.run_sh("--toolchain", toolchain, "--build-type", build_type, "--", "-kernel", broken)
    assert run.status == 1, str(run)
    harness.assert_in_order(run, [r"^panic: ", r"^  backtrace:$", rf"^    #0 0x{address}$", r"^    #1 0x"])
    frames = run.errors[run.errors.index("  backtrace:"):].splitlines()[1:]
    place = r"    #\d+ 0x\w{16} in %s at src/%s:\d+"
    assert re.fullmatch(place % (re.escape(function), r"fdt/open\.cpp"), frames[0]), str(run)
    assert any(re.fullmatch(place % ("main", r"main\.cpp"), frame) for frame in frames), str(run)


def test_symbolize_names_the_callers_line_and_not_the_next_one(tmp_path):
    """A return address lies behind its call, here on another line."""
    source = tmp_path / "calls.c"
    source.write_text("void callee(void);\nvoid caller(void)\n{\n    callee();\n    callee();\n}\n"
                      "__attribute__((noinline)) void callee(void)\n{\n    __asm__ volatile(\"\");\n}\n",
                      encoding="utf-8")
    elf = tmp_path / "calls.elf"
    subprocess.run(["riscv64-linux-gnu-gcc", "-g", "-Og", "-nostdlib", "-static", "-fno-pic", "-mcmodel=medany",
                    "-Wl,-e,caller", "-fno-optimize-sibling-calls", "-o", elf, source], check=True)
    code = subprocess.run(["riscv64-linux-gnu-objdump", "-d", "--no-show-raw-insn", elf], capture_output=True,
                          text=True, check=True).stdout
    first_return = re.search(r"callee>\n\s+([0-9a-f]+):", code)[1]
    log = f"panic: x\n  backtrace:\n    #0 {int(first_return, 16):#018x}\n"
    named = subprocess.run([harness.ROOT / "tools/symbolize.sh", elf], input=log, capture_output=True, text=True,
                           check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    assert re.search(r"#0 0x[0-9a-f]{16} in caller at .*calls\.c:4$", named, re.MULTILINE), named


CRASH = """
__attribute__((noinline)) void inner(unsigned long n)
{
    __asm__ volatile("csrw stvec, %0" : : "r"(0x40000000));
    *(volatile unsigned long *)n = 1;
    __asm__ volatile("");
}
__attribute__((noinline)) void outer(unsigned long n)
{
    inner(n);
    inner(n + 8);
}
__asm__(".globl _start\\n_start: li sp, 0x80280000\\n li s0, 0\\n li a0, 0x1000\\n call outer\\n");
"""


def build_crash(folder, name, *options):
    """A guest that crashes in inner, which outer has called on line 10."""
    source, elf = folder / "crash.c", folder / name
    source.write_text(CRASH, encoding="utf-8")
    subprocess.run(["riscv64-linux-gnu-gcc", "-g", "-Og", "-fno-omit-frame-pointer", "-nostdlib", "-static", "-no-pie",
                    "-fno-pic", "-mcmodel=medany", "-fno-optimize-sibling-calls", "-Wl,-Ttext=0x80200000",
                    "-Wl,--build-id=none", *options, "-o", elf, source], check=True)
    return elf


def test_a_guests_crash_is_printed_again_with_function_names_and_lines(tmp_path):
    """Of the guest whose kernel is an ELF file with symbols; of the other nothing can be said."""
    stripped = build_crash(tmp_path, "stripped", "-s")
    run = harness.run_sh("--guest", stripped, "--memory", "16M", "--guest", build_crash(tmp_path, "crash.elf"),
                         "--name", "a.b", "--memory", "16M", "--on-fault", "restart", "--restart-limit", "1")
    assert run.status == 1 and run.serial.count(", vCPU 0: stopped: a crash loop") == 3, str(run)
    lines = run.errors.splitlines()
    assert len(lines) == 6 and lines[:3] == lines[3:], str(run)
    assert lines[0].startswith("guest a.b, vCPU 0: stopped: a crash loop: "), str(run)
    assert re.fullmatch(r"    0x\w{16}, original pc in inner at .*/crash\.c:5", lines[1]), str(run)
    assert re.fullmatch(r"    0x\w{16}, ra in outer at .*/crash\.c:10", lines[2]), str(run)


def test_symbolize_knows_a_guest_that_runs_without_translation_elsewhere_than_linked(tmp_path):
    """By the physical addresses of its segments; and a report may follow on another."""
    elf = build_crash(tmp_path, "crash.elf")
    symbols = subprocess.run(["riscv64-linux-gnu-nm", elf], capture_output=True, text=True, check=True).stdout
    address = int(re.search(r"^(\w+) T inner$", symbols, re.MULTILINE)[1], 16)
    image = bytearray(elf.read_bytes())
    (headers,), (count,) = struct.unpack_from("<Q", image, 32), struct.unpack_from("<H", image, 56)
    for at in range(headers, headers + 56 * count, 56):
        (physical,) = struct.unpack_from("<Q", image, at + 24)
        struct.pack_into("<Q", image, at + 24, max(physical - 0x1000000, 0))
    moved = tmp_path / "moved.elf"
    moved.write_bytes(image)
    source = f'/dts-v1/; / {{ one {{ kernel = /incbin/("{moved}"); }}; two {{ kernel = /incbin/("{elf}"); }}; }};'
    blob = tmp_path / "system.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob], input=source, text=True, check=True)
    log = "".join(f"guest {name}, vCPU 0: stopped: x\r\n  mode: VS, at pc {at:#018x}\r\n"
                  for name, at in [("one", address - 0x1000000), ("one", address), ("two", address),
                                   ("two", address - 0x1000000), ("three", address)])
    named = subprocess.run([harness.ROOT / "tools/symbolize.sh", elf, blob], input=log, capture_output=True, text=True,
                           check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    assert [line.split(",")[0] for line in named.splitlines()] == [
        "guest one", f"    {address - 0x1000000:#018x}", "guest one", f"    {address:#018x}", "guest two",
        f"    {address:#018x}"], named
    assert named.count("pc in inner at ") == 3, named
