"""Fixtures for all Python tests; and it lets them `import harness`."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402  (the path to it is made above)


@pytest.fixture(params=[harness.QEMU_7, harness.QEMU_10])
def qemu(request):
    """Each of the two QEMUs in turn: the program to run."""
    return harness.qemu_program(request.param)
