// Code written over while another hart runs it, and then fenced there by a call, 20 times.
// tries: HOSTILE 30; CHECKLIST 38, 63
// answer: once the call has returned, the other hart runs what was written
// harts: 2
// beats: 100
#include "encode.hpp"
#include "harts.hpp"
#include "hostile.hpp"

#include <atomic>

namespace guest {
namespace {

// A hart that waits for another keeps QEMU 7.2 until the next timer, under -icount.
constexpr uint64_t rounds = 20;

struct alignas(4096) Page {
    volatile uint32_t words[1024];
};
constinit Page code = {};
constinit std::atomic<uint64_t> round = 0;
constinit std::atomic<uint64_t> looked = 0;
constinit std::atomic<uint64_t> wrong = 0;

void write_function(uint64_t result)
{
    code.words[0] = encode::load_small(10, static_cast<int32_t>(result));
}

void look(uint64_t)
{
    while (looked < rounds) {
        const uint64_t current = round;
        if (current == looked) {
            relax();
            continue;
        }
        wrong += reinterpret_cast<uint64_t (*)()>(reinterpret_cast<uintptr_t>(code.words))() == current ? 0U : 1U;
        looked = current;
    }
}

}  // namespace

void attack()
{
    write_function(0);
    code.words[1] = encode::c_return;
    start_other_harts(look);
    for (uint64_t i = 1; i <= rounds; ++i) {
        write_function(i);
        expect_error(sbi_call(sbi::Extension::remote_fence, sbi::RemoteFence::fence_i, 0, UINT64_MAX),
                     sbi::Error::success);
        round = i;
        expect(eventually_elsewhere([&] { return looked == i; }), "the other hart does not answer");
    }
    wait_for_others_to_stop();
    expect_equal(wrong, 0);
    expect_served();
}

}  // namespace guest
