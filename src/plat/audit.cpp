// The audit of this machine: its guests' tables, read where they lie.
#include <hv/plat/audit.hpp>

#include <hv/arch/console.hpp>
#include <hv/arch/heap.hpp>
#include <hv/arch/panic.hpp>
#include <hv/lib/spinlock.hpp>
#include <hv/mm/audit.hpp>
#include <hv/mm/purpose_scope.hpp>

// Read by the debugger only: a program that is optimised as a whole would lose it.
[[gnu::used]] constinit const hv::mm::OwnershipTable* ownership_table = nullptr;

namespace hv::plat {
namespace {

/// What an audit needs; made once.
struct Audited {
    const mm::OwnershipTable& owners;
    Vector<isa::Hgatp> hgatps{};
    mm::TableMarks marks;
};

/// Guards the marks.
constinit SpinLock audit_lock;
constinit Audited* audited = nullptr;

mm::AuditResult audit_now(Sink& sink)
{
    const SpinLock::Held held{audit_lock};
    const auto entries = [](const void* /*memory*/, PhysAddr page) {
        return reinterpret_cast<const uint64_t*>(page.value());
    };
    return mm::audit(audited->owners, audited->hgatps.span(), {nullptr, entries}, audited->marks, sink);
}

}  // namespace

void audit_at_boot(const mm::OwnershipTable& owners, PhysRange heap, std::span<arch::Guest* const> guests)
{
    const mm::PurposeScope scope{arch::heap(), mm::HeapPurpose::page_tables};
    ownership_table = &owners;
    // All tables are made by now. So marks are needed for the heap's beginning only.
    const PhysRange used = PhysRange::between(heap.start, PhysAddr{arch::heap().unused().start.value()});
    audited = new Audited{.owners = owners, .marks = mm::TableMarks{used}};
    for (const arch::Guest* guest : guests) {
        audited->hgatps.push_back(guest->hgatp());
    }
    mm::AuditResult result;
    {
        arch::ConsoleLine console;
        result = audit_now(console);
    }
    if (!result.is_clean()) {
        arch::refuse_to_boot(
            "a guest would reach what is not its own, or not what is: the audit above names the page");
    }
}

bool run_audit(Sink& sink)
{
    return audited != nullptr && audit_now(sink).is_clean();
}

}  // namespace hv::plat
