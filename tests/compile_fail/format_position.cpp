// A field cannot name an argument by its number.
// expect: a_field_is_malformed
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{0}", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{}", 1);
}
#endif
