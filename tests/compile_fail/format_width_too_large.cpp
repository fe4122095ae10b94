// A width that no line has does not compile.
// expect: a_field_is_malformed
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:99999999999}", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:999}", 1);
}
#endif
