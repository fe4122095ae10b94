// A result that may be an error is not ignored.
// expect: (ignoring return(ed)? value|unused-result)
#include <hv/lib/expected.hpp>

enum class Error { Some };
enum class OtherError { Any };
hv::Expected<int, Error> source();

void test();

#ifdef BAD
void test()
{
    source();
}
#else
void test()
{
    (void)source();
}
#endif
