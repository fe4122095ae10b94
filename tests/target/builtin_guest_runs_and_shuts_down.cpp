// The built-in guest says what it was given, takes a timer interrupt, and shuts down; the machine then powers off.
// expect: guest: hart 0, SBI 3.0, extensions BASE TIME IPI RFNC HSM SRST DBCN
// expect: guest: 4 MiB of memory at 0x80000000
// expect: guest: a timer interrupt after 100000 ticks
// expect: guest: shutting down
// not: panic
// status: 0
#include "support.hpp"

#include <hv/plat/builtin_guest.hpp>

void main(uint64_t, uint64_t device_tree)
{
    using namespace hv;
    const PhysRange memory = test::begin_with_guest_memory(device_tree, plat::builtin_guest_memory);
    arch::Guest& guest = plat::make_builtin_guest(test::board, memory);
    arch::heap().seal();
    guest.start_on_this_hart();
}
