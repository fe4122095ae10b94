// Passes what is typed to the guest in front, and tells guests that the console has room for them again.
#include <hv/arch/guest_console.hpp>

#include <atomic>
#include <bit>
#include <optional>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/operator_console.hpp>
#include <hv/lib/spinlock.hpp>
#include <hv/lib/static_vector.hpp>
#include <hv/mm/purpose_scope.hpp>
#include <hv/vm/escape_keys.hpp>
#include <hv/vm/key_queue.hpp>

namespace hv::arch {
namespace {

/// What is kept of a guest's output to be shown again. A guest alone is always in front: its ring is for what the
/// device does not take at once, and the less memory. But a byte at a ring's end costs a few instructions more than
/// others, so that a small ring makes output dearer.
constexpr size_t history = 4096;
constexpr size_t history_alone = 2048;

constinit StaticVector<Guest*, vm::ConsoleMux::most_channels> guests;

/// Guards the next three. Held for a few instructions, and no other lock is taken meanwhile but the device's.
constinit SpinLock input_lock;
constinit vm::EscapeKeys escape_keys;
constinit vm::KeyQueue keys;
constinit bool reads_keys = false;  ///< the device interrupts for input

/// How many keys are looked at in one go.
constexpr unsigned most_keys = 64;
/// How often a hart moves keys because others wanted to meanwhile.
constexpr unsigned most_moves = 4;

Guest& guest_in_front()
{
    return *guests[console_front()];
}

/// Has a guest look at the console: on one of its own harts, so that it waits for nobody but itself.
void call(Guest& guest)
{
    send_request(*guest.vcpus()[0], request::console);
}

/// Takes in what was typed. While there is no room for more, that stays with the device, where there is one guest:
/// nothing is to be lost. Of several, one that reads no keys, and makes the terminal send them, is not to keep the
/// operator's from being found: then they are lost. A command that was among it.
std::optional<uint8_t> read_keys()
{
    const SpinLock::Held held{input_lock};
    std::optional<uint8_t> command;
    const bool loses_keys = guests.size() > 1;
    for (unsigned i = 0; i < most_keys && (loses_keys || !keys.full()) && !command; i++) {
        const auto byte = console_get();
        if (!byte) {
            break;
        }
        const vm::Key key = escape_keys.take(*byte);
        if (key.kind == vm::Key::Kind::guest && !keys.full()) {
            keys.push(key.byte);
        } else if (key.kind == vm::Key::Kind::command) {
            command = key.byte;
        }
    }
    reads_keys = loses_keys || !keys.full();
    console_await_input(reads_keys);
    return command;
}

std::optional<uint8_t> take_key(const Guest& guest)
{
    const SpinLock::Held held{input_lock};
    if (&guest != &guest_in_front() || keys.empty()) {
        return std::nullopt;
    }
    const uint8_t key = keys.front();
    keys.pop();
    if (!reads_keys) {
        reads_keys = true;
        console_await_input(true);
    }
    return key;
}

void give_key_back(const Guest& guest, uint8_t key)
{
    const SpinLock::Held held{input_lock};
    if (&guest == &guest_in_front()) {
        keys.unpop(key);
    }
}

/// Moves keys to the guest until it has no room, or there are no more. By one of its harts at a time, so that they
/// stay in their order.
void move_keys(Guest& guest)
{
    std::atomic<uint32_t>& moving = guest.wires().moves_keys;
    // Whoever finds another at it has that one look again.
    if (moving.fetch_add(1) != 0) {
        return;
    }
    for (unsigned round = 0; round < most_moves; round++) {
        uint32_t seen = moving.load();
        for (unsigned i = 0; i < vm::KeyQueue::most; i++) {
            const auto key = take_key(guest);
            if (!key) {
                break;
            }
            const auto received = guest.serial_port().receive(*key);
            guest.settle(received.effects);
            if (!received.accepted) {
                give_key_back(guest, *key);
                break;
            }
        }
        if (moving.compare_exchange_strong(seen, 0)) {
            return;
        }
    }
    // Its other harts have come each time. It goes on behind what else is asked of a hart.
    moving = 0;
    call(guest);
}

void tell_of_room(uint32_t waiting)
{
    for (; waiting != 0; waiting &= waiting - 1) {
        call(*guests[static_cast<size_t>(std::countr_zero(waiting))]);
    }
}

/// Without an interrupt, those who want input have to look for it themselves.
void look_for_input()
{
    if (const auto command = read_keys()) {
        obey_operator(*command);
    }
}

}  // namespace

void connect_console(std::span<Guest* const> all)
{
    const mm::PurposeScope scope{heap(), mm::HeapPurpose::guests};
    for (Guest* guest : all) {
        guests.push_back(guest);
        const size_t size = all.size() == 1 ? history_alone : history;
        connect_wire(guest->wires().console, guest->name(), guest->vcpus(), {new uint8_t[size], size});
    }
    set_room_handler(tell_of_room);
    static_cast<void>(read_keys());
}

void serve_console()
{
    look_for_input();
    Guest& front = guest_in_front();
    if (this_hart().guest.guest == &front) {
        move_keys(front);
    } else {
        call(front);
    }
    if (console_room_was_awaited()) {
        pump_console();
    }
}

void serve_guest_console(Guest& guest)
{
    move_keys(guest);
    guest.settle(guest.serial_port().console_ready());
}

void console_input_wanted(Guest& guest)
{
    if (&guest == &guest_in_front()) {
        look_for_input();
        move_keys(guest);
    }
}

void forget_keys()
{
    const SpinLock::Held held{input_lock};
    keys.clear();
    reads_keys = true;
    console_await_input(true);
}

size_t take_console_input(Guest& guest, std::span<std::byte> room)
{
    const auto taken = guest.serial_port().take_received(room);
    guest.settle(taken.effects);
    // A byte may be waiting here, also where the port had none: a guest that loops its port back is given none.
    console_input_wanted(guest);
    return taken.count;
}

void flush_console(Guest& guest)
{
    constexpr uint64_t a_second = 10'000'000;  // ticks of the time CSR, or thereabouts
    const uint64_t start = read_csr<isa::Csr::time>();
    vm::ConsoleChannel& channel = guest.wires().console.channel;
    channel.set_ended(true);
    while ((guest.serial_port().holds_output() || channel.holds_output()) &&
           read_csr<isa::Csr::time>() - start < a_second) {
        static_cast<void>(guest.serial_port().console_ready());
        pump_console();
    }
}

}  // namespace hv::arch
