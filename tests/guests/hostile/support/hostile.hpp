// What the hostile guests share beyond the other test guests' support: places, random numbers, and how to go on.
#pragma once

#include <array>
#include <cstdint>

#include "probe.hpp"
#include "support.hpp"

namespace guest {

/// What the file of a hostile guest defines. It begins when the neighbour's beats have begun; interrupts are off,
/// the timer is off, and satp is 0.
void attack();

/// xorshift64*: the same numbers in every run.
class Random {
public:
    explicit constexpr Random(uint64_t seed) : state_(seed) {}
    constexpr uint64_t next()
    {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545'f491'4f6c'dd1d;
    }
    /// 0 to n - 1.
    constexpr uint64_t below(uint64_t n) { return next() % n; }

private:
    uint64_t state_;
};

/// Numbers at which arithmetic goes wrong: for arguments of calls.
inline constexpr std::array<uint64_t, 22> boundaries = {
    0,
    1,
    2,
    63,
    64,
    4095,
    4096,
    0x7fff'ffff,
    0x8000'0000,
    0xffff'ffff,
    uint64_t{1} << 32,
    uint64_t{1} << 38,
    uint64_t{1} << 40,
    uint64_t{1} << 41,
    uint64_t{1} << 55,
    uint64_t{1} << 56,
    (uint64_t{1} << 63) - 1,
    uint64_t{1} << 63,
    UINT64_MAX - 4095,
    UINT64_MAX - 2,
    UINT64_MAX - 1,
    UINT64_MAX,
};

/// Guest-physical addresses of nobody: `what` is for the line of a failure.
struct Nowhere {
    const char* what;
    uint64_t address;
};
extern const std::array<Nowhere, 12> nowhere;
/// One of them.
inline constexpr uint64_t hole = 0x4000'0000;

/// Each of load, store, atomic and fetch from `address` (as the code sees it, in the probe's mode) traps as an
/// access fault of its own kind with the address in stval, and the guest goes on.
void expect_access_faults(Mode mode, uint64_t address, const char* file = __builtin_FILE(),
                          unsigned line = __builtin_LINE());

/// Load, store and fetch trap as page faults, with the address in stval. With paging on only.
void expect_page_faults(Mode mode, uint64_t address, const char* file = __builtin_FILE(),
                        unsigned line = __builtin_LINE());

/// A call by number, after which no register but a0 and a1 has another value.
SbiResult watched_call(uint64_t extension, uint64_t function, const std::array<uint64_t, 6>& arguments,
                       const char* file = __builtin_FILE(), unsigned line = __builtin_LINE());

/// The hypervisor still answers this guest: a call, a byte of the UART, a register of the PLIC.
void expect_served(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE());

}  // namespace guest
