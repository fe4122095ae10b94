"""A program that stands in for QEMU under run.sh, and notes what it is given."""

import shlex
import subprocess

import harness


class Noter:
    """A program in QEMU's place that keeps its arguments and its initrd, says a text, and ends with a status."""

    def __init__(self, folder, says="", status=0):
        self.arguments, self.blob = folder / "arguments", folder / "blob"
        (folder / "says").write_text(says, encoding="utf-8")
        self.program = folder / "noter"
        self.program.write_text(
            f'#!/bin/bash\nprintf "%s\\n" "$@" >{shlex.quote(str(self.arguments))}\n'
            'while (($#)); do\n'
            f'    [[ $1 != -initrd ]] || cp -- "$2" {shlex.quote(str(self.blob))}\n    shift\ndone\n'
            f"cat {shlex.quote(str(folder / 'says'))}\nexit {status}\n", encoding="utf-8")
        self.program.chmod(0o755)

    def run(self, *options, **more):
        """run.sh with this program."""
        harness.build("gcc", "hypervisor")  # so that run.sh has nothing to build
        return harness.run_sh(*options, program=self.program, **more)

    def value(self, option):
        """The value that an option had."""
        words = self.arguments.read_text(encoding="utf-8").split("\n")
        return words[words.index(option) + 1]

    def property(self, node, name):
        """A property's bytes, of the blob that was the initrd; None where it is not there."""
        got = subprocess.run(["fdtget", "-t", "bx", self.blob, node, name], capture_output=True, text=True, check=False)
        return bytes(int(byte, 16) for byte in got.stdout.split()) if got.returncode == 0 else None
