"""What a guest's operations cost: runs tests/bench/guests/exits.cpp under the hypervisor and natively."""

import pathlib
import re
import subprocess
import tempfile

from programs import ROOT, NotMeasured, qemu_version, run

# The machine has room for the guest's 128 MiB, the hypervisor and what QEMU loads.
MACHINE = ["-M", "virt", "-m", "512M", "-smp", "1", "-display", "none", "-monitor", "none", "-no-reboot", "-icount",
           "shift=0", "-serial", "stdio"]
WITHOUT_SSTC = "rv64,sstc=off"
HANG_SECONDS = 300


def describe(guest, folder):
    """The partition description of a guest of 128 MiB."""
    source, blob = folder / "guest.dts", folder / "guest.dtb"
    source.write_text(run([ROOT / "tools/describe-guest.sh", "name=bench", "harts=1", "memory=128", "on-fault=stop",
                           f"kernel={guest}", f"kernel-size={guest.stat().st_size}"]), encoding="utf-8")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source])
    return blob


def lines_of(command):
    """What a machine prints, from its start to its end."""
    output = run(command, stdin=subprocess.DEVNULL, timeout=HANG_SECONDS).replace("\r", "\n")
    if not re.search(r"^PASS exits$", output, re.MULTILINE):
        raise NotMeasured(f"{' '.join(map(str, command))}: the guest fails:\n{output[-2000:]}")
    return output


def numbers_in(output):
    """The lines `bench: NAME VALUE of N`."""
    found = re.findall(r"^bench: ([\w-]+) (\d+)(?: of (\d+))?$", output, re.MULTILINE)
    return {name: int(value) / int(of or 1) for name, value, of in found}


def operations_on(qemu, hypervisor, guest, blob):
    """Instructions per operation on one QEMU, and the hypervisor's own memory in bytes."""
    as_guest = [qemu, *MACHINE, "-kernel", hypervisor, "-initrd", blob]
    natively = [qemu, *MACHINE, "-kernel", guest, "-cpu", f"{WITHOUT_SSTC},h=off"]
    output = lines_of([*as_guest, "-cpu", "rv64"])
    numbers = numbers_in(output)
    without = numbers_in(lines_of([*as_guest, "-cpu", WITHOUT_SSTC]))
    firmware = numbers_in(lines_of(natively))
    for name in ("set-timer", "timer-due"):
        numbers[f"{name}-without-sstc"] = without[name] - firmware[name]
    own = re.search(r"^hypervisor: (\d+) KiB of image, (\d+) bytes of heap$", output, re.MULTILINE)
    if own:
        numbers["memory"] = int(own[1]) * 1024 + int(own[2])
    return numbers


def measure_operations(qemus, where):
    """Of several QEMUs the larger number, but for device registers: QEMU 10 gives the instruction in htinst, and
    with 7.2 it is fetched."""
    guest = where / "bench-guests/exits.bin"
    worst = {}
    with tempfile.TemporaryDirectory() as folder:
        blob = describe(guest, pathlib.Path(folder))
        for qemu in qemus:
            suffix = "-given" if qemu_version(qemu) >= (10, 0) else "-fetched"
            for name, value in operations_on(qemu, where / "hypervisor.bin", guest, blob).items():
                key = name + suffix if name.startswith(("plic", "uart")) else name
                worst[key] = max(value, worst.get(key, 0))
    return worst
