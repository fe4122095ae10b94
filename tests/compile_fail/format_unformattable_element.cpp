// A sequence of what nobody can format does not compile.
// expect: not formattable: give the type a format_value
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

struct Opaque {};

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{}", std::array<Opaque, 1>{});
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{}", std::array<char, 1>{});
}
#endif
