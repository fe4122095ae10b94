#!/usr/bin/python3
"""Draws the picture of the hypervisor's memory from the symbols of the linked image.

    tools/memory-map.py [ELF]                print it (ELF: build/gcc/hypervisor.elf)
    tools/memory-map.py [ELF] --write FILE   put it between the markers in FILE
    tools/memory-map.py [ELF] --check FILE   fail unless what stands there is current

The markers are lines that say <!-- memory-map --> and <!-- /memory-map -->.
"""

import argparse
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- memory-map -->", "<!-- /memory-map -->"
RAM = 0x80000000
BOX = 48

# What lies between two symbols, lowest address first: (from, to, what, permissions, remark). An end that is None is
# one that the image does not say. A row starts where the one before it ends.
ROWS = (
    (RAM, "__image_start", "firmware (OpenSBI)", "", "closed to us by the firmware"),
    ("__image_start", "__text_end", "text", "R-X", "Image header, boot stub, code"),
    ("__text_end", "__rodata_end", "read-only data", "R--", "strings, tables"),
    ("__rodata_end", "__image_end", "data, BSS", "RW-", "BSS is zeroed by the boot stub"),
    ("__image_end", "__trap_stack_bottom", "guard page", "---", ""),
    ("__trap_stack_bottom", "__trap_stack_top", "trap stack of the boot hart", "RW-", ""),
    ("__trap_stack_top", "__stack_bottom", "guard page", "---", ""),
    ("__stack_bottom", "__stack_top", "stack of the boot hart", "RW-", ""),
    ("__stack_top", "__heap", "nothing", "---", "up to 2 MiB, for large pages"),
    ("__heap", "__heap_end", "heap", "RW-", "all that is built at boot"),
    ("__heap_end", None, "the rest of RAM", "", "device tree, initrd, guests"),
)


class Failure(Exception):
    """What the user is told, in one line."""


def symbols(path):
    """The symbols of a little-endian ELF64 file, by name."""
    try:
        image = path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}; build it with: cmake --preset gcc && cmake --build --preset gcc")
    if image[:6] != b"\x7fELF\x02\x01":
        raise Failure(f"{path}: not a little-endian ELF64 file")
    offset, = struct.unpack_from("<Q", image, 0x28)
    entry_size, count = struct.unpack_from("<HH", image, 0x3A)
    # sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info, sh_addralign, sh_entsize
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, offset + i * entry_size) for i in range(count)]
    found = {}
    for section in sections:
        if section[1] != 2:  # SHT_SYMTAB
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", image, at)
            start = names + name
            found[image[start : image.index(b"\0", start)].decode()] = value
    return found


def size_text(size):
    """In the largest binary unit that leaves no fraction."""
    for unit, shift in (("MiB", 20), ("KiB", 10)):
        if size >= 1 << shift and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    return f"{size} B"


def picture(path):
    """The lines of the picture, from the image at `path`."""
    table = symbols(path)

    def address(place):
        if place is None or isinstance(place, int):
            return place
        if place not in table:
            raise Failure(f"{path}: has no symbol {place}")
        return table[place]

    lines, end = [], RAM
    for first, last, what, permissions, remark in ROWS:
        start, stop = address(first), address(last)
        if start != end:
            raise Failure(f"{path}: {what} should start at {end:#x}, where the row above ends, not at {start:#x}")
        if stop is not None and stop <= start:
            raise Failure(f"{path}: {what} ends at {stop:#x}, not above its start at {start:#x}")
        end = stop
        size = "" if stop is None else size_text(stop - start)
        name = "" if isinstance(first, int) else first
        lines.append(f"{start:#010x}  +{'-' * BOX}+  {name}")
        lines.append(f"            | {what:<{BOX - 16}}{permissions:3}{size:>11} |  {remark}")
    lines.append(f"            .{' ' * BOX}.")
    return [line.rstrip() for line in lines]


def between_markers(path):
    """What stands before, between and behind the markers of a document."""
    text = path.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Failure(f"{path}: needs the lines {BEGIN} and {END}, once each and in this order")
    before, rest = text.split(BEGIN)
    middle, behind = rest.split(END)
    return before + BEGIN, middle, END + behind


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("elf", nargs="?", type=pathlib.Path, default=ROOT / "build/gcc/hypervisor.elf")
    parser.add_argument("--check", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--write", metavar="FILE", type=pathlib.Path)
    options = parser.parse_args()
    lines = picture(options.elf)
    if not (options.check or options.write):
        print("\n".join(lines))
        return
    block = "\n```text\n" + "\n".join(lines) + "\n```\n"
    if options.write:
        before, _, behind = between_markers(options.write)
        options.write.write_text(before + block + behind, encoding="utf-8")
    if options.check and between_markers(options.check)[1] != block:
        raise Failure(f"{options.check}: the memory map is out of date; run: tools/memory-map.py {options.elf} "
                      f"--write {options.check}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"memory-map: {failure}")
