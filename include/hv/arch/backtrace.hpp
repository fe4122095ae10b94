// Who called whom, from the frame pointers on a hart's stacks.
#pragma once

#include <cstdint>

#include <hv/lib/sink.hpp>

namespace hv::arch {

/// Writes one line per frame, `    #0 0x0000000080201234`, the innermost first; at most 32 of them.
class Backtrace {
public:
    /// Starts with where it happened.
    Backtrace(Sink& sink, uint64_t pc);

    /// One more address.
    void add(uint64_t address);

    /// The return addresses found from `frame_pointer`. Follows only pointers that stay inside this hart's stacks
    /// and grow, to return addresses in our code: a smashed stack ends it early and never faults.
    void add_callers(uint64_t frame_pointer);

private:
    Sink& sink_;
    int count_ = 0;
};

}  // namespace hv::arch
