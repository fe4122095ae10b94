// The host's serial line: a 16550 UART, polled, for the hypervisor's own words.
#pragma once

#include <cstdint>

#include <hv/arch/console.hpp>
#include <hv/fdt/host_machine.hpp>
#include <hv/lib/address.hpp>

namespace hv::plat {

/// Writes to a UART that the firmware has set up already (speed, format, FIFOs). Each line feed goes out behind a
/// carriage return, as terminals want it.
class Uart16550 final : public arch::ConsoleDevice {
public:
    constexpr Uart16550() = default;

    /// Takes `port` into use. False, and nothing is changed, where it is no 16550A whose registers we can reach:
    /// its tree may say anything.
    [[nodiscard]] bool use(const fdt::SerialPort& port);

    /// The registers that we touch: what the address map must hold.
    [[nodiscard]] static PhysRange registers_of(const fdt::SerialPort& port);

    /// Waits for room with a bound: a UART that is never ready loses text, and holds nobody up for long.
    void write(std::string_view text) override;

    bool try_put(uint8_t byte) override;
    std::optional<uint8_t> try_get() override;
    void set_interrupts(bool input, bool room) override;

    /// For the fast path; empty where its registers are not bytes.
    [[nodiscard]] arch::ConsoleRegisters fast_registers() const;

private:
    [[nodiscard]] bool is_ready() const;
    [[nodiscard]] uint8_t read_register(unsigned index) const;
    void write_register(unsigned index, uint8_t value) const;
    void put(char character);

    PhysAddr registers_{};
    unsigned reg_shift_ = 0;
    unsigned io_width_ = 1;
    bool stuck_ = false;  ///< it was waited for in vain: do not wait for each further character
};

}  // namespace hv::plat
