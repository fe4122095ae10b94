// The words for what an audit has found.
#pragma once

#include <hv/mm/audit.hpp>

namespace hv::mm {

/// "audit: guest a: 0x80200000..0x80400000 leads to 0x84000000, of guest b: entry 0x2100001f at 0x80312340"
void print_finding(Sink& sink, const OwnershipTable& owners, const AuditFinding& finding);

/// "audit: 3 guests, 190 pages mapped, every one has one owner"
void print_result(Sink& sink, size_t guests, const AuditResult& result);

}  // namespace hv::mm
