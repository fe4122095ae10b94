// A value or the error that came instead: what happens to who asks for the one that is not there.
#include <hv/lib/expected.hpp>

namespace hv::expected_detail {

void panic_no_value()
{
    panic("an Expected that holds an error was asked for its value");
}

void panic_no_error()
{
    panic("an Expected that holds a value was asked for its error");
}

}  // namespace hv::expected_detail
