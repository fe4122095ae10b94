"""What every file of the tree owes its reader, and what must not be in any."""

import re

import pytest
import source_tree as tree

# Files that are longer than the size guide asks, with what they may have. Keep it short: split instead.
LONGER_BY_RIGHT = {
    "src/isa/instruction_table.hpp": 180,  # a table, one instruction a row
}
LINES = {".hpp": 150, ".h": 150, ".cpp": 400, ".S": 400}

SOURCES = (*tree.CPP, ".S", ".ld", ".cmake", ".py", ".sh")

# Put together here, so that this file does not find itself.
UNFINISHED = r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b"
MACHINE_PATHS = "|".join("/" + path for path in (r"work/", r"tmp/bash_jobs", r"root/", r"home/\w"))
URL = r"\b(?:https?|ftp)" + r"://[\w.-]+"
# Where readers are sent. Nothing is ever fetched by a name in the tree.
REFERENCES = ("riscv.org", "docs.riscv.org", "github.com/riscv", "github.com/riscv-non-isa", "devicetree.org",
              "docs.kernel.org", "lists.riscv.org")


def sources():
    """The files that someone wrote as code, scripts without a suffix included."""
    return [name for name in tree.files() if name.endswith(SOURCES) or name.endswith("CMakeLists.txt")
            or tree.text(name).startswith("#!")]


def first_comment(name):
    """The comment that a file starts with, as one line without its marks; empty where there is none."""
    body = re.sub(r"\A#![^\n]*\n", "", tree.text(name))
    if name.endswith((*tree.CPP, ".ld")) or tree.text(name).startswith("/"):
        forms = r"//+ ?([^\n]*(?:\n//[^\n]*)*)|/\*(.*?)\*/"
    else:
        forms = r'"""(.*?)"""|# ?([^\n]*(?:\n#[^\n]*)*)'
    match = re.match(forms, body, re.DOTALL)
    return re.sub(r"\s*\n[\s/#*]*", " ", next(filter(None, match.groups()), "")).strip() if match else ""


def test_every_source_file_starts_with_a_sentence():
    tree.report([f"{name}: starts with {first_comment(name)[:60]!r}" for name in sources()
                 if tree.text(name).strip() and not re.match(r"\S+ .*[.:;](?: |$)", first_comment(name))])


def test_nothing_is_left_unfinished():
    tree.report([finding for name in tree.files() for finding in tree.find(UNFINISHED, name, tree.text(name))])


def test_no_path_of_one_persons_machine_is_in_the_tree():
    tree.report([finding for name in tree.files()
                 for finding in tree.find(rf"(?<![\w.$}}])(?:{MACHINE_PATHS})", name, tree.text(name))])


def test_no_host_to_fetch_from_is_in_the_tree():
    findings = []
    for name in tree.files():
        for match in re.finditer(URL + r"[/\w.-]*", tree.text(name)):
            place = match[0].split("://")[1].removeprefix("www.")
            if not (name.endswith(".md") and place.startswith(REFERENCES)):
                findings.append(f"{name}: {match[0]}")
    mirrors = r"\b(?:deb|security|ftp|snapshot|archive|pypi|files)\.(?:debian|ubuntu|pythonhosted)?\.?(?:org|com|net)\b"
    findings += [finding for name in tree.files() for finding in tree.find(mirrors, name, tree.text(name))]
    tree.report(findings)


@pytest.mark.parametrize("suffix", LINES)
def test_no_file_is_longer_than_the_size_guide_says(suffix):
    findings = []
    for name in tree.files():
        lines = tree.text(name).count("\n")
        # Tests are read one case at a time.
        limit = LONGER_BY_RIGHT.get(name, LINES[suffix] * (2 if name.startswith("tests/") else 1))
        if name.endswith(suffix) and lines > limit:
            findings.append(f"{name} has {lines} lines; {limit} are the most")
    tree.report(findings)

