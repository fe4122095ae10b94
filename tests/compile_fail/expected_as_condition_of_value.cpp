// A result is not its value: it has to be asked.
// expect: (cannot convert|no viable conversion)
#include <hv/lib/expected.hpp>

enum class Error { Some };
enum class OtherError { Any };
hv::Expected<int, Error> source();

int test();

#ifdef BAD
int test()
{
    int value = source();
    return value;
}
#else
int test()
{
    int value = *source();
    return value;
}
#endif
