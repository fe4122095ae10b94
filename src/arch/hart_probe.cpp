// Reads, writes and instructions that may trap, for finding out what this hart has.
#include <hv/arch/hart_probe.hpp>

#include <cstddef>

#include <hv/arch/probe.hpp>
#include <hv/vm/probe_hart.hpp>

namespace hv::arch {
namespace {

using isa::Csr;

bool try_cbo_zero_at(std::byte* block)
{
    uint64_t done = 0;
    // [unpriv] Cache-Block Zero Instructions: CBO.ZERO, which the compilers do not know. A trap at 1 resumes at 2.
    asm volatile("1: .insn i 0x0f, 2, x0, %1, 4\n"
                 "   li   %0, 1\n"
                 "2:\n"
                 "   .pushsection .fixup_table, \"a\"\n"
                 "   .dword 1b, 2b\n"
                 "   .popsection"
                 : "+&r"(done)
                 : "r"(block)
                 : "memory");
    return done != 0;
}

/// The hart that runs this: those of its CSRs that are probed, and no others.
struct ThisHart {
    static std::optional<uint64_t> try_read(Csr csr);
    static bool try_write(Csr csr, uint64_t value);
    static bool try_cbo_zero(uint32_t block);
};

// A CSR's number is part of the instruction, so each has instructions of its own.
#define HV_READ(name)                                                                                              \
    if (csr == Csr::name) {                                                                                        \
        return try_read_csr<Csr::name>();                                                                          \
    }
#define HV_WRITE(name)                                                                                             \
    if (csr == Csr::name) {                                                                                        \
        return try_write_csr<Csr::name>(value);                                                                    \
    }
// clang-format off
#define HV_WRITABLE(each) \
    each(vstimecmp) each(stimecmp) each(hgatp) each(henvcfg) each(hstateen0) each(hcounteren) each(sstatus)
#define HV_READABLE(each) each(cycle) each(time) each(instret) each(fcsr) each(vlenb)
// clang-format on

std::optional<uint64_t> ThisHart::try_read(Csr csr)
{
    HV_WRITABLE(HV_READ)
    HV_READABLE(HV_READ)
    return {};
}

bool ThisHart::try_write(Csr csr, uint64_t value)
{
    HV_WRITABLE(HV_WRITE)
    return false;
}

bool ThisHart::try_cbo_zero(uint32_t block)
{
    constexpr uint32_t largest = 256;
    constexpr std::byte mark{0xff};
    if (block > largest || (block & (block - 1)) != 0) {
        return false;
    }
    // Blocks are aligned to their size: none up to the largest reaches out of the room behind `first`.
    std::byte room[2 * largest];
    for (std::byte& each : room) {
        each = mark;
    }
    std::byte* const first = room + (-reinterpret_cast<uintptr_t>(room) & (largest - 1));
    if (!try_cbo_zero_at(first)) {
        return false;
    }
    for (uint32_t i = 0; i != largest; ++i) {
        if (first[i] != (i < block ? std::byte{0} : mark)) {
            return false;
        }
    }
    return true;
}

}  // namespace

vm::HartFeatures probe_this_hart(const vm::HartHints& hints)
{
    ThisHart hart;
    return vm::probe_hart(hart, hints);
}

}  // namespace hv::arch
