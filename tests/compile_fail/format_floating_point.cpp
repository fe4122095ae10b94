// There are no floating-point numbers in this kernel, and none in its text.
// expect: not formattable: give the type a format_value
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{}", 1.5);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{}", 15);
}
#endif
