// Lines that eight harts print at once come out whole.
// expect: PASS
// not: ^(?!(hart \d says abcdefghijklmnopqrstuvwxyz 0123456789 \[1, 2, 3\]|PASS|self test|8 harts online|)$).*(hart \d|xyz)
// status: 0
// smp: 8
#include "support.hpp"

#include <array>
#include <atomic>

namespace {

constexpr int lines = 25;
constinit std::atomic<uint32_t> go = 0;
constinit std::atomic<uint32_t> done = 0;

void talk(hv::arch::HartRecord& hart)
{
    while (go.load() == 0) {
    }
    constexpr std::array<int, 3> numbers{1, 2, 3};
    for (int i = 0; i < lines; i++) {
        hv::arch::println("hart {} says {} {} {}", hart.id, "abcdefghijklmnopqrstuvwxyz", "0123456789", numbers);
    }
    done++;
    if (&hart != &boot_hart) {
        hv::arch::park();
    }
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    const auto harts = hv::test::begin(device_tree);
    hv::plat::start_harts(harts.span(), talk);
    go = 1;
    talk(hv::arch::this_hart());
    while (done.load() != 8) {
        hv::arch::nap(10'000);
    }
    hv::test::pass();
}
