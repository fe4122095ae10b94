"""The kernel is built by CMake as anybody would call it: without a preset, in any folder, with CMake's own generator."""

import os
import subprocess

import harness


def test_the_toolchain_file_is_all_that_cmake_has_to_be_told(tmp_path):
    """Then there are hypervisor.elf, .bin and .map, and the kernel boots. Ninja is what the presets name."""
    folder = tmp_path / "build"
    environment = {**os.environ, "CMAKE_GENERATOR": "Unix Makefiles"}
    for step in (["cmake", "-B", folder, "-DCMAKE_TOOLCHAIN_FILE=toolchain-riscv64.cmake"],
                 ["cmake", "--build", folder, "--parallel", "2"]):
        made = subprocess.run(step, cwd=harness.ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=environment, check=False)
        assert made.returncode == 0, f"{made.stdout}\n{made.stderr}"
    cache = (folder / "CMakeCache.txt").read_text(encoding="utf-8")
    assert "CMAKE_GENERATOR:INTERNAL=Unix Makefiles" in cache
    for suffix in ("elf", "bin", "map"):
        assert (folder / f"hypervisor.{suffix}").stat().st_size > 0
    harness.assert_boots(harness.run_sh("--", "-kernel", folder / "hypervisor.bin"))
