"""What must not compile, does not, and for the reason it says; what differs from it only in the fault, does.

Each .cpp here is compiled twice by each compiler: as it stands, which must pass without a warning, and with BAD
defined, which must fail with a message that matches its `// expect:` line.
"""

import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COMPILERS = ["g++", "clang++-14"]
CASES = sorted(HERE.glob("*.cpp"))
FLAGS = [
    "-std=c++20",
    "-fsyntax-only",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Werror",
    f"-I{ROOT / 'include'}",
    f"-I{ROOT / 'tests/host/seam'}",
]


def compile_case(compiler, case, *flags):
    extra = re.findall(r"^// flags: (.*)$", case.read_text(), re.MULTILINE)
    command = [compiler, *FLAGS, *" ".join(extra).split(), *flags, str(case)]
    # In English, whatever the machine speaks.
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})


def test_there_are_cases():
    assert len(CASES) >= 30


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_compiles_without_the_fault(case, compiler):
    result = compile_case(compiler, case)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_does_not_compile_with_the_fault(case, compiler):
    expected = re.search(r"^// expect: (.*)$", case.read_text(), re.MULTILINE).group(1)
    result = compile_case(compiler, case, "-DBAD")
    assert result.returncode != 0, f"{case.name} compiled, and should not have"
    assert re.search(expected, result.stderr), result.stderr
