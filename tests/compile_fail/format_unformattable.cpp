// A type that nobody can format does not compile.
// expect: not formattable: give the type a format_value
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

struct Opaque {};

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{}", Opaque{});
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{}", sizeof(Opaque));
}
#endif
