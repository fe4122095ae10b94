// Where the registers of a PLIC lie.
#pragma once

#include <cstdint>

/// [plic] Memory Map: offsets in bytes, all registers of 32 bits.
namespace hv::dev::plic_map {

inline constexpr uint64_t priorities = 0x0;      ///< 4 bytes a source
inline constexpr uint64_t pending = 0x1000;      ///< 1 bit a source, read-only
inline constexpr uint64_t enables = 0x2000;      ///< 1 bit a source, 0x80 bytes a context
inline constexpr uint64_t contexts = 0x20'0000;  ///< 0x1000 bytes a context
inline constexpr uint64_t threshold = 0;         ///< within a context
inline constexpr uint64_t claim = 4;             ///< and complete, likewise
inline constexpr uint64_t enables_stride = 0x80;
inline constexpr uint64_t contexts_stride = 0x1000;

}  // namespace hv::dev::plic_map
