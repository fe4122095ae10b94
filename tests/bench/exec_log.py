"""A machine of QEMU's whose log has a line for each instruction, from where a debugger has turned it on."""

import contextlib
import pathlib
import subprocess
import tempfile

from gdb_remote import Remote
from programs import NotMeasured, qemu_version

OPTIONS = ["-display", "none", "-monitor", "none", "-no-reboot", "-seed", "1", "-serial", "null"]


def one_instruction_at_a_time(qemu):
    """The option by which this QEMU translates, and so logs, each instruction by itself."""
    return ["-accel", "tcg,one-insn-per-tb=on"] if qemu_version(qemu) >= (8, 1) else ["-singlestep"]


@contextlib.contextmanager
def stopped_machine(qemu, options):
    """A machine that stands still, the debugger's connection to it, and its log."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        gdb = pathlib.Path(folder, "gdb")
        machine = subprocess.Popen(
            [qemu, *OPTIONS, *one_instruction_at_a_time(qemu), *options, "-S", "-gdb",
             f"unix:{gdb},server=on,wait=off"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="latin-1")
        stack.callback(machine.wait)
        stack.callback(machine.kill)
        try:
            remote = Remote(gdb)
            stack.callback(remote.close)
            yield remote, machine.stderr
        except (OSError, EOFError) as error:
            raise NotMeasured(f"{' '.join(map(str, options))}: {error}") from error


def program_counter(entry):
    """Of a line of the log: `Trace CPU: HOST [CS_BASE/PC/FLAGS/CFLAGS] SYMBOL`."""
    return int(entry.split("/", 2)[1], 16)


def hart_of(entry):
    """Of the same line: QEMU's number of the hart."""
    return int(entry[6:entry.index(":")])
