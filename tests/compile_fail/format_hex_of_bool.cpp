// A truth value is not written in hex.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:x}", true);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:5}", true);
}
#endif
