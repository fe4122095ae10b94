// A main that returns ends in a panic.
// expect: panic: main returned
// status: 1
#include "support.hpp"

void main(uint64_t, uint64_t device_tree)
{
    hv::test::begin(device_tree);
}
