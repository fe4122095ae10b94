"""What the hypervisor's own boot costs, in instructions: to its second line, and to its guest's first one."""

from exec_log import program_counter, stopped_machine
from programs import NotMeasured, code_ranges

ENTRY = 0x80200000
GUEST_ENTRY = 0x80200000  # of the built-in guest: docs/partitions.md
LAST_LINE = "v = ['a', 'b', 'c']"
MACHINE = ["-M", "virt", "-m", "128M", "-smp", "1"]
# What copies images and scrubs memory: its cost is the guest's size, and not that of the start.
COPYING = ("hv::mm::copy_block", "hv::mm::zero_block", "hv::arch::zero_by_blocks")


def read_log(entries, ranges):
    """Counts in QEMU's log: to the store of LAST_LINE's newline to the UART; to the guest's first instruction, the
    second one at ENTRY; and those of them that are in `ranges`."""
    count, copying, line, last, last_line_at = 0, 0, "", 0, None
    for entry in entries:
        if entry.startswith("Trace "):
            last = program_counter(entry)
            if last == GUEST_ENTRY and count > 0:
                return {"boot": last_line_at, "entry-all": count, "entry": count - copying}
            count += 1
            copying += any(start <= last < end for start, end in ranges)
        elif entry.startswith("Stopped execution"):
            count -= 1  # logged, and then not executed: an interrupt came first
            copying -= any(start <= last < end for start, end in ranges)
        elif entry.startswith("serial_write write addr 0x00 "):
            character = chr(int(entry.split()[-1], 16))
            if character == "\n" and line.rstrip("\r") == LAST_LINE and last_line_at is None:
                last_line_at = count
            line = "" if character == "\n" else line + character
    raise NotMeasured("the machine ended before its guest's first instruction")


def measure_boot(qemu, image):
    """Instructions from the kernel's first one, the firmware's part included.

    QEMU's log has an entry for each instruction, and one for each store to the UART. So nothing is added to the
    kernel, and the count is the one that `-icount shift=0` keeps. The firmware's own start is not logged: the
    debugger's connection stops the machine at the kernel's entry, and turns the log on there.
    """
    ranges = code_ranges(image.with_suffix(".elf"), *COPYING)
    with stopped_machine(qemu, [*MACHINE, "-kernel", image]) as (remote, log):
        remote.run_to(ENTRY)
        remote.monitor("log exec,nochain,trace:serial_write")
        remote.run_on()
        return read_log(log, ranges)
