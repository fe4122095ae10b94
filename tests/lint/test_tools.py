"""What other tools find: clang-format, clang-tidy, shellcheck."""

import concurrent.futures
import json
import re
import subprocess

import harness
import source_tree as tree


def run(*command):
    """A tool's two outputs in one; empty where it is content."""
    ended = subprocess.run(command, cwd=tree.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           check=False)
    return ended.stdout if ended.returncode != 0 else ""


def test_clang_format_would_change_nothing():
    places = re.findall(r"^(.*?):(\d+):\d+: error:", run("clang-format-14", "--dry-run", "-Werror", *tree.cpp_files()),
                        re.MULTILINE)
    tree.report([f"{name}: line {', '.join(dict.fromkeys(line for other, line in places if other == name))}"
                 for name in dict.fromkeys(name for name, _ in places)])


def test_shellcheck_finds_nothing_in_any_shell_script():
    scripts = [name for name in tree.files()
               if name.endswith(".sh") or re.match(r"#!.*\b(?:ba|da)?sh\b", tree.text(name))]
    assert "run.sh" in scripts and "tests/run.sh" in scripts
    tree.report(list(filter(None, [run("shellcheck", "-x", *scripts)])))


def compile_commands(preset):
    """The folder with compile_commands.json of a preset, configured if it is not."""
    folder = tree.ROOT / "build" / preset
    with harness.locked(folder):
        subprocess.run(["cmake", "--preset", preset, "-DHV_WERROR=ON"], cwd=tree.ROOT, check=True,
                       stdout=subprocess.DEVNULL)
    return folder


def some_at_a_time(sources, folder, flags):
    """The sources, six to a file that includes them: what takes clang-tidy's time is the standard library's headers.
    Where six have one name for two things, and so do not compile as one, they stay as they are."""
    for i in range(0, len(sources), 6):
        some = sources[i:i + 6]
        joined = folder / f"sources_{i}.cpp"
        joined.write_text("".join(f'#include "{tree.ROOT / name}"  // NOLINT\n' for name in some), encoding="utf-8")
        yield from [joined] if not run("clang++-14", "-fsyntax-only", *flags, joined) else some


def test_clang_tidy_finds_nothing_in_the_pure_folders(tmp_path):
    folder = compile_commands("host-clang")
    commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    known = {entry["file"] for entry in commands}
    sources = [name for name in tree.pure_files() if str(tree.ROOT / name) in known]
    assert sources
    # All public headers at once, as one more source: many are templates that no source includes.
    everything = tmp_path / "everything.cpp"
    everything.write_text("".join(f"#include <{name.removeprefix('include/')}>\n" for name in tree.pure_files()
                                  if name.startswith("include/")), encoding="utf-8")
    flags = next(entry["command"] for entry in commands if entry["file"].endswith(sources[0])).split()
    flags = [flag for flag in flags if flag.startswith(("-I", "-D", "-std", "-W"))]
    # Habit 13 of the style: no `default` in a switch over an enumeration, and all of its values listed.
    flags += ["-Wswitch-enum", "-Wcovered-switch-default"]

    def tidy(name):
        headers = "/include/hv/" if name == everything else "/src/"
        found = run("clang-tidy-14", "--quiet", f"--header-filter={headers}",
                    f"--config-file={tree.ROOT / '.clang-tidy'}", name, "--", *flags)
        return re.sub(r"^\d+ warnings? .*\n", "", found, flags=re.MULTILINE)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        tree.report(list(filter(None, pool.map(tidy, [everything, *some_at_a_time(sources, tmp_path, flags)]))))
