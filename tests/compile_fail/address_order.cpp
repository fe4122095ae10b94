// Addresses of different spaces have no order.
// expect: (no match for .operator.|invalid operands to binary expression)
// flags: -Wno-unused-parameter
#include <hv/lib/address.hpp>

#ifdef BAD
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    return host < guest;
}
#else
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    return host < host || guest < guest;
}
#endif
