// What an instruction does to a CSR, for those that a guest is answered instead of given a fault.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/isa/csr.hpp>

namespace hv::isa {

/// A read of a CSR that leaves it alone: csrrs, csrrc and their immediate forms with x0 or 0 as the source.
struct CsrRead {
    Csr csr{};
    unsigned rd = 0;
};
/// [unpriv] "Zicsr" Extension. Nothing for any other instruction, one that writes a CSR included.
[[nodiscard]] constexpr std::optional<CsrRead> decode_csr_read(uint32_t instruction)
{
    const bool reads_only = (instruction & 0x2000) != 0 && (instruction & 0x000f'8000) == 0;
    if ((instruction & 0x7f) != 0x73 || !reads_only) {
        return std::nullopt;
    }
    return CsrRead{static_cast<Csr>(instruction >> 20), instruction >> 7 & 31};
}

// csrr a0, cycle; csrw sscratch, a0.
static_assert(decode_csr_read(0xc000'2573)->csr == Csr::cycle && decode_csr_read(0xc000'2573)->rd == 10);
static_assert(!decode_csr_read(0x1405'1073));

}  // namespace hv::isa
