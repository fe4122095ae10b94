// A resize needs elements that exist from nothing.
// expect: (no matching function|no matching constructor)
#include <hv/lib/vector.hpp>

struct Numbered {
    explicit Numbered(int) {}
};

void test(hv::Vector<Numbered>& v);

#ifdef BAD
void test(hv::Vector<Numbered>& v)
{
    v.resize(3);
}
#else
void test(hv::Vector<Numbered>& v)
{
    v.emplace_back(3);
}
#endif
