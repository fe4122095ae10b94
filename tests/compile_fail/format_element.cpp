// The specification of a sequence has to fit its elements.
// expect: a_field_does_not_fit_its_argument
#include <hv/lib/format.hpp>

void test(hv::Sink& sink);

#ifdef BAD
void test(hv::Sink& sink)
{
    println(sink, "{:x}", std::array<bool, 1>{});
}
#else
void test(hv::Sink& sink)
{
    println(sink, "{:x}", std::array<int, 1>{});
}
#endif
