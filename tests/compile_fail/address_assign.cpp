// An address does not become one of another space.
// expect: (no match for .operator=|no viable overloaded '=')
// flags: -Wno-unused-parameter
#include <hv/lib/address.hpp>

#ifdef BAD
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    host = guest;
    return host;
}
#else
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    host = hv::PhysAddr{guest.value()};
    return host;
}
#endif
