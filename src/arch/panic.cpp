// Reports of panics, traps and refusals: one at a time, whole, and without help from the heap.
#include <hv/arch/panic.hpp>

#include <atomic>

#include <hv/arch/address_space.hpp>
#include <hv/arch/backtrace.hpp>
#include <hv/arch/console.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/machine_end.hpp>
#include <hv/isa/registers.hpp>
#include <hv/seam.hpp>

namespace hv::arch {
namespace {

/// The bit of the first hart that panicked: the one that reports.
constinit std::atomic<uint32_t> reporting_hart = 0;

/// A report whose own code panics is cut short by a second one, and that by silence.
constexpr uint32_t max_reports = 2;

/// Makes this hart the only one that reports, and gives it the console. Does not return on any other hart, nor
/// where this hart has tried too often.
Sink& begin_report()
{
    static_cast<void>(seam::interrupts_off());  // for good
    HartRecord& hart = this_hart();
    hart.panic_depth++;
    if (hart.panic_depth > max_reports) {
        end_machine(Ending::failure);
    }
    uint32_t first = 0;
    if (!reporting_hart.compare_exchange_strong(first, hart.bit) && first != hart.bit) {
        park();  // the first one's report stays whole, and ends the machine
    }
    if (hart.panic_depth > 1) {
        use_firmware_console();  // ours may be what went wrong
    }
    Sink& console = seize_console();
    // Whatever was being written, the report starts on a line of its own.
    print(console, "\n");
    return console;
}

/// Has everything been said, with no backtrace? A panic inside a panic has nothing new to say of where it came
/// from.
bool is_nested(Sink& console)
{
    if (this_hart().panic_depth == 1) {
        println(console, "  backtrace:");
        return false;
    }
    println(console, "  This happened while the panic above was being reported.");
    return true;
}

isa::Scause cause_of(const TrapFrame& frame)
{
    return isa::Scause{frame.scause};
}

}  // namespace

void panic_on_trap(const TrapFrame& frame)
{
    Sink& console = begin_report();
    print(console, "panic: ");
    describe_trap(console, cause_of(frame), frame.stval);
    println(console, "\n  at {:#018x} on hart {}", frame.sepc, this_hart().id);
    println(console, "  {}: scause {:#x}, sepc {:#018x}, stval {:#018x}", name_of(cause_of(frame)), frame.scause,
            frame.sepc, frame.stval);
    if (!is_nested(console)) {
        Backtrace backtrace{console, frame.sepc};
        if (frame.sepc == frame.stval) {
            // The fetch itself faulted: a jump to a wrong address, which has no frame yet. ra is where it came
            // from.
            backtrace.add(frame.ra());
        }
        backtrace.add_callers(frame.frame_pointer());
    }
    end_machine(Ending::failure);
}

bool is_panic_under_way()
{
    return reporting_hart.load() != 0;
}

void refuse_to_boot_with(std::string_view format, FormatArgs args)
{
    {
        ConsoleLine line;
        print(line, "cannot boot: ");
        vformat_to(line, format, args);
        print(line, "\n");
    }
    end_machine(Ending::failure);
}

}  // namespace hv::arch

void hv::panic_at(SourceLocation where, std::string_view format, FormatArgs args)
{
    using namespace hv::arch;
    Sink& console = begin_report();
    print(console, "panic: ");
    vformat_to(console, format, args);
    println(console, "\n  at {}:{} on hart {}", where.file, where.line, this_hart().id);
    if (!is_nested(console)) {
        const auto* const here = static_cast<const uint64_t*>(__builtin_frame_address(0));
        Backtrace backtrace{console, here[-1]};
        backtrace.add_callers(here[-2]);
    }
    end_machine(Ending::failure);
}
