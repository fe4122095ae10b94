// Accesses that may trap: to a CSR that may not exist, to memory that may not be there.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/isa/csr.hpp>
#include <hv/lib/address.hpp>

namespace hv::arch {

// Always inlined: the linker keeps one of several copies of a function, and the others' entries in the fix-up table
// would name code that is not there.

/// The value, or nothing where this hart has no such CSR.
template <isa::Csr csr>
[[nodiscard, gnu::always_inline]] inline std::optional<uint64_t> try_read_csr()
{
    uint64_t value = 0;
    uint64_t done = 0;
    // A trap at 1 resumes at 2: handle_trap() looks its pc up in this table.
    asm volatile("1: csrr %0, %2\n"
                 "   li   %1, 1\n"
                 "2:\n"
                 "   .pushsection .fixup_table, \"a\"\n"
                 "   .dword 1b, 2b\n"
                 "   .popsection"
                 : "=&r"(value), "+&r"(done)
                 : "i"(csr)
                 : "memory");
    return done != 0 ? std::optional{value} : std::nullopt;
}

/// False where this hart has no such CSR, or it cannot be written.
template <isa::Csr csr>
[[nodiscard, gnu::always_inline]] inline bool try_write_csr(uint64_t value)
{
    uint64_t done = 0;
    asm volatile("1: csrw %1, %2\n"
                 "   li   %0, 1\n"
                 "2:\n"
                 "   .pushsection .fixup_table, \"a\"\n"
                 "   .dword 1b, 2b\n"
                 "   .popsection"
                 : "+&r"(done)
                 : "i"(csr), "r"(value)
                 : "memory");
    return done != 0;
}

/// Can every page of `range` be read? One byte of each is.
[[nodiscard]] bool is_readable(PhysRange range);

/// Can the 32-bit register at `address` be read? Some devices answer no other width.
[[nodiscard]] bool is_readable_register(PhysAddr address);

}  // namespace hv::arch
