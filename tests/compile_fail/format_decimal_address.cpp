// An address is not written in decimal.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:d}", hv::PhysAddr{1});
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:x}", hv::PhysAddr{1});
}
#endif
