// An error does not pass as one of another kind.
// expect: (could not convert|no viable conversion)
#include <hv/lib/expected.hpp>

enum class Error { Some };
enum class OtherError { Any };
hv::Expected<int, Error> source();

hv::Expected<int, OtherError> test();

#ifdef BAD
hv::Expected<int, OtherError> test()
{
    HV_TRY(int value, source());
    return value;
}
#else
hv::Expected<int, OtherError> test()
{
    const auto value = source();
    return value ? *value : 0;
}
#endif
