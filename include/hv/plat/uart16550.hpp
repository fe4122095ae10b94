// The host's serial line: a 16550 UART, polled, for the hypervisor's own words.
#pragma once

#include <cstdint>

#include <hv/lib/address.hpp>
#include <hv/lib/sink.hpp>

namespace hv::plat {

/// Writes to a UART that the firmware has set up already (speed, format, FIFOs). Each line feed goes out behind a
/// carriage return, as terminals want it.
class Uart16550 final : public Sink {
public:
    constexpr Uart16550() = default;

    /// [dt] ns16550: `registers` is the first register's address; they are `1 << reg_shift` bytes apart, each
    /// `io_width` (1 or 4) bytes wide.
    void use(PhysAddr registers, unsigned reg_shift, unsigned io_width);

    /// Waits for room with a bound: a UART that is never ready loses text, and holds nobody up for ever.
    void write(std::string_view text) override;

private:
    [[nodiscard]] uint8_t read_register(unsigned index) const;
    void write_register(unsigned index, uint8_t value) const;
    void put(char character) const;

    PhysAddr registers_{};
    unsigned reg_shift_ = 0;
    unsigned io_width_ = 1;
};

}  // namespace hv::plat
