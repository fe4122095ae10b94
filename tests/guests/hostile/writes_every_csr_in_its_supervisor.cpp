// All 4,096 CSR numbers, written in VS with zeros, ones and what it likes.
// tries: HOSTILE 23, 24, 26, 32; CHECKLIST 9, 10, 42, 49
// answer: its own CSRs take what they can; any other is illegal; no interrupt comes that it did not make
// beats: 60
#include "encode.hpp"
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {
namespace {

/// What the probe itself runs by; and sstatus, whose turn another guest has.
constexpr bool would_end_it(uint32_t number)
{
    for (const Csr csr : {Csr::sstatus, Csr::stvec, Csr::sscratch, Csr::satp}) {
        if (number == static_cast<uint32_t>(csr)) {
            return true;
        }
    }
    return false;
}

}  // namespace

void attack()
{
    Random random{0x637372};
    for (uint32_t number = 0; number < 4096; ++number) {
        if (would_end_it(number)) {
            continue;
        }
        for (const uint64_t value : {uint64_t{0}, ~uint64_t{0}, random.next()}) {
            trying("CSR", number);
            const uint32_t instruction = encode::csr(encode::CsrOp::rw, number, 0, 10);
            probe.begin().set(10, value).run(instruction);
            if (probe.completed()) {
                expect((number >> 8 & 3) < 2 && number >> 10 != 3, "works, and must not");
            } else {
                expect(probe.trapped_as(Exception::illegal_instruction), "traps as something else");
                expect_equal(probe.state().stval, instruction);
            }
        }
    }
    GUEST_CSR_WRITE(sie, 0);
    set_timer(UINT64_MAX);
    expect_served();
}

}  // namespace guest
