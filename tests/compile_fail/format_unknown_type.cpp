// A letter that names no way to format does not compile.
// expect: a_field_is_malformed
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:q}", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:x}", 1);
}
#endif
