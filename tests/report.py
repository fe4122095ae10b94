#!/usr/bin/python3
"""Adds up what the parts of a test run left behind, and prints it: what was skipped, what failed, and the counts.

    tests/report.py DIRECTORY

The directory holds JUnit files (*.xml), and for each step that ended without one a text (*.failed) that says which.
The last line is `N passed, N failed, N skipped`. The status is 1 where a test failed or none ran.
"""

import pathlib
import sys
import xml.etree.ElementTree as xml


def read_cases(results):
    """Yields (outcome, name, reason) of every test case in the JUnit files, GoogleTest's and pytest's."""
    for file in sorted(results.glob("*.xml")):
        for case in xml.parse(file).iter("testcase"):
            name = f"{file.stem}: {case.get('classname', '')}.{case.get('name')}"
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                yield "failed", name, ""
            elif skipped is not None or case.get("status") == "notrun":
                yield "skipped", name, "" if skipped is None else skipped.get("message", "")
            else:
                yield "passed", name, ""


def main():
    """Prints the report of the directory named on the command line."""
    results = pathlib.Path(sys.argv[1])
    cases = {"passed": [], "failed": [], "skipped": []}
    for outcome, name, reason in read_cases(results):
        cases[outcome].append(name + (f" ({reason})" if reason else ""))
    cases["failed"] += [file.read_text(encoding="utf-8").strip() for file in sorted(results.glob("*.failed"))]

    for outcome in ("skipped", "failed"):
        if cases[outcome]:
            print(f"\n{outcome}:")
            print("\n".join(f"  {name}" for name in cases[outcome]))
    if not any(cases.values()):
        print("\nNo test ran.")
    print()
    print(", ".join(f"{len(names)} {outcome}" for outcome, names in cases.items()), flush=True)
    return 0 if cases["passed"] and not cases["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
