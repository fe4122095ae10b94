// Walks the frame records on this hart's stacks.
#include <hv/arch/backtrace.hpp>

#include <cstddef>

#include <hv/arch/hart.hpp>
#include <hv/arch/image.hpp>
#include <hv/lib/format.hpp>

namespace hv::arch {
namespace {

constexpr int max_frames = 32;

bool on_stack(uint64_t address, const std::byte* bottom, const std::byte* top)
{
    return phys_range(bottom, top).contains(PhysAddr{address});
}

/// Both words below a frame pointer, the caller's frame pointer and the return address, lie on a stack of this
/// hart.
bool is_frame(uint64_t frame_pointer)
{
    const HartRecord& hart = this_hart();
    const uint64_t words = frame_pointer - 16;
    return frame_pointer % 8 == 0 && (on_stack(words, hart.stack_bottom, hart.stack_top) ||
                                      on_stack(words, hart.trap_stack_bottom, hart.trap_stack_top));
}

bool is_code(uint64_t address)
{
    return phys_range(__image_start, __text_end).contains(PhysAddr{address});
}

}  // namespace

Backtrace::Backtrace(Sink& sink, uint64_t pc) : sink_{sink}
{
    add(pc);
}

void Backtrace::add(uint64_t address)
{
    println(sink_, "    #{} {:#018x}", count_, address);
    count_++;
}

void Backtrace::add_callers(uint64_t frame_pointer)
{
    while (count_ < max_frames && is_frame(frame_pointer)) {
        // [psabi] The frame record: the return address at fp - 8, the caller's fp at fp - 16.
        const auto* record = reinterpret_cast<const uint64_t*>(frame_pointer);
        const uint64_t return_address = record[-1];
        const uint64_t caller = record[-2];
        if (!is_code(return_address)) {
            return;
        }
        add(return_address);
        if (caller <= frame_pointer) {
            return;
        }
        frame_pointer = caller;
    }
}

}  // namespace hv::arch
