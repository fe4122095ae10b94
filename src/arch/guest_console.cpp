// Passes bytes between the machine's console and the guest that has it, and keeps those that have no room yet.
#include <hv/arch/guest_console.hpp>

#include <optional>

#include <hv/arch/guest.hpp>
#include <hv/lib/spinlock.hpp>

namespace hv::arch {
namespace {

/// Guards the two below. Taken before the lock of any serial port.
constinit SpinLock input_lock;
constinit Guest* console_guest = nullptr;
/// A byte that the guest had no room for.
constinit std::optional<uint8_t> kept_input;

/// How many bytes are moved at a time: a flood must not hold up whoever moves it.
constexpr unsigned most_bytes = 64;

/// Moves input to the guest until it has no room, or there is no more; then the device interrupts again, or not.
void pump_input()
{
    const SpinLock::Held held{input_lock};
    if (console_guest == nullptr) {
        return;
    }
    for (unsigned i = 0; i < most_bytes; i++) {
        if (!kept_input) {
            kept_input = console_get();
        }
        if (!kept_input) {
            break;
        }
        const auto received = console_guest->serial_port().receive(*kept_input);
        console_guest->settle(received.effects);
        if (!received.accepted) {
            break;
        }
        kept_input.reset();
    }
    console_await_input(!kept_input);
}

}  // namespace

void connect_console(Guest& guest)
{
    {
        const SpinLock::Held held{input_lock};
        console_guest = &guest;
    }
    pump_input();
}

void serve_console()
{
    pump_input();
    if (console_room_was_awaited()) {
        console_guest->settle(console_guest->serial_port().console_ready());
    }
}

void console_input_wanted()
{
    pump_input();
}

size_t take_console_input(Guest& guest, std::span<std::byte> room)
{
    const auto taken = guest.serial_port().take_received(room);
    guest.settle(taken.effects);
    // A byte may be waiting here, also where the port had none: a guest that loops its port back is given none.
    pump_input();
    return taken.count;
}

}  // namespace hv::arch
