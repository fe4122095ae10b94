// A string is not written in hex.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:x}", "text");
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:?}", "text");
}
#endif
