// The serial line that the hypervisor's own words go to, one whole line at a time.
#pragma once

#include <cstdint>
#include <optional>

#include <hv/lib/format.hpp>
#include <hv/lib/sink.hpp>
#include <hv/lib/spinlock.hpp>

namespace hv::arch {

/// A serial line. write() ends each line as terminals want it, and waits for room; try_put() does neither.
class ConsoleDevice : public Sink {
public:
    /// Takes one byte as it is, or says that there is no room now.
    [[nodiscard]] virtual bool try_put(uint8_t byte) = 0;
    /// A byte that was typed, if there is one.
    [[nodiscard]] virtual std::optional<uint8_t> try_get() = 0;
    /// Interrupts from now on while there is input, and while there is room for output, or does not.
    virtual void set_interrupts(bool input, bool room) = 0;

protected:
    ~ConsoleDevice() = default;
};

/// The two registers that most bytes of a guest go through, where they are a 16550's and one byte wide.
struct ConsoleRegisters {
    volatile uint8_t* data = nullptr;  ///< nullptr: the device is to be asked
    const volatile uint8_t* line_status = nullptr;
};

/// From now on the console writes to `device`, which lives for ever; until the first call it writes to the
/// firmware's console, by SBI (DBCN where present, the legacy call where not). Guests' bytes go to `fast`, the same
/// device's.
void set_console_device(ConsoleDevice& device, ConsoleRegisters fast);

/// A byte that was typed, if there is one. By one hart at a time.
[[nodiscard]] std::optional<uint8_t> console_get();
/// Is the console to interrupt while there is input?
void console_await_input(bool wanted);
/// Was room awaited? From now on it is not, until somebody finds none again.
[[nodiscard]] bool console_room_was_awaited();

/// Holds the console for as long as it lives, so that what is written through it is not mixed with another hart's.
/// Not to be held over anything that can fail: a panic breaks it open after a while.
class ConsoleLine final : public Sink {
public:
    ConsoleLine();
    ConsoleLine(const ConsoleLine&) = delete;
    ConsoleLine& operator=(const ConsoleLine&) = delete;
    ~ConsoleLine();
    void write(std::string_view text) override;

private:
    std::optional<SpinLock::Held> held_;
};

/// Writes one line to the console. `println("v = {}", v)`; see hv/lib/format.hpp for what a format can say.
template <typename... Args>
void println(FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    ConsoleLine line;
    hv::println(line, format, args...);
}

/// Waits until the device has sent all that it was given, but no longer than a second or so: what is on its way
/// when the machine is powered off is lost.
void drain_console();

/// Back to the firmware's console, for whoever has reason to doubt the device.
void use_firmware_console();

/// A panic's way to the console: waits a bounded time for whoever writes, then goes ahead. Never given back; other
/// harts that write park.
[[nodiscard]] Sink& seize_console();

}  // namespace hv::arch
