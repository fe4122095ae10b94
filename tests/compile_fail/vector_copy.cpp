// A vector is not copied.
// expect: (use of deleted function|call to deleted constructor)
#include <hv/lib/vector.hpp>

void test(hv::Vector<int>& v);

#ifdef BAD
void test(hv::Vector<int>& v)
{
    auto copy = v;
    copy.pop_back();
}
#else
void test(hv::Vector<int>& v)
{
    auto moved = std::move(v);
    moved.pop_back();
}
#endif
