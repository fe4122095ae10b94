// A guest's end of the machine's console: straight to the device's registers for the guest in front, where nothing
// else is going on, and by vm::ConsoleMux for all the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/arch/console.hpp>
#include <hv/vm/console_mux.hpp>

namespace hv::arch {

struct Vcpu;

/// Part of each guest, and at its start: what the fast path needs is reached in one instruction each.
struct ConsoleWire {
    /// Where the next byte that goes straight to the device is kept for later; `none`: none may. Set by whoever
    /// has the console, and taken away by anybody.
    uintptr_t direct = none;
    uint8_t* end = nullptr;
    uint8_t* begin = nullptr;
    ConsoleRegisters registers{};
    uintptr_t started = none;          ///< what `direct` was when it was set
    std::span<Vcpu* const> writers{};  ///< who may write by themselves: see GuestFrame::given
    /// Behind the end of any ring, as one more is.
    static constexpr uintptr_t none = UINTPTR_MAX - 1;
    uint64_t wrapped = 0;  ///< `direct` has come round since it was set
    vm::ConsoleChannel channel{};

    /// The low byte of `value` for the console, if that takes it now and the guest may write by itself. On the fast
    /// path. `given` is the hart's own, see GuestFrame.
    [[nodiscard, gnu::always_inline]] bool try_put_quickly(uint64_t value, uintptr_t& given);
};

/// Gives the guest `name`, which has these vCPUs, a console, and `room` for what it has written last. The first one
/// is in front. By the boot hart, before any guest runs; all live for ever.
void connect_wire(ConsoleWire& wire, std::string_view name, std::span<Vcpu* const> vcpus, std::span<uint8_t> room);

/// A guest's bytes for the console, at any time and on any of its harts: how many were taken. Never waits, and
/// writes no more than the guest's own share at once. When there is room for those that were not taken, `tell` is
/// called as set_room_handler() says.
[[nodiscard]] size_t console_write(ConsoleWire& wire, std::span<const std::byte> text);
/// Passes on what waits for the console, as far as that has room, but a bounded number of bytes.
void pump_console();
/// In how many ticks pump_console() is to be called, for what the guest has written to go out; 0: there is nothing.
[[nodiscard]] uint64_t console_wait(const ConsoleWire& wire);
/// From now on `tell` is called for guests that were refused and have room now: bit n for the nth that was
/// connected. On any hart, with any lock of a guest's own held.
void set_room_handler(void (*tell)(uint32_t wires));

/// The guest that is shown byte for byte.
[[nodiscard]] size_t console_front();
/// Says `text` first, which lives for ever, and then what that guest wrote last.
void bring_console_to_front(size_t index, vm::ConsoleText& text);
/// Says this when the line that is going out is out. `text` lives for ever.
void say_on_console(vm::ConsoleText& text);

inline bool ConsoleWire::try_put_quickly(uint64_t value, uintptr_t& given)
{
    constexpr uint8_t holding_empty = 0x20;
    const volatile uint8_t* const status = registers.line_status;
    uint8_t* const limit = end;
    if ((*status & holding_empty) == 0) [[unlikely]] {
        return false;
    }
    // Whoever takes `direct` away makes the store fail: each byte is either here and on its way, or goes through
    // the channel. It is on its way until the hart says so.
    uintptr_t place = 0;
    asm volatile("lr.d %0, %1" : "=r"(place), "+A"(direct));
    uintptr_t next = place + 1;
    if (next >= reinterpret_cast<uintptr_t>(limit)) [[unlikely]] {
        if (place == none) {
            return false;
        }
        next = reinterpret_cast<uintptr_t>(begin);
        wrapped = 1;
    }
    uint64_t failed = 0;
    asm volatile("sc.d %0, %2, %1" : "=&r"(failed), "+A"(direct) : "r"(next));
    if (failed != 0) [[unlikely]] {
        return false;
    }
    // Both take the low byte, which a compiler would first cut out.
    asm volatile("sb %1, %0" : "=m"(*reinterpret_cast<uint8_t*>(place)) : "r"(value));
    asm volatile("sb %1, %0" : "=m"(*registers.data) : "r"(value));
    asm volatile("sd %1, %0" : "=m"(given) : "r"(next));
    return true;
}

}  // namespace hv::arch
