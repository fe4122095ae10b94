"""The files that belong to the tree, and their text with comments and strings taken out: what the lints look at."""

import functools
import os
import re
import subprocess

import harness
import pytest

ROOT = harness.ROOT
CPP = (".cpp", ".hpp", ".h")
PURE_FOLDERS = ("lib", "isa", "fdt", "mm", "dev", "vm")


@functools.cache
def files():
    """Every file of the tree, relative to its root: what git knows or would add. Without git, all but build/."""
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=False)
    if listed.returncode == 0 and listed.stdout:
        names = set(listed.stdout.split("\0")) - {""}
    else:
        names = set()
        for folder, below, found in os.walk(ROOT):
            below[:] = [name for name in below if name not in ("build", ".git", "__pycache__", ".pytest_cache")]
            names.update(os.path.relpath(os.path.join(folder, name), ROOT) for name in found)
    return sorted(name for name in names if (ROOT / name).is_file() and not (ROOT / name).is_symlink())


@functools.cache
def text(name):
    """A file's text; empty for one that is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def cpp_files(*folders):
    """The C++ files, below the given folders where there are any."""
    return [name for name in files() if name.endswith(CPP) and (not folders or name.startswith(tuple(folders)))]


def pure_files():
    """The C++ files of the pure folders."""
    return cpp_files(*(f"{top}/{folder}/" for top in ("include/hv", "src") for folder in PURE_FOLDERS))


def layer_of(name):
    """The folder of the layering rule that a file is in: lib, isa, ..., plat, main; None outside of the kernel."""
    match = re.match(r"(?:include/hv|src)/(\w+)(?:/|\.cpp$)", name)
    return match and match[1]


@functools.cache
def code(name):
    """A C++ file's text in which comments and the insides of literals are blank; lines keep their numbers."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![\w\'])\'(?:\\.|[^\'\\\n])+\''

    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    return re.sub(pattern, blank, text(name), flags=re.DOTALL)


def includes(name):
    """What a C++ file includes, in order, with its < > or quotes."""
    return re.findall(r'^\s*#\s*include\s+([<"][^>"]+[>"])', text(name), re.MULTILINE)


def find(pattern, name, body):
    """`file:line: text` for each place where the pattern is found in `body`, a form of the file's text."""
    lines = text(name).splitlines()
    numbers = (body.count("\n", 0, match.start()) for match in re.finditer(pattern, body))
    return [f"{name}:{number + 1}: {lines[number].strip()}" for number in numbers]


def report(findings):
    """Fails the test with all findings, if there are any."""
    if findings:
        pytest.fail("\n".join(findings), pytrace=False)
