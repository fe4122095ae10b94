// libFuzzer: a program of accesses, input and console moods to a serial port, against the slow model.
#include "../unit/dev/serial_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    hv::test::Program program{{data, size}};
    hv::test::ModelledSerial serial;
    while (!program.empty()) {
        serial.step(program);
    }
    return 0;
}
