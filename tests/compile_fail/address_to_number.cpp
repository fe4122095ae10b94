// An address does not become a number by itself.
// expect: (cannot convert|no viable conversion)
// flags: -Wno-unused-parameter
#include <hv/lib/address.hpp>

#ifdef BAD
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    uint64_t number = host;
    return number;
}
#else
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    uint64_t number = host.value();
    return number;
}
#endif
