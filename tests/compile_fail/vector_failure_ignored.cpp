// That a push may have failed is not ignored.
// expect: (ignoring return value|unused-result)
#include <hv/lib/vector.hpp>

void test(hv::Vector<int>& v);

#ifdef BAD
void test(hv::Vector<int>& v)
{
    v.try_push_back(1);
}
#else
void test(hv::Vector<int>& v)
{
    (void)v.try_push_back(1);
}
#endif
