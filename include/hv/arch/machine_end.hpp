// How the machine ends: powered off, as a success or a failure that the outside can see.
#pragma once

#include <hv/lib/address.hpp>

namespace hv::arch {

/// The board has a SiFive test finisher at `registers`: the one way to give QEMU a failing exit status.
/// The caller has it in the address map.
void set_test_finisher(PhysAddr registers);

enum class Ending : uint8_t { success, failure };

/// Powers the machine off; waits for ever on this hart where nothing does.
/// A failure's exit status is 1 where there is a test finisher; the firmware's shutdown always gives 0.
[[noreturn]] void end_machine(Ending ending);

}  // namespace hv::arch
