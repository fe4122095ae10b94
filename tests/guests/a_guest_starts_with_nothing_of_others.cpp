// At its first instruction a guest has its hart's id, its device tree, and zeros: registers, CSRs and memory.
// CHECKLIST 44, 51; HOSTILE 32.
// natively: no, the firmware leaves values of its own.
// expect: ^hart 0$
#include "support.hpp"
#include "tree.hpp"

namespace guest {

extern "C" {
extern char __bss_end;    // NOLINT(bugprone-reserved-identifier): the linker script's name
extern char __stack_top;  // NOLINT(bugprone-reserved-identifier)
}

void scenario()
{
    say("hart {}", first_register(10));
    for (unsigned reg = 1; reg < 32; ++reg) {
        if (reg != 10 && reg != 11) {
            trying("x", reg);
            expect_equal(first_register(reg), 0);
        }
    }
    trying("device tree");
    expect_equal(first_register(11), reinterpret_cast<uintptr_t>(tree().bytes().data()));
    trying("CSRs");
    expect_equal(GUEST_CSR_READ(satp), 0);
    expect_equal(GUEST_CSR_READ(sie), 0);
    expect_equal(GUEST_CSR_READ(sip), 0);
    expect_equal(GUEST_CSR_READ(senvcfg), 0);
    expect_equal(GUEST_CSR_READ(sstatus) & (Sstatus::sie.mask | Sstatus::sum.mask | Sstatus::mxr.mask), 0);
    expect_equal(GUEST_CSR_READ(scause), 0);
    // All memory but the image, the stack and the tree is zero: the 2 MiB below the image, and what is above.
    trying("memory");
    const auto expect_zero = [](uint64_t from, uint64_t to) {
        for (uint64_t at = from; at < to; at += 8) {
            if (*reinterpret_cast<const volatile uint64_t*>(at) != 0) {
                expect_equal(at, 0);
                break;
            }
        }
    };
    expect_zero(ram_start(), ram_start() + 0x20'0000);
    const uint64_t tree_start = reinterpret_cast<uintptr_t>(tree().bytes().data());
    const uint64_t image_end = reinterpret_cast<uintptr_t>(&__stack_top);
    expect_zero(image_end, tree_start);
    expect_zero((tree_start + tree().bytes().size() + 7) & ~uint64_t{7}, ram_end());
}

}  // namespace guest
