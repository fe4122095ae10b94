// A 16550A as its data sheet's tables tell it, slowly; and a program of steps that the real one must follow
// exactly.
#pragma once

#include <hv/dev/serial_port.hpp>

#include <cstdint>
#include <deque>
#include <string>

#include "plic_model.hpp"  // Program, expect_equal

namespace hv::test {

/// A console that takes as many bytes as it is told to, and a wire that remembers.
struct FakeWires {
    bool try_put_quickly(uint8_t byte) { return try_put(byte); }
    bool try_put(uint8_t byte)
    {
        if (room == 0) {
            return false;
        }
        room--;
        output.push_back(static_cast<char>(byte));
        return true;
    }
    dev::Effects set_interrupt(bool high)
    {
        interrupt = high;
        moves++;
        return dev::Effects::outputs_of(high ? 4 : 8);
    }

    uint64_t room = UINT64_MAX;
    std::string output{};
    bool interrupt = false;
    unsigned moves = 0;
};

class SlowSerial {
public:
    uint64_t room = UINT64_MAX;  // how many bytes the console takes
    std::string output;

    uint8_t read(unsigned offset)
    {
        const bool divisor = (lcr_ & 0x80) != 0;
        const bool plain = (offset == 1 && !divisor) || offset == 3 || offset == 4 || offset == 7;
        if (!plain) {
            drain();
        }
        switch (offset) {
        case 0:
            return divisor ? dll_ : pop();
        case 1:
            return divisor ? dlm_ : ier_;
        case 2: {
            const uint8_t id = iir();
            thre_ = thre_ && id != 2;
            return static_cast<uint8_t>(id | (fifos() ? 0xc0 : 0));
        }
        case 3:
            return lcr_;
        case 4:
            return mcr_;
        case 5: {
            const uint8_t lsr =
                static_cast<uint8_t>((in_.empty() ? 0 : 1) | (overrun_ ? 2 : 0) | (out_.empty() ? 0x60 : 0));
            overrun_ = false;
            return lsr;
        }
        case 6: {
            const uint8_t msr = static_cast<uint8_t>(lines() | deltas_);
            deltas_ = 0;
            return msr;
        }
        default:
            return scr_;
        }
    }

    void write(unsigned offset, uint8_t value)
    {
        if (offset == 7) {
            scr_ = value;
            return;
        }
        drain();
        const bool divisor = (lcr_ & 0x80) != 0;
        switch (offset) {
        case 0:
            divisor ? void(dll_ = value) : send(value);
            break;
        case 1:
            if (divisor) {
                dlm_ = value;
            } else {
                thre_ = (value & 2) != 0 && (ier_ & 2) == 0 ? out_.empty() : thre_;
                ier_ = value % 16;
            }
            break;
        case 2:
            if ((value & 1) != (fcr_ & 1) || (value & 3) == 3) {
                in_.clear();
            }
            fcr_ = (value & 1) != 0 ? value : uint8_t{0};
            break;
        case 3:
            lcr_ = value;
            break;
        case 4: {
            const uint8_t before = lines();
            mcr_ = value % 32;
            const auto moved = static_cast<uint8_t>(before ^ lines());
            deltas_ = static_cast<uint8_t>(deltas_ | ((moved >> 4) & 0xb) | ((before & ~lines() & 0x40) >> 4));
            break;
        }
        default:
            break;
        }
        drain();
    }

    bool receive(uint8_t byte)
    {
        const bool accepted = !looped() && in_.size() < depth();
        if (accepted) {
            in_.push_back(byte);
        }
        refused_ = refused_ || !accepted;
        return accepted;
    }
    bool announces_room()
    {
        const bool announces = refused_ && !looped() && in_.empty();
        refused_ = refused_ && !announces;
        return announces;
    }
    void drain()
    {
        while (!out_.empty() && room != 0) {
            room--;
            output.push_back(static_cast<char>(out_.front()));
            out_.pop_front();
            thre_ = out_.empty();
        }
    }
    void reset()
    {
        SlowSerial fresh;
        fresh.room = room;
        fresh.output = output;
        fresh.out_ = out_;
        fresh.refused_ = refused_;
        *this = fresh;
    }
    [[nodiscard]] bool interrupts() const { return iir() != 1; }

private:
    [[nodiscard]] bool fifos() const { return (fcr_ & 1) != 0; }
    [[nodiscard]] bool looped() const { return (mcr_ & 16) != 0; }
    [[nodiscard]] size_t depth() const { return fifos() ? 16 : 1; }
    [[nodiscard]] uint8_t lines() const
    {
        const unsigned m = mcr_;
        const unsigned looped_lines = (m & 2) << 3 | (m & 1) << 5 | (m & 4) << 4 | (m & 8) << 4;
        return static_cast<uint8_t>(looped() ? looped_lines : 0xb0);
    }
    [[nodiscard]] uint8_t iir() const
    {
        const size_t trigger = !fifos() ? 1 : fcr_ < 0x40 ? 1 : fcr_ < 0x80 ? 4 : fcr_ < 0xc0 ? 8 : 14;
        if ((ier_ & 4) != 0 && overrun_) {
            return 6;
        }
        if ((ier_ & 1) != 0 && !in_.empty()) {
            return in_.size() < trigger ? 12 : 4;
        }
        if ((ier_ & 2) != 0 && thre_) {
            return 2;
        }
        return (ier_ & 8) != 0 && deltas_ != 0 ? 0 : 1;
    }
    uint8_t pop()
    {
        if (in_.empty()) {
            return 0;
        }
        const uint8_t byte = in_.front();
        in_.pop_front();
        return byte;
    }
    void send(uint8_t byte)
    {
        thre_ = looped() && out_.empty();
        if (!looped()) {
            if (out_.size() < 16) {
                out_.push_back(byte);
            }
            return;
        }
        overrun_ = overrun_ || in_.size() >= depth();
        if (!fifos()) {
            in_.clear();
        }
        if (in_.size() < depth()) {
            in_.push_back(byte);
        }
    }

    std::deque<uint8_t> in_;
    std::deque<uint8_t> out_;
    uint8_t ier_ = 0;
    uint8_t fcr_ = 0;
    uint8_t lcr_ = 0;
    uint8_t mcr_ = 0;
    uint8_t scr_ = 0;
    uint8_t dll_ = 12;
    uint8_t dlm_ = 0;
    uint8_t deltas_ = 0;
    bool overrun_ = false;
    bool thre_ = false;
    bool refused_ = false;
};

/// Does everything to both, and compares everything that can be seen.
class ModelledSerial {
public:
    void step(Program& program)
    {
        const uint64_t what = program.take(1);
        const uint64_t offset = what >> 5;
        switch (what % 8) {
        case 0:
        case 1:
            load(offset);
            break;
        case 2:
        case 3:
            store(offset, static_cast<uint8_t>(program.take(1)));
            break;
        case 4:
            store(0, static_cast<uint8_t>(program.take(1)));
            break;
        case 5:
            receive(static_cast<uint8_t>(program.take(1)));
            break;
        case 6:
            wires_.room = slow_.room = what < 0x80 ? what >> 4 : UINT64_MAX;
            break;
        default:
            if (what == 0xff) {
                check(port_.reset(), [&] { slow_.reset(); });
            } else {
                check(port_.console_ready(), [&] { slow_.drain(); });
            }
        }
    }

private:
    void load(uint64_t offset)
    {
        uint8_t expected = 0;
        const dev::Loaded loaded = port_.load(offset, 1);
        check(loaded.effects, [&] { expected = slow_.read(static_cast<unsigned>(offset)); });
        expect_equal(loaded.value, expected, "load", offset);
    }
    void store(uint64_t offset, uint8_t value)
    {
        check(port_.store(offset, 1, value), [&] { slow_.write(static_cast<unsigned>(offset), value); });
    }
    void receive(uint8_t byte)
    {
        bool expected = false;
        const auto received = port_.receive(byte);
        check(received.effects, [&] { expected = slow_.receive(byte); });
        expect_equal(received.accepted, expected, "receive", byte);
    }
    template <typename Step>
    void check(dev::Effects effects, Step step)
    {
        const bool before = slow_.interrupts();
        step();
        const bool now = slow_.interrupts();
        expect_equal(wires_.interrupt, now, "interrupt output", 0);
        expect_equal(effects.harts(), before == now ? 0 : now ? 4 : 8, "effect of the interrupt output", 0);
        expect_equal(effects.has_input_room(), slow_.announces_room(), "announced room", 0);
        expect_equal(effects.has_access_fault(), 0, "access fault", 0);
        expect_equal(wires_.output == slow_.output, 1, "output", slow_.output.size());
        if (slow_.output.size() > 100) {
            slow_.output.clear();
            wires_.output.clear();
        }
    }

    FakeWires wires_;
    dev::SerialPort<FakeWires> port_{wires_};
    SlowSerial slow_;
};

}  // namespace hv::test
