// A format string with more fields than arguments does not compile.
// expect: there_are_more_fields_than_arguments
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{} {}", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{} {}", 1, 2);
}
#endif
