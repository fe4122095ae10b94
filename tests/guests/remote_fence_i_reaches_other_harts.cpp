// Code that one hart writes over runs as written on the others once a remote fence.i has returned.
// CHECKLIST 38, 63; HOSTILE 30.
// harts: 1 2 4
#include "encode.hpp"
#include "harts.hpp"
#include "tree.hpp"

#include <atomic>

namespace guest {
namespace {

constexpr uint64_t rounds = 200;

struct alignas(4096) Page {
    volatile uint32_t words[1024];
};
constinit Page page = {};
constinit std::atomic<uint64_t> round = 0;
constinit std::atomic<uint64_t> looked = 0;
constinit std::atomic<uint64_t> wrong = 0;

/// The instruction that loads the result is written over at once, by one aligned store.
void write_function(uint64_t result)
{
    page.words[0] = encode::load_small(10, static_cast<int32_t>(result));
}

uint64_t run()
{
    return reinterpret_cast<uint64_t (*)()>(reinterpret_cast<uintptr_t>(page.words))();
}

/// Not while it is written over: QEMU may keep what it translated at that moment, on any hart.
void look(uint64_t)
{
    uint64_t seen = 0;
    while (seen < rounds) {
        const uint64_t current = round;
        if (current != seen) {
            if (run() < current) {
                ++wrong;
            }
            seen = current;
            ++looked;
        } else {
            relax();
        }
    }
}

}  // namespace

void scenario()
{
    write_function(0);
    page.words[1] = encode::c_return;
    asm volatile("fence.i" : : : "memory");
    start_other_harts(look);
    const uint64_t all = (uint64_t{1} << harts()) - 1;
    for (uint64_t next = 1; next <= rounds; ++next) {
        trying("round", next);
        write_function(next);
        expect_error(sbi_call(sbi::Extension::remote_fence, sbi::RemoteFence::fence_i, next % 2 == 0 ? all : 0,
                              next % 2 == 0 ? 0 : UINT64_MAX),
                     sbi::Error::success);
        expect_equal(run(), next);
        round = next;
        if (!expect(eventually_elsewhere([&] { return looked == next * (harts() - 1); }),
                    "the others do not look")) {
            return;
        }
    }
    wait_for_others_to_stop();
    expect_equal(wrong, 0);
}

}  // namespace guest
