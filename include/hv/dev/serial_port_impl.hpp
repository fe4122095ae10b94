// What a serial port does where an access sets something off; part of serial_port.hpp, which a reader starts with.
#pragma once

namespace hv::dev {

template <SerialWires Wires>
Loaded SerialPort<Wires>::load_slowly(uint64_t offset, uint64_t width)
{
    if (!has_register(offset, width)) [[unlikely]] {
        return {0, Effects::access_fault()};
    }
    const auto which = static_cast<SerialRegister>(offset);
    if (registers_.reads_plainly(which)) {
        return {registers_.stored(which), {}};
    }
    const SpinLock::Held held{lock_};
    transmit();  // so that a guest which polls LSR is what moves its own output on
    const uint8_t value = registers_.read(which);
    return {value, settle()};
}

template <SerialWires Wires>
Effects SerialPort<Wires>::store_slowly(uint64_t offset, uint64_t width, uint64_t value)
{
    if (!has_register(offset, width)) [[unlikely]] {
        return Effects::access_fault();
    }
    const auto which = static_cast<SerialRegister>(offset);
    if (which == SerialRegister::scratch) {
        registers_.store_scratch(static_cast<uint8_t>(value));
        return {};
    }
    const SpinLock::Held held{lock_};
    transmit();
    registers_.write(which, static_cast<uint8_t>(value));
    transmit();
    return settle();
}

template <SerialWires Wires>
void SerialPort<Wires>::transmit()
{
    while (registers_.holds_output() && wires_->try_put(registers_.next_output())) {
        registers_.output_taken();
    }
}

template <SerialWires Wires>
Effects SerialPort<Wires>::settle()
{
    Effects effects = registers_.takes_input_again() ? Effects::input_room() : Effects{};
    if (const bool high = registers_.interrupts(); high != interrupt_) {
        interrupt_ = high;
        effects = effects | wires_->set_interrupt(high);
    }
    return effects;
}

}  // namespace hv::dev
