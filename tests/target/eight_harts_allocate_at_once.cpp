// Eight harts that allocate at once get blocks that do not overlap: each keeps the stamp that its hart gave it.
// expect: 8 harts online
// expect: PASS
// status: 0
// smp: 8
#include "support.hpp"

#include <atomic>

namespace {

constexpr uint64_t blocks_per_hart = 2000;

struct Block {
    uint64_t* words;
    uint64_t count;
};

constinit std::atomic<uint32_t> go = 0;
constinit std::atomic<uint32_t> done = 0;

uint64_t stamp(uint64_t hart, uint64_t block, uint64_t word)
{
    return hart << 48 | block << 16 | word;
}

/// Allocates and stamps, then checks every word of every block.
void allocate_and_check(const hv::arch::HartRecord& hart, Block* blocks)
{
    uint64_t random = hart.id * 0x9e37'79b9'7f4a'7c15U + 1;
    for (uint64_t i = 0; i < blocks_per_hart; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const uint64_t count = random % 32 + 1;
        const uint64_t align = uint64_t{8} << (random >> 32) % 6;
        auto* const words = static_cast<uint64_t*>(hv::arch::heap().allocate(count * 8, align));
        hv::test::expect(reinterpret_cast<uintptr_t>(words) % align == 0, "a block is not aligned");
        blocks[i] = {words, count};
        for (uint64_t j = 0; j < count; j++) {
            words[j] = stamp(hart.id, i, j);
        }
    }
    for (uint64_t i = 0; i < blocks_per_hart; i++) {
        for (uint64_t j = 0; j < blocks[i].count; j++) {
            hv::test::expect(blocks[i].words[j] == stamp(hart.id, i, j), "a block was overwritten");
        }
    }
}

void run(hv::arch::HartRecord& hart)
{
    auto* const blocks = new Block[blocks_per_hart];
    while (go.load() == 0) {
    }
    allocate_and_check(hart, blocks);
    done++;
    hv::arch::park();
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    const auto harts = hv::test::begin(device_tree);
    hv::test::expect(harts.size() == 7, "there are eight harts");
    hv::plat::start_harts(harts.span(), run);
    auto* const blocks = new Block[blocks_per_hart];
    go = 1;
    allocate_and_check(hv::arch::this_hart(), blocks);
    while (done.load() != 7) {
        hv::arch::nap(10'000);
    }
    hv::test::pass();
}
