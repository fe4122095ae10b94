// A number does not become an address by itself.
// expect: (conversion from .* to non-scalar type|no viable conversion|could not convert)
// flags: -Wno-unused-parameter
#include <hv/lib/address.hpp>

#ifdef BAD
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    host = guest;
    hv::PhysAddr made = 0x80000000;
    return made;
}
#else
auto test(hv::PhysAddr host, hv::GuestPhysAddr guest)
{
    host = hv::PhysAddr{guest.value()};
    hv::PhysAddr made{0x80000000};
    return made;
}
#endif
