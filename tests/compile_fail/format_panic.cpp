// The text of a panic is checked like any other.
// expect: there_are_more_fields_than_arguments
#include <hv/lib/panic.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    sink.write("");
    hv::panic("index {} of {}", 1);
}
#else
void test(hv::Sink& sink)
{
    sink.write("");
    hv::panic("index {} of {}", 1, 2);
}
#endif
