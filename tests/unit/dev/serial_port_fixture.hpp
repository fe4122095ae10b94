// A serial port on fake wires, with the data sheet's names for its registers.
#pragma once

#include <hv/dev/serial_port.hpp>

#include <gtest/gtest.h>

#include "serial_model.hpp"

namespace hv::test {

class SerialPortFixture : public testing::Test {
protected:
    static constexpr uint64_t rbr = 0;
    static constexpr uint64_t thr = 0;
    static constexpr uint64_t dll = 0;
    static constexpr uint64_t ier = 1;
    static constexpr uint64_t dlm = 1;
    static constexpr uint64_t iir = 2;
    static constexpr uint64_t fcr = 2;
    static constexpr uint64_t lcr = 3;
    static constexpr uint64_t mcr = 4;
    static constexpr uint64_t lsr = 5;
    static constexpr uint64_t msr = 6;
    static constexpr uint64_t scr = 7;

    // What FakeWires returns when its interrupt moves.
    static constexpr dev::Effects raised = dev::Effects::outputs_of(4);
    static constexpr dev::Effects lowered = dev::Effects::outputs_of(8);

    SerialPortFixture()
    {
        seam::interrupts_enabled = 2;
        seam::this_hart_bit = 1;
    }

    unsigned load(uint64_t offset)
    {
        const dev::Loaded loaded = port_.load(offset, 1);
        EXPECT_FALSE(loaded.effects.has_access_fault());
        return static_cast<unsigned>(loaded.value);
    }
    void store(uint64_t offset, uint8_t value) { EXPECT_FALSE(port_.store(offset, 1, value).has_access_fault()); }

    FakeWires wires_;
    dev::SerialPort<FakeWires> port_{wires_};
};

}  // namespace hv::test
