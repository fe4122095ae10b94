"""tests/checklist.txt: all of its points, tests that exist, and rows and points that hostile guests try."""

import re

import source_tree as tree

POINTS = range(1, 83)
ROWS = range(1, 41)
CHECKLIST = "tests/checklist.txt"


def lines():
    """Each line that is no comment, as number and the words behind it."""
    return [(int(line.split()[0]), line.split()[1:]) for line in tree.text(CHECKLIST).splitlines()
            if line and not line.startswith("#")]


def has_test(name, test):
    """Is there a test of this name in the file: Suite.Name in C++, a function's in Python?"""
    if name.endswith(".py"):
        return re.search(rf"^def {re.escape(test)}\(", tree.text(name), re.MULTILINE)
    suite, _, case = test.partition(".")
    return re.search(rf"^(TYPED_)?TEST(_F|_P)?\({re.escape(suite)}, {re.escape(case)}\)", tree.text(name),
                     re.MULTILINE)


def hostile_guests():
    """Each hostile guest's file, with the rows and the points that its head says that it tries."""
    for name in tree.cpp_files("tests/guests/hostile/"):
        if name.startswith("tests/guests/hostile/support/"):
            continue
        tries = re.search(r"^// tries: (.*)$", tree.text(name), re.MULTILINE)
        said = {"HOSTILE": [], "CHECKLIST": []}
        for part in tries[1].split("; ") if tries else ():
            word, _, numbers = part.partition(" ")
            said[word] = [int(number) for number in numbers.split(", ")]
        yield name, said["HOSTILE"], said["CHECKLIST"]


def test_every_point_has_one_line_in_its_order():
    assert [number for number, _ in lines()] == list(POINTS)


def test_every_point_has_a_test_that_is_there_or_a_reason():
    findings = []
    for number, words in lines():
        if not words or words == ["none:"]:
            findings.append(f"{CHECKLIST}: point {number} has no test and no reason")
        for word in words if words[:1] != ["none:"] else ():
            name, _, test = word.partition(":")
            if f"tests/{name}" not in tree.files():
                findings.append(f"{CHECKLIST}: point {number}: there is no tests/{name}")
            elif test and not has_test(f"tests/{name}", test):
                findings.append(f"{CHECKLIST}: point {number}: tests/{name} has no test {test}")
            elif not test and re.match(r"(unit|boot)/", name):
                findings.append(f"{CHECKLIST}: point {number}: which test of tests/{name}?")
    tree.report(findings)


def test_hostile_guests_try_rows_and_points_that_there_are():
    findings = []
    for name, rows, points in hostile_guests():
        if not rows:
            findings.append(f"{name} tries no row")
        findings += [f"{name} tries row {row}, which there is not" for row in rows if row not in ROWS]
        findings += [f"{name} tries point {point}, which there is not" for point in points if point not in POINTS]
    tree.report(findings)


def test_every_row_is_tried_by_a_hostile_guest():
    tried = {row for _, rows, _ in hostile_guests() for row in rows}
    assert tried >= set(ROWS), f"nobody tries {sorted(set(ROWS) - tried)}"


def test_there_are_more_than_a_hundred_hostile_guests():
    assert len(list(hostile_guests())) >= 110
