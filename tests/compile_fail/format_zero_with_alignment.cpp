// Filling with zeros and aligning exclude each other.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:<08}", 1);
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:08}", 1);
}
#endif
