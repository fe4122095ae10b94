// The words for what a machine lacks for a description.
#pragma once

#include <hv/lib/format_output.hpp>
#include <hv/vm/description_error.hpp>

namespace hv::vm {

/// Behind the place, for the errors of place().
void write_placement_error(FormatOutput& out, const DescriptionError& error);

}  // namespace hv::vm
