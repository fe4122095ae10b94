// An audit's findings and its result, each as one line.
#include "audit_text.hpp"

#include <hv/isa/pte.hpp>

namespace hv::mm {
namespace {

/// What stands between the page and the entry; an owner's name follows where it ends in a blank.
// NOLINTNEXTLINE(readability-function-size): the list of texts.
std::string_view words_for(AuditRule rule)
{
    switch (rule) {
    case AuditRule::mode:
        return "hgatp does not say Sv39x4";
    case AuditRule::root_misaligned:
        return "the root table is not aligned to 16 KiB";
    case AuditRule::table_outside:
        return "its table does not lie where tables do, but with ";
    case AuditRule::table_met_before:
        return "its table is in another place of the tables as well";
    case AuditRule::table_below_the_last:
        return "points to a table at the last level";
    case AuditRule::table_flags:
        return "has A, D, G or U, and points to a table";
    case AuditRule::reserved_bits:
        return "has bits that are reserved";
    case AuditRule::write_without_read:
        return "can be written and not read, which is reserved";
    case AuditRule::global:
        return "is global";
    case AuditRule::not_user:
        return "lacks U, so that the guest cannot reach it";
    case AuditRule::not_accessed_and_dirty:
        return "lacks A or D";
    case AuditRule::page_misaligned:
        return "leads to a place that is not aligned to the page's size";
    case AuditRule::foreign:
        return "leads to ";
    case AuditRule::not_described:
        return "is mapped, and nothing is to be there";
    case AuditRule::elsewhere:
        return "leads to another place of the guest's own than it should";
    case AuditRule::too_much_access:
        return "allows more than it should";
    case AuditRule::too_little_access:
        return "allows less than it should";
    case AuditRule::missing:
        return "is the guest's, and not mapped";
    }
    return "is wrong";
}

}  // namespace

void print_finding(Sink& sink, const OwnershipTable& owners, const AuditFinding& finding)
{
    print(sink, "audit: guest {}: ", owners.guest_name(finding.guest));
    const bool is_root = finding.rule == AuditRule::mode || finding.rule == AuditRule::root_misaligned;
    if (!is_root) {
        print(sink, "{} ", finding.page);
    }
    print(sink, "{}", words_for(finding.rule));
    if (finding.rule == AuditRule::foreign) {
        // Only a part of a large page may be another's.
        print(sink, "{}, of {}", finding.owned.range.start, NamedOwner{owners, finding.owned});
    } else if (finding.rule == AuditRule::table_outside) {
        print(sink, "{}", NamedOwner{owners, finding.owned});
    }
    println(sink, ": {} {:#x} at {}", is_root ? "hgatp" : "entry", finding.entry, finding.entry_at);
}

void print_result(Sink& sink, size_t guests, const AuditResult& result)
{
    print(sink, "audit: {} guest{}, {} pages mapped, ", guests, guests == 1 ? "" : "s", result.pages);
    if (result.is_clean()) {
        println(sink, "every one has one owner");
    } else {
        println(sink, "{} of them or of their tables wrong", result.findings);
    }
}

}  // namespace hv::mm
