// Words and tables for the exits that were counted and recorded.
#include <hv/vm/exit_log.hpp>

#include <algorithm>

#include <hv/isa/cause.hpp>
#include <hv/isa/instruction_text.hpp>
#include <hv/isa/sbi.hpp>

namespace hv::vm {

namespace {

using isa::Exception;

bool is_exception(uint64_t scause, Exception exception)
{
    return scause == isa::scause_of(exception).bits();
}

/// An exit is told apart by what happened, not by when.
bool is_same_but_for_time(const ExitRecord& a, const ExitRecord& b)
{
    return a.pc == b.pc && a.scause == b.scause && a.detail == b.detail;
}

void print_count(Sink& sink, std::string_view name, const ExitCount& count)
{
    print(sink, "    {:<34} {:>12} {:>16} {:>10} {:>10}", name, count.count, count.instructions,
          count.instructions / count.count, count.worst);
}

}  // namespace

[[gnu::cold]] ExitCause exit_cause_of(isa::Scause scause)
{
    struct Known {
        isa::Scause scause;
        ExitCause cause;
    };
    static constexpr Known known[] = {
        {isa::scause_of(Exception::call_from_vs_mode), ExitCause::sbi_call},
        {isa::scause_of(Exception::load_guest_page_fault), ExitCause::load_fault},
        {isa::scause_of(Exception::store_guest_page_fault), ExitCause::store_fault},
        {isa::scause_of(Exception::instruction_guest_page_fault), ExitCause::fetch_fault},
        {isa::scause_of(Exception::virtual_instruction), ExitCause::virtual_instruction},
        {isa::scause_of(isa::Interrupt::supervisor_timer), ExitCause::timer_interrupt},
        {isa::scause_of(isa::Interrupt::supervisor_software), ExitCause::software_interrupt},
        {isa::scause_of(isa::Interrupt::supervisor_external), ExitCause::external_interrupt},
    };
    for (const Known& entry : known) {
        if (entry.scause == scause) {
            return entry.cause;
        }
    }
    return scause.get(isa::Scause::interrupt) ? ExitCause::other_interrupt : ExitCause::other_exception;
}

[[gnu::cold]] std::string_view name_of(ExitCause cause)
{
    switch (cause) {
    case ExitCause::sbi_call:
        return "SBI calls";
    case ExitCause::load_fault:
        return "loads from devices or from nothing";
    case ExitCause::store_fault:
        return "stores to devices or to nothing";
    case ExitCause::fetch_fault:
        return "fetches from devices or nothing";
    case ExitCause::virtual_instruction:
        return "virtual instructions";
    case ExitCause::other_exception:
        return "other exceptions";
    case ExitCause::timer_interrupt:
        return "timer interrupts";
    case ExitCause::software_interrupt:
        return "software interrupts";
    case ExitCause::external_interrupt:
        return "external interrupts";
    case ExitCause::other_interrupt:
        return "other interrupts";
    }
    return "exits for no known cause";
}

void ExitCount::add(uint64_t taken)
{
    ++count;
    instructions += taken;
    worst = std::max(worst, taken);
}

void ExitCounts::add(ExitCause cause, uint64_t instructions)
{
    of[static_cast<size_t>(cause)].add(instructions);
}

[[gnu::cold]] void ExitCounts::add(const ExitCounts& others)
{
    for (size_t i = 0; i < exit_cause_count; ++i) {
        of[i].count += others.of[i].count;
        of[i].instructions += others.of[i].instructions;
        of[i].worst = std::max(of[i].worst, others.of[i].worst);
    }
}

[[gnu::cold]] ExitCount ExitCounts::total() const
{
    ExitCount sum;
    for (const ExitCount& one : of) {
        sum.count += one.count;
        sum.instructions += one.instructions;
        sum.worst = std::max(sum.worst, one.worst);
    }
    return sum;
}

[[gnu::cold]] bool print_exit_count_row(Sink& sink, const ExitCounts& counts, size_t row)
{
    const ExitCount total = counts.total();
    if (row == 0) {
        sink.write(
            total.count == 0
                ? "  exits: none"
                : "  exits                                       count     instructions       mean      worst");
        return true;
    }
    size_t happened = 0;
    for (size_t i = 0; i < exit_cause_count; ++i) {
        if (counts.of[i].count != 0 && ++happened == row) {
            print_count(sink, name_of(static_cast<ExitCause>(i)), counts.of[i]);
            return true;
        }
    }
    if (happened == 0 || row != happened + 1) {
        return false;
    }
    print_count(sink, "all", total);
    return true;
}

[[gnu::cold]] void print_exit_counts(Sink& sink, const ExitCounts& counts)
{
    for (size_t row = 0; print_exit_count_row(sink, counts, row); ++row) {
        sink.write("\n");
    }
}

[[gnu::cold]] void format_value(FormatOutput& out, SbiCallText text)
{
    using isa::sbi::Extension;
    if (text.extension <= static_cast<uint64_t>(Extension::legacy_shutdown)) {
        return print(out, "legacy SBI call {}", text.extension);
    }
    if (text.extension == static_cast<uint64_t>(Extension::base)) {
        return out.write("SBI call BASE");
    }
    // [sbi] Every other extension's number is its name, in ASCII.
    bool is_name = text.extension <= UINT32_MAX;
    for (uint64_t rest = text.extension; rest != 0; rest >>= 8) {
        const auto c = static_cast<char>(rest & 0xff);
        is_name = is_name && ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
    }
    if (!is_name) {
        return print(out, "SBI call {:#x}", text.extension);
    }
    out.write("SBI call ");
    for (unsigned shift = 32; shift != 0; shift -= 8) {
        if (const uint64_t c = text.extension >> (shift - 8) & 0xff; c != 0) {
            out.put(static_cast<char>(c));
        }
    }
}

[[gnu::cold]] void format_value(FormatOutput& out, const ExitRecord& record)
{
    print(out, "pc {:#018x}, instret {}: ", record.pc, record.instret);
    if (is_exception(record.scause, Exception::call_from_vs_mode)) {
        return print(out, "{}", SbiCallText{record.detail});
    }
    const isa::Scause scause{record.scause};
    out.write(name_of(scause));
    if (is_exception(record.scause, Exception::virtual_instruction)) {
        if (record.detail != 0) {
            print(out, ", {}", isa::InstructionText{static_cast<uint32_t>(record.detail)});
        }
    } else if (!scause.get(isa::Scause::interrupt)) {
        print(out, " at {:#x}", record.detail);
    }
}

[[gnu::cold]] void print_exit_history(Sink& sink, uint64_t vcpu, const ExitHistory& history)
{
    if (history.size() == 0) {
        return println(sink, "  last exits of vCPU {}: none", vcpu);
    }
    println(sink, "  last exits of vCPU {}, oldest first:", vcpu);
    for (size_t i = 0; i < history.size();) {
        size_t end = i + 1;
        while (end < history.size() && is_same_but_for_time(history[i], history[end])) {
            ++end;
        }
        print(sink, "    {}", history[i]);
        if (end - i > 1) {
            print(sink, ", {} times", end - i);
        }
        print(sink, "\n");
        i = end;
    }
}

}  // namespace hv::vm
