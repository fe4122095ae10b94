// The text of a requirement is checked like any other.
// expect: there_are_fewer_fields_than_arguments
#include <hv/lib/panic.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    sink.write("");
    hv::require(false, "size", 1);
}
#else
void test(hv::Sink& sink)
{
    sink.write("");
    hv::require(false, "size {}", 1);
}
#endif
