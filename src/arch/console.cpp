// The console's lock and device, and the firmware's console until there is a better one.
#include <hv/arch/console.hpp>

#include <atomic>

#include <hv/arch/hart.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/lib/spinlock.hpp>

namespace hv::arch {
namespace {

/// The console before there is a device tree: the firmware's own.
class FirmwareConsole final : public ConsoleDevice {
public:
    void write(std::string_view text) override
    {
        if (kind_ == Kind::unknown) {
            kind_ = sbi::probe(isa::sbi::Extension::debug_console) ? Kind::debug_console : Kind::legacy;
        }
        if (kind_ == Kind::debug_console) {
            sbi::debug_console_write(text);
            return;
        }
        for (const char c : text) {
            sbi::legacy_console_putchar(c);
        }
    }

    bool try_put(uint8_t byte) override
    {
        const char character = static_cast<char>(byte);
        write({&character, 1});
        return true;
    }

    // The firmware's console is for our own words: nobody listens to it.
    std::optional<uint8_t> try_get() override { return std::nullopt; }
    void set_interrupts(bool, bool) override {}

private:
    enum class Kind : uint8_t { unknown, debug_console, legacy };
    Kind kind_ = Kind::unknown;
};

constinit FirmwareConsole firmware_console;
/// Guards the device behind the console: its registers, and that lines stay whole. The innermost of all locks.
constinit SpinLock console_lock;
constinit ConsoleDevice* console_device = &firmware_console;
/// The bit of the hart that has seized the console, once one has.
constinit std::atomic<uint32_t> seized_by = 0;

/// Guards what the device interrupts for.
constinit SpinLock interrupts_lock;
constinit bool awaits_input = false;
constinit bool awaits_room = false;

/// How often a panic looks at the lock: far longer than any line takes.
constexpr uint32_t seize_tries = 1'000'000;

}  // namespace

constinit ConsoleRegisters console_registers;

bool console_try_put(uint8_t byte)
{
    return console_device->try_put(byte);
}

std::optional<uint8_t> console_get()
{
    return console_device->try_get();
}

void console_await_input(bool wanted)
{
    const SpinLock::Held held{interrupts_lock};
    awaits_input = wanted;
    console_device->set_interrupts(awaits_input, awaits_room);
}

void console_await_room()
{
    const SpinLock::Held held{interrupts_lock};
    awaits_room = true;
    console_device->set_interrupts(awaits_input, awaits_room);
}

bool console_room_was_awaited()
{
    const SpinLock::Held held{interrupts_lock};
    if (!awaits_room) {
        return false;
    }
    awaits_room = false;
    console_device->set_interrupts(awaits_input, awaits_room);
    return true;
}

void set_console_device(ConsoleDevice& device, ConsoleRegisters fast)
{
    console_device = &device;
    console_registers = fast;
}

void use_firmware_console()
{
    console_device = &firmware_console;
    console_registers = {};
}

ConsoleLine::ConsoleLine() : held_{console_lock}
{
    const uint32_t owner = seized_by.load();
    if (owner != 0 && owner != this_hart().bit) {
        park();  // with the lock, which a panic does not wait for without end
    }
}

void ConsoleLine::write(std::string_view text)
{
    console_device->write(text);
}

Sink& seize_console()
{
    seized_by = this_hart().bit;
    // Waits for the line that is being written. Where that takes too long its writer may never run again: go ahead.
    // Nobody else writes from here on, so the lock itself is not kept.
    static_cast<void>(console_lock.hold_within(seize_tries));
    return *console_device;
}

}  // namespace hv::arch
