// A Vector's elements lie between the heap's two ends as the linker placed them, and the heap's statistics say so.
// expect: PASS
// status: 0
#include "support.hpp"

#include <hv/arch/image.hpp>

void main(uint64_t, uint64_t device_tree)
{
    using namespace hv;
    test::begin(device_tree);
    const uint64_t used = arch::heap().statistics().used;
    Vector<char> v;
    v.push_back('a');
    test::expect(arch::linked_heap_range().contains(arch::phys(v.data())), "the vector's data lies in the heap");
    test::expect(arch::heap().statistics().used > used, "the heap counts it");
    test::pass();
}
