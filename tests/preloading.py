"""Boots the hypervisor by way of preloader.S: on any hart, with any device tree, or with none."""

import subprocess

import harness

# All in RAM that neither the firmware nor, on a machine with 128 MiB, the hypervisor's heap reaches.
PRELOADER_AT = 0x87000000
TREE_AT = 0x87100000
ZEROES_AT = 0x87200000


def _build(folder, symbols):
    elf = folder / "preloader.elf"
    subprocess.run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", "-fno-pic", "-march=rv64imac_zifencei",
                    "-mabi=lp64", "-mcmodel=medany", "-o", elf, harness.ROOT / "tests/boot/preloader.S",
                    # One segment, which starts with the first instruction.
                    f"-Wl,-N,-Ttext={PRELOADER_AT:#x},--build-id=none,--no-warn-rwx-segments",
                    *(f"-Wa,--defsym,{name}={value:#x}" for name, value in symbols.items())], check=True)
    return elf


def _load(file, address):
    path = str(file).replace(",", ",,")  # as QEMU wants a comma inside a value
    return ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]


def arguments(hypervisor, scratch, *, hart=None, tree=None, blob=None):
    """QEMU's arguments, with -kernel, for a flat image that is entered on this hart (or the firmware's), with this
    address in a1 (or the firmware's), or with that of a blob. `scratch` is a folder of the test's own."""
    symbols = {} if hart is None else {"HART": hart}
    extra = _load(hypervisor, 0x80200000)
    if blob:
        tree = TREE_AT
        extra += _load(blob, TREE_AT)
    if tree is not None:
        symbols["TREE"] = tree
    return ["-kernel", _build(scratch, symbols), *extra]
