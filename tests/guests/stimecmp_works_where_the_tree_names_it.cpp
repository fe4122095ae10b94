// With Sstc in the tree, stimecmp is the guest's timer: past, future and never, and set_timer is the same register.
// CHECKLIST 46, 48.
// cpu: rv64 10/max
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

bool timer_is_pending()
{
    return is_pending(Interrupt::supervisor_timer);
}

void write_stimecmp(uint64_t due)
{
    write_csr<Csr::stimecmp>(due);
}

constinit volatile uint64_t taken = 0;

void on_timer()
{
    taken = taken + 1;
    write_stimecmp(UINT64_MAX);
}

}  // namespace

void scenario()
{
    if (!expect(has_extension("sstc"), "the tree does not name Sstc")) {
        return;
    }
    write_stimecmp(UINT64_MAX);
    expect(!timer_is_pending(), "pending though never due");
    for (const uint64_t due : {uint64_t{0}, now() - 1, now()}) {
        trying("due", due);
        write_stimecmp(due);
        expect(eventually(timer_is_pending), "not pending");
        expect_equal(read_csr<Csr::stimecmp>(), due);
        write_stimecmp(now() + 1'000'000 * ticks_per_ms);
        expect(!timer_is_pending(), "pending, due in 1000 s");
    }
    trying("set_timer");
    set_timer(0x1234);
    expect_equal(read_csr<Csr::stimecmp>(), 0x1234);
    set_timer(UINT64_MAX);
    expect(!timer_is_pending(), "still pending");

    on_interrupt(Interrupt::supervisor_timer, on_timer);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_timer));
    enable_interrupts();
    for (unsigned i = 0; i < 100; ++i) {
        const uint64_t before = taken;
        write_stimecmp(now() + 500);
        expect(eventually([&] { return taken != before; }), "is not taken");
    }
    expect_equal(taken, 100);
}

}  // namespace guest
