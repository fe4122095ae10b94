"""What it takes to interrupt another hart: runs tests/bench/guests/rings.cpp as two guests of one machine."""

import pathlib
import re
import subprocess
import tempfile

from programs import NotMeasured, run

MACHINE = ["-cpu", "rv64", "-m", "512M", "-smp", "3", "-display", "none", "-monitor", "none", "-no-reboot",
           "-icount", "shift=0", "-serial", "stdio"]
HANG_SECONDS = 300

DESCRIPTION = """/dts-v1/;
/ {{
    compatible = "bulkhead,partitions";
    ringer {{
        harts = <2>;
        memory = /bits/ 64 <0x1000000>;
        bootargs = "ringer";
        kernel = /incbin/("{guest}");
    }};
    listener {{
        memory = /bits/ 64 <0x1000000>;
        bootargs = "listener";
        kernel = /incbin/("{guest}");
    }};
    bell {{
        compatible = "bulkhead,shared-memory";
        size = /bits/ 64 <0x1000>;
        writers = "ringer", "listener";
    }};
}};
"""


def measure_rings(qemus, where):
    """Of several QEMUs the larger numbers: instructions of both harts, from the store or the call of one to the first
    instruction of the other's handler. The harts run in turn, so that this is work, and no time: part of it would be
    done at once on a machine where they run side by side. On a machine whose harts interrupt each other by a store,
    and on one where the firmware does it."""
    worst = {}
    with tempfile.TemporaryDirectory() as folder:
        source, blob = pathlib.Path(folder) / "system.dts", pathlib.Path(folder) / "system.dtb"
        source.write_text(DESCRIPTION.format(guest=where / "bench-guests/rings.bin"), encoding="utf-8")
        run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source])
        for qemu, machine in [(qemu, machine) for qemu in qemus for machine in ("virt", "virt,aclint=on")]:
            suffix = "" if machine.endswith("aclint=on") else "-by-firmware"
            output = run([qemu, "-M", machine, *MACHINE, "-kernel", where / "hypervisor.bin", "-initrd", blob],
                         stdin=subprocess.DEVNULL, timeout=HANG_SECONDS).replace("\r", "\n")
            found = re.findall(r"bench: ([\w-]+) (\d+) of (\d+)$", output, re.MULTILINE)
            if len(found) != 2 or "FAIL" in output:
                raise NotMeasured(f"{qemu}: the guests that ring each other fail:\n{output[-2000:]}")
            for name, value, of in found:
                worst[name + suffix] = max(int(value) / int(of), worst.get(name + suffix, 0))
    return worst
