// Reads that may trap: of a CSR that may not exist, of memory that may not be there.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/isa/csr.hpp>
#include <hv/lib/address.hpp>

namespace hv::arch {

/// The value, or nothing where this hart has no such CSR.
template <isa::Csr csr>
[[nodiscard]] inline std::optional<uint64_t> try_read_csr()
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

/// Can every page of `range` be read? One byte of each is.
[[nodiscard]] bool is_readable(PhysRange range);

/// Can the 32-bit register at `address` be read? Some devices answer no other width.
[[nodiscard]] bool is_readable_register(PhysAddr address);

}  // namespace hv::arch
