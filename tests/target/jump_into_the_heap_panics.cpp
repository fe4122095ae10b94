// A jump into the heap ends in a panic that says that the heap cannot be executed.
// expect: panic: jump to 0x[0-9a-f]+, in heap \(read and write\)
// status: 1
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
    auto* const code = new uint32_t{0x00008067};  // ret
    reinterpret_cast<void (*)()>(reinterpret_cast<uintptr_t>(code))();
}
