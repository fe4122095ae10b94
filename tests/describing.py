"""Makes partition descriptions of guests that shut themselves down at once."""

import struct
import subprocess

# [sbi] System Reset: lui a7, 0x53525; addi a7, a7, 0x354 (SRST); li a6, 0; li a0, 0 (shutdown); li a1, 0; ecall
SHUTS_DOWN = struct.pack("<6I", 0x535258b7, 0x35488893, 0x813, 0x513, 0x593, 0x73)
MEMORY = "memory = <0 0x400000>;"


def source(*names, more=MEMORY):
    """The source of such guests, each with one hart and these properties."""
    guests = "".join(f"    {name} {{ {more} kernel = [{SHUTS_DOWN.hex()}]; }};\n"
                     for name in names)
    return f'/dts-v1/;\n/ {{\n    compatible = "bulkhead,partitions";\n{guests}}};\n'


def blob(folder, *names, more=MEMORY):
    """The file in this folder that dtc makes of it."""
    made = folder / "system.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", made, "-"], input=source(*names, more=more),
                   text=True, check=True)
    return made
