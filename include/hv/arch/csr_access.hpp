// Reading and writing the CSRs of the hart that runs this.
#pragma once

#include <cstdint>

#include <hv/isa/csr.hpp>

namespace hv::arch {

template <isa::Csr csr>
[[nodiscard]] inline uint64_t read_csr()
{
    uint64_t value = 0;
    asm volatile("csrr %0, %1" : "=r"(value) : "i"(csr) : "memory");
    return value;
}

template <isa::Csr csr>
inline void write_csr(uint64_t value)
{
    asm volatile("csrw %0, %1" : : "i"(csr), "r"(value) : "memory");
}

/// Sets the bits that are set in `mask`.
template <isa::Csr csr>
inline void set_csr(uint64_t mask)
{
    asm volatile("csrs %0, %1" : : "i"(csr), "r"(mask) : "memory");
}

/// Clears the bits that are set in `mask`.
template <isa::Csr csr>
inline void clear_csr(uint64_t mask)
{
    asm volatile("csrc %0, %1" : : "i"(csr), "r"(mask) : "memory");
}

}  // namespace hv::arch
