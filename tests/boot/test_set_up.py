"""From a clone to a boot: where the clone may lie, what is built and said, and the packages that are missing."""

import os
import pathlib
import shutil
import subprocess

import harness
import pytest

NOBODY = 65534


@pytest.fixture(name="clone")
def copied_tree(tmp_path):
    """A copy of the tree, without what was built, at a path that scripts get wrong."""
    path = tmp_path / "a clone, of someone's"
    shutil.copytree(harness.ROOT, path, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
    return path


def run_sh_of(clone, *options, path=None):
    """Runs the run.sh of a clone from another folder."""
    ended = subprocess.run([clone / "run.sh", *options], cwd="/", stdin=subprocess.DEVNULL, capture_output=True,
                           check=False, timeout=harness.HANG_SECONDS * 5,
                           env={**os.environ, **({"PATH": path} if path else {})})
    return harness.Run(ended.returncode, harness.plain_text(ended.stdout), harness.plain_text(ended.stderr))


def test_builds_and_boots_wherever_the_clone_lies_and_again_after_it_was_moved(clone):
    """A space, a comma and a quote in the path; called from another folder; CMake's cache then names the
    old place."""
    harness.assert_boots(run_sh_of(clone, "--flash"))
    moved = clone.rename(clone.with_name("elsewhere"))
    harness.assert_boots(run_sh_of(moved))


def test_boots_when_called_by_a_symbolic_link(tmp_path):
    """The tree is where the link points."""
    harness.build("gcc", "hypervisor")
    link = tmp_path / "bulkhead"
    link.symlink_to(harness.ROOT / "run.sh")
    ended = subprocess.run([link], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                           timeout=harness.HANG_SECONDS)
    harness.assert_boots(harness.Run(ended.returncode, harness.plain_text(ended.stdout)))


def test_says_nothing_of_its_own_when_nothing_is_to_be_built():
    """The serial line is all there is."""
    harness.build("gcc", "hypervisor")
    run = harness.run_sh()
    assert run.errors == "", str(run)
    assert run.serial.lstrip().startswith("OpenSBI"), str(run)


def test_a_build_that_fails_is_shown_and_ends_with_a_failure(clone):
    """In the compiler's words; a build that works shows nothing."""
    (clone / "src/main.cpp").write_text("#error out of order\n", encoding="utf-8")
    (clone / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(broken LANGUAGES CXX)\nadd_library(hypervisor src/main.cpp)\n",
        encoding="utf-8")
    run = run_sh_of(clone)
    assert "out of order" in run.errors and "the build failed" in run.errors, str(run)
    assert (run.status, run.serial) == (1, ""), str(run)


@pytest.fixture(name="bare")
def tools_without_ninja(tmp_path):
    """A folder for PATH with what a bare Debian has and all that run.sh needs, except ninja; and an apt-get and a sudo
    that only say how they were called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for path in reversed(os.environ["PATH"].split(":")):
        for tool in pathlib.Path(path).glob("*") if path else []:
            if tool.name not in ("ninja", "apt-get", "sudo"):
                (folder / tool.name).unlink(missing_ok=True)
                (folder / tool.name).symlink_to(tool)
    return folder


def write_tool(folder, name, script):
    """A tool of the test's own."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def install_packages(bare, *, user=None):
    """Runs tools/install-packages.sh for GCC as another user, in a place that this user can read."""
    script = bare.parent / "install-packages.sh"
    shutil.copy(harness.ROOT / "tools/install-packages.sh", script)
    become = [] if user is None or os.geteuid() != 0 else [
        "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    if become:
        for folder in [script.parent, *script.parent.parents]:
            if folder.stat().st_uid == os.geteuid() and folder != pathlib.Path("/"):
                folder.chmod(folder.stat().st_mode | 0o055)
    ended = subprocess.run([*become, "bash", script, "gcc"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                           check=False, env={**os.environ, "PATH": str(bare)})
    return harness.Run(ended.returncode, ended.stdout, ended.stderr)


def test_a_missing_package_is_named_and_the_command_printed_where_it_cannot_be_installed(bare):
    """No root, and a sudo that would ask for a password."""
    write_tool(bare, "sudo", "exit 1")
    write_tool(bare, "apt-get", "exit 0")
    run = install_packages(bare, user=NOBODY)
    assert "\n    sudo apt-get install --no-install-recommends ninja-build\n" in run.errors, str(run)
    assert run.status == 1, str(run)


def test_a_missing_package_is_named_and_installed_with_a_sudo_that_asks_for_nothing(bare, tmp_path):
    """And what is there already is not."""
    log = tmp_path / "log"
    log.touch()
    log.chmod(0o666)
    write_tool(bare, "sudo", '[ "$1" = -n ] && shift && exec "$@"')
    write_tool(bare, "apt-get", f'echo "$*" >>"{log}"')
    run = install_packages(bare, user=NOBODY)
    assert run.status == 0 and "Installing Debian packages: ninja-build" in run.errors, str(run)
    (called,) = log.read_text(encoding="utf-8").splitlines()
    assert called.endswith(" install --yes --no-install-recommends ninja-build"), called


def test_stale_package_lists_are_updated_and_the_installation_tried_again(bare, tmp_path):
    """A machine fresh from an image has none."""
    log = tmp_path / "log"
    log.touch()
    log.chmod(0o666)
    write_tool(bare, "sudo", '[ "$1" = -n ] && shift && exec "$@"')
    write_tool(bare, "apt-get", f'''case "$*" in
        *update*) echo update >>"{log}" ;;
        *) echo install >>"{log}"; grep -q update "{log}" ;;
    esac''')
    run = install_packages(bare, user=NOBODY)
    assert run.status == 0, str(run)
    assert log.read_text(encoding="utf-8").split() == ["install", "update", "install"]


def test_run_sh_stops_where_a_package_is_missing(bare):
    """Before it builds or boots anything."""
    write_tool(bare, "sudo", "exit 1")
    write_tool(bare, "apt-get", "echo no network >&2; exit 100")
    run = run_sh_of(harness.ROOT, path=str(bare))
    assert "ninja-build" in run.errors, str(run)
    assert (run.status, run.serial) == (1, ""), str(run)
