// A list inside its owner holds plain values only.
// expect: static.assert
#include <hv/lib/static_vector.hpp>
#include <hv/lib/vector.hpp>

void test(hv::Vector<int>& v);

#ifdef BAD
void test(hv::Vector<int>& v)
{
    hv::StaticVector<hv::Vector<int>, 2> list;
    list.clear();
    v.clear();
}
#else
void test(hv::Vector<int>& v)
{
    hv::StaticVector<int, 2> list;
    list.clear();
    v.clear();
}
#endif
