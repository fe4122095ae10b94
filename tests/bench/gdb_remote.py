"""The little of GDB's remote protocol that it takes to stop QEMU's machine at one place and talk to its monitor."""

import re
import socket
import time


class Remote:
    """One connection to QEMU's `-gdb unix:PATH,server=on,wait=off`; the machine stands still when it is made."""

    def __init__(self, path, timeout=60):
        deadline = time.monotonic() + timeout
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(timeout)
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                self._socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self._pending = b""
        self._ask("qSupported")

    def run_to(self, address):
        """Lets the machine run until it is about to execute the instruction at `address`."""
        self._expect("OK", f"Z1,{address:x},4")
        self._expect("T", "c")
        self._expect("OK", f"z1,{address:x},4")

    def monitor(self, command):
        """Runs a command of QEMU's monitor that prints nothing."""
        self._expect("OK", "qRcmd," + command.encode().hex())

    def run_on(self):
        """Lets the machine run, and waits for nothing."""
        self._send("c")

    def close(self):
        self._socket.close()

    def _send(self, command):
        self._socket.sendall(f"${command}#{sum(command.encode()) % 256:02x}".encode())

    def _ask(self, command):
        self._send(command)
        while True:
            packet = re.search(rb"\$([^#]*)#..", self._pending, re.DOTALL)
            if packet:
                self._pending = self._pending[packet.end() :]
                self._socket.sendall(b"+")
                return packet.group(1).decode("latin-1")
            data = self._socket.recv(65536)
            if not data:
                raise EOFError("QEMU ended before it answered its debugger")
            self._pending += data

    def _expect(self, start, command):
        answer = self._ask(command)
        if not answer.startswith(start):
            raise OSError(f"QEMU's debugger answers {answer!r} to {command!r}")
