"""The CSR numbers of include/hv/isa/csr.hpp, held against the assemblers' own."""

import re
import struct
import subprocess

import pytest
import source_tree as tree

# Newer than the assemblers of Debian 12. One that knows a name all the same is asked all the same.
UNKNOWN_TO_BINUTILS_2_40 = set("""jvt scountinhibit sctrctl sctrdepth sctrstatus sireg2 sireg3 sireg4 sireg5 sireg6
    srmcfg ssp vsctrctl vsireg2 vsireg3 vsireg4 vsireg5 vsireg6""".split())
UNKNOWN_TO_CLANG_14 = UNKNOWN_TO_BINUTILS_2_40 | set("""hvictl hvien hviprio1 hviprio2 siselect sireg stopei stopi
    vsiselect vsireg vstopei vstopi""".split())

ASSEMBLERS = {
    "binutils": (["riscv64-linux-gnu-as", "-march=rv64gc_zicsr", "-o"], ".option arch, +h\n", UNKNOWN_TO_BINUTILS_2_40),
    "clang": (["clang-14", "--target=riscv64", "-march=rv64gc", "-c", "-x", "assembler", "-", "-o"], "",
              UNKNOWN_TO_CLANG_14),
}


def numbers_in_source():
    """Name and number of each enumerator."""
    body = re.search(r"enum class Csr : uint16_t \{(.*?)\};", tree.code("include/hv/isa/csr.hpp"), re.DOTALL)[1]
    return {name: int(number, 16) for name, number in re.findall(r"(\w+)\s*=\s*(0x[0-9a-f]{3})\b", body)}


def number_by(assembler, name, scratch):
    """The number that `csrr a0, NAME` is encoded with, or None where the assembler does not know the name."""
    command, prefix, _ = ASSEMBLERS[assembler]
    output, flat = scratch / f"{name}.o", scratch / f"{name}.bin"
    made = subprocess.run([*command, output], input=f"{prefix}csrr a0, {name}\n", capture_output=True, text=True,
                          check=False)
    if made.returncode != 0:
        return None
    subprocess.run(["riscv64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", output, flat], check=True)
    instruction, = struct.unpack("<I", flat.read_bytes()[:4])
    assert instruction & 0xfffff == 0x02573, f"csrr a0, {name} became {instruction:#x}"
    return instruction >> 20


@pytest.mark.parametrize("assembler", ASSEMBLERS)
def test_every_csr_has_the_number_that_the_assembler_gives_its_name(assembler, tmp_path):
    unknown = ASSEMBLERS[assembler][2]
    findings = []
    for name, number in numbers_in_source().items():
        theirs = number_by(assembler, name, tmp_path)
        if theirs is None and name not in unknown:
            findings.append(f"{assembler} does not know {name}")
        if theirs not in (None, number):
            findings.append(f"{name} is {number:#x}; for {assembler} it is {theirs:#x}")
    tree.report(findings)


def test_no_two_csrs_share_a_number():
    numbers = numbers_in_source()
    assert len(numbers) > 140
    assert len(set(numbers.values())) == len(numbers)


def test_no_csr_is_spelled_as_a_number_outside_isa():
    tree.report([finding for name in tree.files() if name.endswith((*tree.CPP, ".S")) and "/isa/" not in name
                 for finding in tree.find(r"\bcsr[rwsc]+i?\s+[^;\"\n]*\b0x[0-9a-fA-F]{3}\b", name, tree.text(name))])
