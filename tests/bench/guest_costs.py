"""What a guest's operations cost: runs tests/bench/guests/exits.cpp under the hypervisor and natively."""

import pathlib
import re
import subprocess
import tempfile
import threading

from programs import ROOT, NotMeasured, qemu_version, run

# The machine has room for the guest's 128 MiB, the hypervisor and what QEMU loads.
MACHINE = ["-M", "virt", "-m", "512M", "-display", "none", "-monitor", "none", "-no-reboot", "-icount",
           "shift=0", "-serial", "stdio"]
WITHOUT_SSTC = "rv64,sstc=off"
HANG_SECONDS = 300


def describe(guest, folder):
    """The partition description of a guest of 128 MiB."""
    source, blob = folder / "guest.dts", folder / "guest.dtb"
    source.write_text(run([ROOT / "tools/describe-guests.sh", "name=bench", "harts=1", "memory=128", "on-fault=stop",
                           f"kernel={guest}", f"kernel-size={guest.stat().st_size}"]), encoding="utf-8")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source])
    return blob


# A guest that does nothing, for ever: `wfi` and a jump back to it.
SLEEPER = bytes.fromhex("73005010" "6ff0dfff")
SLEEPERS = 3


def describe_with_sleepers(guest, folder):
    """The same guest, and SLEEPERS others, each on a hart of its own."""
    source, blob = folder / "guests.dts", folder / "guests.dtb"
    sleepers = "".join(f"sleeper{i} {{ memory = /bits/ 64 <{4 << 20}>; kernel = [{SLEEPER.hex()}]; }};\n"
                       for i in range(SLEEPERS))
    source.write_text(f"""/dts-v1/;
/ {{
    compatible = "bulkhead,partitions";
    bench {{ memory = /bits/ 64 <{128 << 20}>; kernel = /incbin/("{guest}"); }};
    {sleepers}
}};
""", encoding="utf-8")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source])
    return blob


def lines_until_pass(command):
    """What a machine prints until its first guest is through; the sleepers then go on without end."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace") as machine:
        hang = threading.Timer(HANG_SECONDS, machine.kill)
        hang.start()
        output = ""
        for line in machine.stdout:
            output += line
            if re.match(r"PASS exits$", line):
                machine.kill()
        hang.cancel()
    return checked(output, command)


def checked(output, command):
    """The output of a guest that has passed."""
    if not re.search(r"^PASS exits$", output, re.MULTILINE):
        raise NotMeasured(f"{' '.join(map(str, command))}: the guest fails:\n{output[-2000:]}")
    return output


def lines_of(command):
    """What a machine prints, from its start to its end."""
    output = run(command, stdin=subprocess.DEVNULL, timeout=HANG_SECONDS).replace("\r", "\n")
    return checked(output, command)


def numbers_in(output):
    """The lines `bench: NAME VALUE of N`."""
    found = re.findall(r"^bench: ([\w-]+) (\d+)(?: of (\d+))?$", output, re.MULTILINE)
    return {name: int(value) / int(of or 1) for name, value, of in found}


def largest_difference(numbers, others):
    """By how much the first ones are apart from what the others are, at most."""
    return max(abs(value - others[name]) for name, value in numbers.items())


def operations_on(qemu, hypervisor, guest, folder):
    """Instructions per operation on one QEMU, and the hypervisor's own memory in bytes."""
    machine = [qemu, *MACHINE, "-kernel", hypervisor]
    as_guest = [*machine, "-initrd", describe(guest, folder)]
    among_others = [*machine, "-smp", SLEEPERS + 1, "-initrd", describe_with_sleepers(guest, folder)]
    natively = [qemu, *MACHINE, "-kernel", guest, "-cpu", f"{WITHOUT_SSTC},h=off"]
    output = lines_of([*as_guest, "-cpu", "rv64"])
    numbers = numbers_in(output)
    without = numbers_in(lines_of([*as_guest, "-cpu", WITHOUT_SSTC]))
    crowded = numbers_in(lines_until_pass([*map(str, among_others), "-cpu", "rv64"]))
    crowded_without = numbers_in(lines_until_pass([*map(str, among_others), "-cpu", WITHOUT_SSTC]))
    # With Sstc a timer that is due is no exit, and its number is where in a loop of two instructions it comes.
    del crowded["timer-due"]
    apart = max(largest_difference(crowded, numbers), largest_difference(without, crowded_without))
    firmware = numbers_in(lines_of(natively))
    for name in ("set-timer", "timer-due"):
        numbers[f"{name}-without-sstc"] = without[name] - firmware[name]
    numbers["crowd"] = apart
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
        for qemu in qemus:
            suffix = "-given" if qemu_version(qemu) >= (10, 0) else "-fetched"
            for name, value in operations_on(qemu, where / "hypervisor.bin", guest, pathlib.Path(folder)).items():
                key = name + suffix if name.startswith(("plic", "uart")) else name
                worst[key] = max(value, worst.get(key, 0))
    return worst
