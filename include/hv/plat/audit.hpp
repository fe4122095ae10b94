// Proves of the guests that run that each reaches what it owns, and nothing else.
#pragma once

#include <span>

#include <hv/arch/guest.hpp>
#include <hv/lib/sink.hpp>
#include <hv/mm/ownership.hpp>

extern "C" {
/// Null until the table is made. For the debugger, which shows whose an address is.
extern constinit const hv::mm::OwnershipTable* ownership_table;
}

namespace hv::plat {

/// The first audit: refuses to boot where it finds anything. Takes the memory that all later ones need, so it comes
/// before the heap is sealed.
void audit_at_boot(const mm::OwnershipTable& owners, PhysRange heap, std::span<arch::Guest* const> guests);

/// Audits again, at any time after that, on any hart, while guests run: mm::audit() says what is written. True
/// where all is well.
bool run_audit(Sink& sink);

}  // namespace hv::plat
