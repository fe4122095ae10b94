// Polls the line status register, and writes.
#include <hv/plat/uart16550.hpp>

namespace hv::plat {
namespace {

// [National Semiconductor PC16550D] Transmitter holding register, line status register.
constexpr unsigned thr = 0;
constexpr unsigned lsr = 5;
constexpr uint8_t lsr_thr_empty = 0x20;

/// At 300 baud a character takes 33 ms; one look at the register takes at least 100 ns.
constexpr unsigned ready_tries = 1'000'000;

}  // namespace

void Uart16550::use(PhysAddr registers, unsigned reg_shift, unsigned io_width)
{
    registers_ = registers;
    reg_shift_ = reg_shift;
    io_width_ = io_width;
}

void Uart16550::write(std::string_view text)
{
    for (const char c : text) {
        if (c == '\n') {
            put('\r');
        }
        put(c);
    }
}

uint8_t Uart16550::read_register(unsigned index) const
{
    const uint64_t address = registers_.value() + (uint64_t{index} << reg_shift_);
    if (io_width_ == 4) {
        return static_cast<uint8_t>(*reinterpret_cast<const volatile uint32_t*>(address));
    }
    return *reinterpret_cast<const volatile uint8_t*>(address);
}

void Uart16550::write_register(unsigned index, uint8_t value) const
{
    const uint64_t address = registers_.value() + (uint64_t{index} << reg_shift_);
    if (io_width_ == 4) {
        *reinterpret_cast<volatile uint32_t*>(address) = value;
    } else {
        *reinterpret_cast<volatile uint8_t*>(address) = value;
    }
}

void Uart16550::put(char character) const
{
    for (unsigned tries = 0; (read_register(lsr) & lsr_thr_empty) == 0; tries++) {
        if (tries == ready_tries) {
            return;
        }
    }
    write_register(thr, static_cast<uint8_t>(character));
}

}  // namespace hv::plat
