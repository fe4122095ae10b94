// Reads memory a byte a page, to see whether it is there.
#include <hv/arch/probe.hpp>

#include <algorithm>

#include <hv/isa/pte.hpp>

namespace hv::arch {
namespace {

/// Where a load resumes that trapped: handle_trap() looks its pc up in this table.
#define HV_FIXED_UP_LOAD(load)                                                                                     \
    "1: " load " %0, 0(%2)\n"                                                                                      \
    "   li   %1, 1\n"                                                                                              \
    "2:\n"                                                                                                         \
    "   .pushsection .fixup_table, \"a\"\n"                                                                        \
    "   .dword 1b, 2b\n"                                                                                           \
    "   .popsection"

bool is_readable_byte(PhysAddr address)
{
    uint64_t value = 0;
    uint64_t done = 0;
    asm volatile(HV_FIXED_UP_LOAD("lbu") : "=&r"(value), "+&r"(done) : "r"(address.value()) : "memory");
    return done != 0;
}

}  // namespace

bool is_readable_register(PhysAddr address)
{
    uint64_t value = 0;
    uint64_t done = 0;
    asm volatile(HV_FIXED_UP_LOAD("lw") : "=&r"(value), "+&r"(done) : "r"(address.value()) : "memory");
    return done != 0;
}

bool is_readable(PhysRange range)
{
    if (!range.fits()) {
        return false;
    }
    while (!range.empty()) {
        if (!is_readable_byte(range.start)) {
            return false;
        }
        const uint64_t left_in_page = isa::page_size - (range.start.value() & (isa::page_size - 1));
        const uint64_t step = std::min(range.size, left_in_page);
        range = {range.start + step, range.size - step};
    }
    return true;
}

}  // namespace hv::arch
