// There is no prefix for a decimal number.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:#}", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:#x}", 1);
}
#endif
