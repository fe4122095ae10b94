// A format string that the compiler does not know does not compile.
// expect: (could not convert|no matching function)
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    const char* format = "{}";
    println(sink, format, 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{}", 1);
}
#endif
