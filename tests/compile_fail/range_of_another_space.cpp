// A range does not contain an address of another space.
// expect: (no matching function|no matching member function)
// flags: -Wno-unused-parameter
#include <hv/lib/address.hpp>

#ifdef BAD
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    return hv::PhysRange{host, 1}.contains(guest);
}
#else
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    return hv::PhysRange{host, 1}.contains(host) && hv::GuestPhysRange{guest, 1}.contains(guest);
}
#endif
