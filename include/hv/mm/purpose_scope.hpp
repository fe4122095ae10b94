// Says for a while what heap memory is taken for, so that the statistics can tell.
#pragma once

#include <hv/mm/bump_allocator.hpp>

namespace hv::mm {

/// While it lives, what `heap` gives out is for `purpose`. Scopes nest: the inner one's share is not the outer
/// one's. The purpose is the heap's, not the hart's: what other harts take meanwhile counts as well.
class [[nodiscard]] PurposeScope {
public:
    PurposeScope(BumpAllocator& heap, HeapPurpose purpose) : heap_{heap}, before_{heap.charge_to(purpose)} {}
    PurposeScope(const PurposeScope&) = delete;
    PurposeScope& operator=(const PurposeScope&) = delete;
    ~PurposeScope() { heap_.charge_to(before_); }

private:
    BumpAllocator& heap_;
    HeapPurpose before_;
};

}  // namespace hv::mm
