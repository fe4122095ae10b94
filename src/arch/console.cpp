// The console's lock and device, and the firmware's console until there is a better one.
#include <hv/arch/console.hpp>

#include <algorithm>
#include <atomic>

#include <hv/arch/console_wire.hpp>
#include <hv/arch/csr_access.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/arch/vcpu.hpp>
#include <hv/lib/spinlock.hpp>
#include <hv/seam.hpp>

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
/// Also guards `mux`, and who may write by itself. A guest's harts only try to have it.
constinit SpinLock console_lock;
constinit vm::ConsoleMux mux;
constinit StaticVector<ConsoleWire*, vm::ConsoleMux::most_channels> wires;
using TellOfRoom = void (*)(uint32_t wires);
constinit TellOfRoom tell_of_room = nullptr;
/// Somebody wanted to pass something on, and somebody else had the lock.
constinit std::atomic<uint32_t> missed = 0;
/// The line of a guest waits that has no timer to look again.
constinit std::atomic<uint32_t> hurries = 0;
constinit ConsoleDevice* console_device = &firmware_console;
constinit ConsoleRegisters console_registers;
/// What the status of a device is that has none.
constinit uint8_t never_ready = 0;
/// The bit of the hart that has seized the console, once one has.
constinit std::atomic<uint32_t> seized_by = 0;

/// Guards what the device interrupts for.
constinit SpinLock interrupts_lock;
constinit bool awaits_input = false;
constinit bool awaits_room = false;

/// How often a panic looks at the lock: far longer than any line takes.
constexpr uint32_t seize_tries = 1'000'000;
/// How often the lock of a channel is looked at, which is held for a line at most.
constexpr uint32_t channel_tries = 10'000;
/// How often a byte is looked for that a guest's hart gives to the device by its next two instructions: but it may
/// be QEMU's thread, which the computer has stopped.
constexpr uint32_t given_tries = 1'000'000;
/// What is written at a time with the lock held: the longest line, nearly.
constexpr unsigned most_at_once = 256;
/// How often a hart writes as much for others, who wanted to while it had the lock.
constexpr unsigned most_rounds = 4;

void await_room()
{
    const SpinLock::Held held{interrupts_lock};
    awaits_room = true;
    console_device->set_interrupts(awaits_input, awaits_room);
}

bool is_seized_by_another()
{
    const uint32_t owner = seized_by.load();
    return owner != 0 && owner != this_hart().bit;
}

/// The device has the byte with which `direct` became `next`.
bool is_given(const ConsoleWire& wire, uintptr_t next)
{
    return next == wire.started || std::any_of(wire.writers.begin(), wire.writers.end(), [&](Vcpu* vcpu) {
               return std::atomic_ref{vcpu->frame().given}.load() == next;
           });
}

/// With the lock of the wire's channel held: from now on the guest's bytes all go through that. The last one that
/// does not may still be on its way, and is not to end up in somebody else's line.
void stop_direct(ConsoleWire& wire)
{
    const uintptr_t next = std::atomic_ref{wire.direct}.exchange(ConsoleWire::none);
    if (next == ConsoleWire::none) {
        return;
    }
    for (uint32_t tries = 0; !is_given(wire, next) && tries < given_tries; tries++) {
        seam::spin_hint();
    }
    wire.channel.ring().shown_until(reinterpret_cast<uint8_t*>(next), wire.wrapped != 0);
    wire.wrapped = 0;
}

size_t offer(ConsoleWire& wire, std::span<const std::byte> text)
{
    const SpinLock::Held held{wire.channel.lock()};
    stop_direct(wire);
    return wire.channel.offer(text, read_csr<isa::Csr::time>());
}

// With console_lock held:

/// False where a hart of the guest is about to do the same, and will pass on what there is.
bool stop_front()
{
    ConsoleWire& front = *wires[mux.front()];
    const auto held = front.channel.lock().hold_within(channel_tries);
    if (held) {
        stop_direct(front);
    }
    return held.has_value();
}

void restart_front()
{
    ConsoleWire& front = *wires[mux.front()];
    const auto held = front.channel.lock().try_hold();
    if (held && mux.is_idle() && console_registers.data != nullptr && seized_by.load() == 0) {
        front.started = reinterpret_cast<uintptr_t>(front.channel.ring().next());
        std::atomic_ref{front.direct}.store(front.started);
    }
}

/// Writes what waits. True where there is more, and there was room for it.
bool pump_some()
{
    if (!stop_front()) {
        return false;
    }
    const uint64_t now = read_csr<isa::Csr::time>();
    if (hurries.load() != 0) {
        hurries.store(0);
        mux.hurry();
    }
    for (unsigned i = 0; i < most_at_once; i++) {
        const auto byte = mux.next(now);
        if (!byte) {
            restart_front();
            return false;
        }
        if (!console_device->try_put(*byte)) {
            await_room();
            return false;
        }
        mux.taken();
    }
    return true;
}

/// Waits for room, with a bound: a console that has none for long loses text.
void put(uint8_t byte)
{
    for (uint32_t tries = 0; tries < seize_tries; tries++) {
        if (console_device->try_put(byte)) {
            return;
        }
    }
}

/// Ends what is going out, and leaves the console at the start of a line.
void begin_line()
{
    static_cast<void>(stop_front());
    while (mux.is_in_a_line()) {
        put(mux.next(0).value_or(0));
        mux.taken();
    }
    // A guest alone has its line as it left it.
    if (wires.size() > 1 && mux.break_line()) {
        console_device->write("\\\n");
    }
}

void pump(unsigned rounds)
{
    bool more = true;
    for (unsigned round = 0; round < rounds && more; round++) {
        missed.store(1);
        auto held = console_lock.try_hold();
        if (!held || is_seized_by_another()) {
            return;
        }
        missed.store(0);
        more = pump_some();
        held.reset();
        more = more || missed.load() != 0;
    }
    if (more) {
        await_room();
    }
    if (const uint32_t waiting = mux.take_those_with_room(); waiting != 0) {
        tell_of_room(waiting);
    }
}

/// What a guest's hart does for its own output.
unsigned rounds_for(size_t bytes)
{
    return most_rounds + static_cast<unsigned>(bytes / (most_at_once / 2));
}

}  // namespace

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

void drain_console()
{
    constexpr uint8_t transmitter_empty = 0x40;
    constexpr uint64_t a_second = 10'000'000;  // ticks of the time CSR, or thereabouts
    const uint64_t start = read_csr<isa::Csr::time>();
    while (console_registers.data != nullptr && (*console_registers.line_status & transmitter_empty) == 0 &&
           read_csr<isa::Csr::time>() - start < a_second) {
        seam::spin_hint();
    }
}

void use_firmware_console()
{
    console_device = &firmware_console;
    console_registers = {};
}

void connect_wire(ConsoleWire& wire, std::string_view name, std::span<Vcpu* const> vcpus, std::span<uint8_t> room)
{
    wire.writers = vcpus;
    wire.channel.connect(name, room);
    wire.begin = room.data();
    wire.end = room.data() + room.size();
    wire.registers = console_registers;
    if (wire.registers.line_status == nullptr) {
        wire.registers.line_status = &never_ready;
    }
    wires.push_back(&wire);
    mux.add(wire.channel);
}

size_t console_write(ConsoleWire& wire, std::span<const std::byte> text)
{
    size_t taken = offer(wire, text);
    while (taken < text.size()) {
        pump(rounds_for(text.size()));
        const size_t more = offer(wire, text.subspan(taken));
        if (more == 0) {
            return taken;
        }
        taken += more;
    }
    // Passing it on is the guest's own work. A line that has just begun shows when the guest in front was last
    // quiet.
    if (&wire == wires[mux.front()] || wire.channel.is_due() || wire.channel.is_new() ||
        std::find(text.begin(), text.end(), std::byte{'\n'}) != text.end()) {
        pump(rounds_for(taken));
    }
    if (const uint64_t wait = console_wait(wire); wait != 0 && !look_at_console_in(*this_hart().guest.vcpu, wait)) {
        hurries.store(1);
        pump(1);
    }
    return taken;
}

uint64_t console_wait(const ConsoleWire& wire)
{
    if (!wire.channel.holds_output() || &wire == wires[mux.front()]) {
        return 0;
    }
    return mux.others_wait() ? vm::ConsoleMux::quiet : vm::ConsoleChannel::patience;
}

void pump_console()
{
    pump(1);
}

void set_room_handler(void (*tell)(uint32_t wires))
{
    tell_of_room = tell;
}

size_t console_front()
{
    return mux.front();
}

void bring_console_to_front(size_t index, vm::ConsoleText& text)
{
    {
        const SpinLock::Held held{console_lock};
        static_cast<void>(stop_front());
        mux.say(text);
        if (index != mux.front()) {
            mux.bring_to_front(index);
        }
    }
    pump_console();
}

void say_on_console(vm::ConsoleText& text)
{
    {
        const SpinLock::Held held{console_lock};
        static_cast<void>(stop_front());
        mux.say(text);
    }
    pump_console();
}

ConsoleLine::ConsoleLine() : held_{std::in_place, console_lock}
{
    if (is_seized_by_another()) {
        park();  // with the lock, which a panic does not wait for without end
    }
    if (!wires.empty()) {
        begin_line();
    }
}

ConsoleLine::~ConsoleLine()
{
    held_.reset();
    if (!wires.empty()) {
        pump_console();
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
    if (!wires.empty()) {
        std::atomic_ref{wires[mux.front()]->direct}.store(ConsoleWire::none);
    }
    return *console_device;
}

}  // namespace hv::arch
