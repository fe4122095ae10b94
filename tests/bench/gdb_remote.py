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
        """Runs a command of QEMU's monitor and returns what it prints."""
        printed, answer = "", self._ask("qRcmd," + command.encode().hex())
        while answer.startswith("O") and answer != "OK":
            printed += bytes.fromhex(answer[1:]).decode("latin-1")
            answer = self._receive()
        if answer != "OK":
            raise OSError(f"QEMU's debugger answers {answer!r} to the monitor's {command!r}")
        return printed

    def read_words(self, address, count):
        """Words of 8 bytes at a physical address, whatever the machine's mode is."""
        printed = self.monitor(f"xp /{count}gx {address:#x}")
        return [int(word, 16) for word in re.findall(r"\b0x[0-9a-f]{16}\b", printed)]

    def run_on(self):
        """Lets the machine run, and waits for nothing."""
        self._send("c")

    def close(self):
        self._socket.close()

    def _send(self, command):
        self._socket.sendall(f"${command}#{sum(command.encode()) % 256:02x}".encode())

    def _ask(self, command):
        self._send(command)
        return self._receive()

    def _receive(self):
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
