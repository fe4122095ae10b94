// DBCN writes what lies in the guest's RAM, across pages, and of a wrong range not one byte; reads never leave RAM.
// CHECKLIST 70, 71; HOSTILE 16, 17.
// natively: no, OpenSBI 1.5 never returns from a call with a wrong address.
// expect: ^written across two pages$
// expect: ^byte by byte$
// not: never seen
#include "devices.hpp"
#include "pages.hpp"
#include "support.hpp"
#include "tree.hpp"

namespace guest {
namespace {

using sbi::DebugConsole;
using sbi::Error;

SbiResult call(DebugConsole function, uint64_t bytes, uint64_t low, uint64_t high = 0)
{
    return sbi_call(sbi::Extension::debug_console, function, bytes, low, high);
}

alignas(8192) constinit char text[8192] = {};

void put(uint64_t at, std::string_view what)
{
    for (size_t i = 0; i < what.size(); ++i) {
        reinterpret_cast<volatile char*>(at)[i] = what[i];
    }
}

/// In as many calls as it takes.
void write_all(uint64_t at, uint64_t size)
{
    while (size != 0) {
        const SbiResult result = call(DebugConsole::write, size, at);
        if (!expect_error(result, Error::success) || !expect(result.value <= size, "wrote too much")) {
            return;
        }
        at += result.value;
        size -= result.value;
    }
}

void try_wrong_ranges()
{
    const uint64_t end = ram_end();
    const uint64_t good = reinterpret_cast<uintptr_t>(text);
    put(good, "never seen\n");
    put(end - 11, "never seen\n");
    struct Range {
        uint64_t bytes, low, high;
    };
    const Range wrong[] = {
        {11, end - 10, 0},
        {12, end - 11, 0},
        {1, end, 0},
        {11, 0, 0},
        {11, 0x4000'0000, 0},
        {1, uart_base, 0},
        {4, plic_base, 0},
        {11, good, 1},
        {11, good, UINT64_MAX},
        {UINT64_MAX, good, 0},
        {uint64_t{1} << 63, good, 0},
        {end, good, 0},
        {2, UINT64_MAX, 0},
        {UINT64_MAX, 1, 0},
        {11, ram_start() - 1, 0},
        {11, good + (uint64_t{1} << 41), 0},
    };
    for (const Range& range : wrong) {
        trying("wrong range at", range.low);
        expect_error(call(DebugConsole::write, range.bytes, range.low, range.high), Error::invalid_param);
        expect_error(call(DebugConsole::read, range.bytes, range.low, range.high), Error::invalid_param);
    }
    for (const uint64_t low : {good, end, uint64_t{0x4000'0000}, UINT64_MAX}) {
        trying("no bytes at", low);
        const SbiResult result = call(DebugConsole::write, 0, low);
        expect(result.is(Error::success) || result.is(Error::invalid_param), "another error");
        expect_equal(result.is(Error::success) ? result.value : 0, 0);
    }
}

}  // namespace

void scenario()
{
    const uint64_t across = reinterpret_cast<uintptr_t>(text) + 4096 - 10;
    constexpr std::string_view line = "written across two pages\n";
    put(across, line);
    write_all(across, line.size());
    for (const char c : std::string_view{"byte by byte\n"}) {
        // Only the low 8 bits count.
        const SbiResult result = call(DebugConsole::write_byte, 0xffff'ffff'ffff'ff00 | static_cast<uint8_t>(c), 0);
        expect_error(result, Error::success);
        expect_equal(result.value, 0);
    }
    try_wrong_ranges();
    trying("read with no input");
    const SbiResult result = call(DebugConsole::read, 16, reinterpret_cast<uintptr_t>(text));
    expect_error(result, Error::success);
    expect_equal(result.value, 0);
    // The address is physical, whatever satp says.
    turn_paging_on();
    constexpr std::string_view paged = "with paging on\n";
    put(across, paged);
    write_all(across, paged.size());
}

}  // namespace guest
