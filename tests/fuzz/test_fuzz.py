"""Runs each fuzzer for a few seconds over its seeds in tests/fuzz/corpus, without writing into the tree."""

import os
import pathlib
import subprocess

import harness
import pytest

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = int(os.environ.get("HV_FUZZ_SECONDS", "5"))


@pytest.mark.parametrize("name", sorted(source.stem for source in HERE.glob("*.cpp")))
def test_a_short_bounded_run_finds_nothing(name, tmp_path):
    """New inputs go to a folder of their own; the input that crashed stays in the build folder."""
    folder = harness.build("host-clang")
    seeds = HERE / "corpus" / name
    assert any(seeds.iterdir()), f"{seeds} holds no seed"
    crashes = folder / "fuzz-crashes"
    crashes.mkdir(exist_ok=True)
    dictionary = HERE / f"{name}.dict"
    ended = subprocess.run(
        [folder / f"fuzz-{name}", f"-max_total_time={SECONDS}", f"-artifact_prefix={crashes}/{name}-", "-timeout=25",
         "-print_final_stats=1", *([f"-dict={dictionary}"] if dictionary.exists() else []), tmp_path, seeds],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS + 240, check=False)
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")[-8000:]
