// A remote sfence.vma, by page, range, whole space and ASID: when it returns, no hart sees the old page any more.
// CHECKLIST 37, 63; HOSTILE 21, 31.
// harts: 1 2 4
// machine: virt,aclint=on
#include "harts.hpp"
#include "pages.hpp"
#include "tree.hpp"

#include <array>
#include <atomic>

namespace guest {
namespace {

constexpr uint64_t rounds = 200;
constexpr uint64_t page = free_pages;
constexpr uint16_t asid = 5;

struct alignas(4096) Page {
    uint64_t words[512];
};
constinit Page pages[2] = {};

// The round that the others are to look at, and how many have.
constinit std::atomic<uint64_t> round = 0;
constinit std::atomic<uint64_t> looked = 0;
constinit std::atomic<uint64_t> wrong = 0;

/// A nap exits to the hypervisor, and QEMU then forgets its whole TLB: what was stale would not be seen.
constexpr uint64_t spins_between_naps = 10'000;

/// Loads through the page until its value is the round's, with it in the TLB nearly all the time.
void look(uint64_t)
{
    turn_paging_on(asid);
    uint64_t seen_round = 0;
    uint64_t spins = 0;
    const volatile uint64_t& word = *reinterpret_cast<const volatile uint64_t*>(page);
    while (seen_round < rounds) {
        const uint64_t current = round;
        const uint64_t value = word;
        if (current != seen_round) {
            // The writer's fence returned before it said that the round is `current`: of that round or a later one.
            if (word < current) {
                ++wrong;
            }
            seen_round = current;
            ++looked;
            spins = 0;
        } else if (++spins % spins_between_naps == 0) {
            relax();
        }
        static_cast<void>(value);
    }
    turn_paging_off();
}

void fence(uint64_t kind)
{
    const uint64_t all = (uint64_t{1} << harts()) - 1;
    using sbi::RemoteFence;
    SbiResult result;
    switch (kind % 5) {
    case 0:
        result = sbi_call(sbi::Extension::remote_fence, RemoteFence::sfence_vma, all, 0, page, 4096);
        break;
    case 1:
        result = sbi_call(sbi::Extension::remote_fence, RemoteFence::sfence_vma, 0, UINT64_MAX, 0, 0);
        break;
    case 2:
        result = sbi_call(sbi::Extension::remote_fence, RemoteFence::sfence_vma, all, 0, page - 0x1'0000, 0x2'0000);
        break;
    case 3:
        result = sbi_call(sbi::Extension::remote_fence, RemoteFence::sfence_vma_asid, all, 0, page, 1, asid);
        break;
    default:
        result = sbi_call(sbi::Extension::remote_fence, RemoteFence::sfence_vma_asid, all, 0, 0, UINT64_MAX, asid);
        break;
    }
    expect_error(result, sbi::Error::success);
}

}  // namespace

void scenario()
{
    map_page(page, reinterpret_cast<uintptr_t>(pages), pte_r);
    turn_paging_on(asid);
    start_other_harts(look);
    uint64_t& entry = entry_of(page, 0);
    const volatile uint64_t& word = *reinterpret_cast<const volatile uint64_t*>(page);
    for (uint64_t next = 1; next <= rounds; ++next) {
        trying("round", next);
        Page& fresh = pages[next % 2];
        *const_cast<volatile uint64_t*>(fresh.words) = next;
        std::atomic_thread_fence(std::memory_order_seq_cst);
        *const_cast<volatile uint64_t*>(&entry) = leaf(reinterpret_cast<uintptr_t>(&fresh), pte_r);
        fence(next);
        expect_equal(word, next);
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
