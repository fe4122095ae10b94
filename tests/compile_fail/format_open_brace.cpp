// An opening brace without its partner does not compile.
// expect: a_brace_has_no_partner
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{} {", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{} {{", 1);
}
#endif
