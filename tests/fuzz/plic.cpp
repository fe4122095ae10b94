// libFuzzer: a program of accesses and wires to a PLIC of one to four harts, against the slow model.
#include "../unit/dev/plic_model.hpp"
#include "host_heap.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    {
        hv::test::Program program{{data, size}};
        hv::test::ModelledPlic plic{1 + static_cast<unsigned>(program.take(1) % 4)};
        while (!program.empty()) {
            plic.step(program);
        }
    }
    hv::test::reset_heap();
    return 0;
}
