// A guest whose satp points into a device cannot even fetch its trap vector: it is stopped, with a post-mortem.
// CHECKLIST 20; HOSTILE 3, 13, 39.
// natively: no, nobody is there to stop it.
// not: goes on
// expect: stopped
// status: 1
#include "devices.hpp"
#include "pages.hpp"
#include "support.hpp"

namespace guest {

void scenario()
{
    using hv::isa::Satp;
    const auto satp = Satp{}.with(Satp::mode, hv::isa::PagingMode::sv39).with(Satp::ppn, plic_base >> 12);
    GUEST_CSR_WRITE(satp, satp.bits());
    fence_pages();
    say("goes on");
}

}  // namespace guest
