// SBI calls that write to and read from the guest's serial line: DBCN.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <hv/isa/sbi.hpp>
#include <hv/vm/sbi_host.hpp>

namespace hv::vm {

/// What one call moves at most, whatever it asks for: it may do less, and says how much it did.
inline constexpr uint64_t max_console_bytes = 4096;

namespace sbi_detail {

inline constexpr size_t console_chunk = 256;  // on the hypervisor's stack

/// [sbi] DBCN: the bytes that a0 to a2 name, of which a2 is above our 64 bits.
struct ConsoleBuffer {
    GuestPhysRange range{};
    bool reachable = false;

    explicit ConsoleBuffer(const SbiCall& call)
        : range{GuestPhysAddr{call.a1}, call.a0},
          reachable{call.a2 == 0 || call.a0 == 0}
    {
    }
};

/// The whole range is checked first: of a wrong one, not a byte is written.
template <SbiHost H>
SbiReturn write_console(H& host, ConsoleBuffer buffer)
{
    using isa::sbi::Error;
    const mm::GuestMemory& memory = host.memory();
    if (!buffer.reachable || !memory.check_readable(buffer.range)) {
        return {Error::invalid_param};
    }
    std::array<std::byte, console_chunk> chunk;
    const uint64_t limit = std::min(buffer.range.size, max_console_bytes);
    uint64_t done = 0;
    while (done < limit) {
        const std::span<std::byte> bytes = std::span{chunk}.first(std::min<uint64_t>(limit - done, chunk.size()));
        if (!memory.copy_out(buffer.range.start + done, bytes)) {
            return {Error::failed};  // the guest's regions never change: not reached
        }
        const size_t taken = host.console_write(bytes);
        done += taken;
        if (taken < bytes.size()) {
            break;
        }
    }
    return {Error::success, done};
}

template <SbiHost H>
SbiReturn read_console(H& host, ConsoleBuffer buffer)
{
    using isa::sbi::Error;
    const mm::GuestMemory& memory = host.memory();
    if (!buffer.reachable || !memory.check_writable(buffer.range)) {
        return {Error::invalid_param};
    }
    std::array<std::byte, console_chunk> chunk;
    const uint64_t limit = std::min(buffer.range.size, max_console_bytes);
    uint64_t done = 0;
    while (done < limit) {
        const std::span<std::byte> room = std::span{chunk}.first(std::min<uint64_t>(limit - done, chunk.size()));
        const size_t got = host.console_read(room);
        if (!memory.copy_in(buffer.range.start + done, room.first(got))) {
            return {Error::failed};  // not reached, as above
        }
        done += got;
        if (got < room.size()) {
            break;
        }
    }
    return {Error::success, done};
}

/// A call that is to return when the byte is out: until there is room, the guest makes it again.
template <SbiHost H>
SbiOutcome write_byte(H& host, uint64_t byte, SbiOutcome written)
{
    const std::byte bytes[] = {static_cast<std::byte>(byte & 0xff)};
    return host.console_write(bytes) == 1 ? written : SbiOutcome{SbiOutcome::Kind::retry};
}

template <SbiHost H>
SbiOutcome handle_debug_console(H& host, const SbiCall& call)
{
    using isa::sbi::DebugConsole;
    switch (static_cast<DebugConsole>(call.function())) {
    case DebugConsole::write:
        return write_console(host, ConsoleBuffer{call});
    case DebugConsole::read:
        return read_console(host, ConsoleBuffer{call});
    case DebugConsole::write_byte:
        return write_byte(host, call.a0, isa::sbi::Error::success);
    }
    return isa::sbi::Error::not_supported;
}

}  // namespace sbi_detail
}  // namespace hv::vm
