// The name of one scenario, for its last line: compiled once for each.
#include <string_view>

namespace guest {

extern const std::string_view scenario_name;
const std::string_view scenario_name = HV_SCENARIO;

}  // namespace guest
