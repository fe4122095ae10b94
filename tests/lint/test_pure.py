"""Pure code decides and never touches the machine: no assembly, no CSR, no MMIO pointer, no mutable global."""

import re
import subprocess

import harness
import source_tree as tree


def find_in_pure(pattern, allowed=()):
    """Where the pattern is found in the pure folders, but for the files that are allowed to have it."""
    return [finding for name in tree.pure_files() if name not in allowed
            for finding in tree.find(pattern, name, tree.code(name))]


def test_pure_code_has_no_assembly():
    tree.report(find_in_pure(r"\basm\b|\b__asm(?:__)?\b|\b__builtin_riscv_"))
    tree.report([f"{name} is assembly" for name in tree.files()
                 if name.endswith((".S", ".s")) and tree.layer_of(name) in tree.PURE_FOLDERS])


def test_pure_code_has_no_volatile():
    # A guest's memory changes under our eyes: what touches it says so to the compiler.
    tree.report(find_in_pure(r"\bvolatile\b", allowed=("src/mm/guest_memory.cpp", "src/mm/memory_block.cpp")))


def test_pure_code_makes_no_pointer_from_a_number():
    # What is left turns one pointer into another, of bytes or characters, or into a number.
    to_number_or_bytes = r"(?!\s*(?:u?intptr_t|uint64_t|(?:const\s+)?(?:std::byte|char|unsigned char)\s*\*)\s*>)"
    # The allocator gives memory out: its addresses become pointers there, and nowhere else.
    tree.report(find_in_pure(rf"\breinterpret_cast\s*<{to_number_or_bytes}",
                             allowed=("src/mm/bump_allocator.cpp", "include/hv/mm/bump_allocator.hpp")))


def test_pure_code_holds_no_mutable_global_and_no_hidden_static():
    # What the compiler put into writable memory, in the objects that the kernel is linked from.
    folder = harness.build("gcc", "hypervisor")
    findings = []
    for layer in tree.PURE_FOLDERS:
        for source in (name for name in tree.cpp_files(f"src/{layer}/") if name.endswith(".cpp")):
            symbols = subprocess.run(["riscv64-linux-gnu-objdump", "-tC",
                                      folder / f"CMakeFiles/kernel.dir/{source}.obj"],
                                     capture_output=True, text=True, check=True).stdout
            writable = r"^\w{16} .{7} (\.s?(?:data|bss)\b(?!\.rel\.ro)\S*)\t\w{16} (?:\.hidden )?(?!\1)(.+)$"
            findings += [f"{source}: {match[2]} is writable" for match in re.finditer(writable, symbols, re.MULTILINE)]
    tree.report(findings)
