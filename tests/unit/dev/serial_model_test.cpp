// The serial port against its slow model, over random programs.
#include <hv/dev/serial_port.hpp>

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "serial_model.hpp"

namespace hv {
namespace {

void run(unsigned seed)
{
    std::mt19937 random{seed};
    std::vector<uint8_t> bytes(4000);
    for (uint8_t& byte : bytes) {
        byte = static_cast<uint8_t>(random());
    }
    test::Program program{bytes};
    test::ModelledSerial serial;
    while (!program.empty()) {
        serial.step(program);
    }
}

TEST(SerialPort, DoesWhatItsModelDoesOverRandomPrograms)
{
    for (unsigned seed = 0; seed < 80; seed++) {
        ASSERT_NO_THROW(run(seed)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace hv
