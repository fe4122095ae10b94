// Polls the line status register, and writes.
#include <hv/plat/uart16550.hpp>

#include <hv/arch/probe.hpp>

namespace hv::plat {
namespace {

// [16550] Transmitter holding, interrupt enable and line status register.
constexpr unsigned thr = 0;  // RBR where it is read
constexpr unsigned ier = 1;
constexpr unsigned lsr = 5;
constexpr uint8_t ier_received = 0x01;
constexpr uint8_t ier_thr_empty = 0x02;
constexpr uint8_t lsr_data_ready = 0x01;
constexpr uint8_t lsr_thr_empty = 0x20;

/// At 300 baud a character takes 33 ms; one look at the register takes at least 100 ns.
constexpr unsigned ready_tries = 1'000'000;

/// Registers 8 bytes apart; more has not been seen.
constexpr unsigned max_reg_shift = 3;

}  // namespace

PhysRange Uart16550::registers_of(const fdt::SerialPort& port)
{
    return {port.registers.start, (uint64_t{lsr} << port.reg_shift) + port.reg_io_width};
}

bool Uart16550::use(const fdt::SerialPort& port)
{
    if (!port.is_ns16550a || port.reg_shift > max_reg_shift || (port.reg_io_width != 1 && port.reg_io_width != 4) ||
        !port.registers.start.is_aligned(port.reg_io_width)) {
        return false;
    }
    const PhysRange touched = registers_of(port);
    if (!port.registers.contains(touched) || !arch::is_readable(touched)) {
        return false;
    }
    registers_ = port.registers.start;
    reg_shift_ = port.reg_shift;
    io_width_ = port.reg_io_width;
    return true;
}

void Uart16550::write(std::string_view text)
{
    for (const char c : text) {
        if (c == '\n') {
            put('\r');
        }
        put(c);
    }
    // Whoever holds the console next writes behind us: the device's stores before the lock's release.
    asm volatile("fence o, w" : : : "memory");
}

bool Uart16550::try_put(uint8_t byte)
{
    if (!is_ready()) {
        return false;
    }
    write_register(thr, byte);
    return true;
}

std::optional<uint8_t> Uart16550::try_get()
{
    if ((read_register(lsr) & lsr_data_ready) == 0) {
        return std::nullopt;
    }
    return read_register(thr);
}

void Uart16550::set_interrupts(bool input, bool room)
{
    write_register(ier, static_cast<uint8_t>((input ? ier_received : 0) | (room ? ier_thr_empty : 0)));
}

arch::ConsoleRegisters Uart16550::fast_registers() const
{
    if (io_width_ != 1) {
        return {};
    }
    auto* const registers = reinterpret_cast<volatile uint8_t*>(registers_.value());
    return {registers, registers + (uint64_t{lsr} << reg_shift_)};
}

bool Uart16550::is_ready() const
{
    return (read_register(lsr) & lsr_thr_empty) != 0;
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

void Uart16550::put(char character)
{
    for (unsigned tries = 0; !is_ready(); tries++) {
        if (stuck_ || tries == ready_tries) {
            stuck_ = true;
            return;
        }
    }
    stuck_ = false;
    write_register(thr, static_cast<uint8_t>(character));
}

}  // namespace hv::plat
