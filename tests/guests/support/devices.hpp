// The two devices of the machine: registers of the 16550 and of the PLIC.
#pragma once

#include <cstdint>

#include <hv/dev/serial_bits.hpp>

namespace guest {

using hv::dev::SerialRegister;
namespace serial = hv::dev::serial;

inline constexpr uint64_t uart_base = 0x1000'0000;
inline constexpr uint64_t plic_base = 0x0c00'0000;
inline constexpr unsigned uart_source = 10;

inline volatile uint8_t& uart(SerialRegister which)
{
    return *reinterpret_cast<volatile uint8_t*>(uart_base + static_cast<uint64_t>(which));
}

/// [plic] Memory Map: the context of a hart's S-mode is 2 hart + 1.
constexpr uint64_t plic_priority(unsigned source)
{
    return plic_base + 4 * source;
}
constexpr uint64_t plic_pending(unsigned source)
{
    return plic_base + 0x1000 + source / 32 * 4;
}
constexpr uint64_t plic_enable(uint64_t hart, unsigned source)
{
    return plic_base + 0x2000 + 0x80 * (2 * hart + 1) + source / 32 * 4;
}
constexpr uint64_t plic_threshold(uint64_t hart)
{
    return plic_base + 0x20'0000 + 0x1000 * (2 * hart + 1);
}
constexpr uint64_t plic_claim(uint64_t hart)
{
    return plic_threshold(hart) + 4;
}

inline volatile uint32_t& word_at(uint64_t address)
{
    return *reinterpret_cast<volatile uint32_t*>(address);
}

}  // namespace guest
