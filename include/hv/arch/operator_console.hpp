// What whoever sits at the console can do besides typing into a guest: see docs/console.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <hv/lib/sink.hpp>

namespace hv::arch {

class Guest;

/// The guests, in the order of their numbers, from 1; each has its end of the console. `audit` does its work on the
/// calling hart, and prints what it finds.
void connect_operator(std::span<Guest* const> guests, bool (*audit)(Sink&));

/// One line on how to get help, where there is more than one guest.
void announce_operator();

/// The key behind Ctrl-]. On any hart: its work is bounded, and what it has to say is written as there is room.
void obey_operator(uint8_t key);

/// From now on every guest's counters are printed when the machine ends.
void print_statistics_at_end();
/// By the hart that ends the machine: those counters, if they were asked for, and of several guests what an audit
/// says after all that they have done. False where that has found something.
[[nodiscard]] bool conclude();

}  // namespace hv::arch
