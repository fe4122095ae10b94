// The serial line that the hypervisor's own words go to, one whole line at a time.
#pragma once

#include <hv/lib/format.hpp>
#include <hv/lib/sink.hpp>
#include <hv/lib/spinlock.hpp>

namespace hv::arch {

/// A serial line. write() ends each line as terminals want it, and waits for room; try_put() does neither.
class ConsoleDevice : public Sink {
public:
    /// Takes one byte as it is, or says that there is no room now.
    [[nodiscard]] virtual bool try_put(uint8_t byte) = 0;

protected:
    ~ConsoleDevice() = default;
};

/// From now on the console writes to `device`, which lives for ever; until the first call it writes to the
/// firmware's console, by SBI (DBCN where present, the legacy call where not).
void set_console_device(ConsoleDevice& device);

/// A guest's byte for the console, as it is. False where the console takes none now.
[[nodiscard]] bool console_try_put(uint8_t byte);

/// Holds the console for as long as it lives, so that what is written through it is not mixed with another hart's.
/// Not to be held over anything that can fail: a panic breaks it open after a while.
class ConsoleLine final : public Sink {
public:
    ConsoleLine();
    void write(std::string_view text) override;

private:
    SpinLock::Held held_;
};

/// Writes one line to the console. `println("v = {}", v)`; see hv/lib/format.hpp for what a format can say.
template <typename... Args>
void println(FormatString<std::type_identity_t<Args>...> format, const Args&... args)
{
    ConsoleLine line;
    hv::println(line, format, args...);
}

/// Back to the firmware's console, for whoever has reason to doubt the device.
void use_firmware_console();

/// A panic's way to the console: waits a bounded time for whoever writes, then goes ahead. Never given back; other
/// harts that write park.
[[nodiscard]] Sink& seize_console();

}  // namespace hv::arch
