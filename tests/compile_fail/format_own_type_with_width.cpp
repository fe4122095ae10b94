// A type that formats itself takes no specification.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

struct Point {};
[[maybe_unused]] static void format_value(hv::FormatOutput& out, const Point&)
{
    out.write("point");
}

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:8}", Point{});
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{}", Point{});
}
#endif
