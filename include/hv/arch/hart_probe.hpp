// Finds out what the hart that runs this has for guests.
#pragma once

#include <hv/vm/hart_features.hpp>

namespace hv::arch {

/// Once per hart, before its first guest, when traps are handled. vstimecmp, where it exists, is all ones
/// afterwards, hgatp is 0, and every other CSR is as it was, but for what any trap changes.
[[nodiscard]] vm::HartFeatures probe_this_hart(const vm::HartHints& hints);

}  // namespace hv::arch
