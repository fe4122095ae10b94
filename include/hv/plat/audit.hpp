// Proves of the guests that run that each reaches what it owns, and nothing else.
#pragma once

#include <span>

#include <hv/arch/guest.hpp>
#include <hv/lib/sink.hpp>
#include <hv/mm/ownership.hpp>

namespace hv::plat {

/// The first audit: refuses to boot where it finds anything. Takes the memory that all later ones need, so it comes
/// before the heap is sealed.
void audit_at_boot(const mm::OwnershipTable& owners, PhysRange heap, std::span<arch::Guest* const> guests);

/// Audits again, at any time after that, on any hart, while guests run: mm::audit() says what is written. True
/// where all is well.
bool run_audit(Sink& sink);

}  // namespace hv::plat
