// What the heap's fast paths cost in instructions. Run under `-icount shift=0`, where instret counts each one.
#include "support.hpp"

#include <cstddef>
#include <new>

#include <hv/lib/heap.hpp>

namespace {

constexpr size_t block_size = 24;
constexpr size_t block_align = 64;
constexpr size_t pushes = 100'000;

uint64_t instructions_retired()
{
    uint64_t count = 0;
    asm volatile("csrr %0, instret" : "=r"(count) : : "memory");
    return count;
}

/// One instruction: how the counting itself is checked.
[[gnu::naked]] void do_nothing()
{
    asm("ret");
}

/// The instructions of one call of `function`, from its first to its return.
template <typename Result, typename... Parameters>
[[gnu::noinline]] uint64_t cost_of_call(Result (*function)(Parameters...), uint64_t first, uint64_t second)
{
    register uint64_t a0 asm("a0") = first;
    register uint64_t a1 asm("a1") = second;
    uint64_t before = 0;
    uint64_t after = 0;
    asm volatile("csrr %[before], instret\n\t"
                 "jalr %[function]\n\t"
                 "csrr %[after], instret"
                 : [before] "=&r"(before), [after] "=&r"(after), "+r"(a0), "+r"(a1)
                 : [function] "r"(function)
                 : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
    return after - before - 2;  // the first csrr, and the jalr
}

/// The dearest of a few calls; the first is not counted.
template <typename Function>
uint64_t dearest_call(Function function, uint64_t first, uint64_t second)
{
    uint64_t worst = 0;
    (void)cost_of_call(function, first, second);
    for (int i = 0; i < 100; i++) {
        const uint64_t cost = cost_of_call(function, first, second);
        worst = cost > worst ? cost : worst;
    }
    return worst;
}

[[gnu::noinline]] void push_all(hv::Vector<uint64_t>& numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        numbers.push_back(i);
    }
}

/// The instructions of all the pushes on an empty vector, their loop and every growth included. Nothing else takes
/// from the heap meanwhile, so the vector stays its last block.
uint64_t cost_of_pushes()
{
    hv::Vector<uint64_t> numbers;
    const auto below = reinterpret_cast<uintptr_t>(hv::heap::allocate(1, 1));
    const uint64_t before = instructions_retired();
    push_all(numbers, pushes);
    const uint64_t after = instructions_retired();
    hv::test::expect(reinterpret_cast<uintptr_t>(numbers.data()) - below <= alignof(uint64_t),
                     "the vector was moved: it did not grow where it lay");
    return after - before;
}

}  // namespace

void main(uint64_t, uint64_t device_tree)
{
    using hv::arch::println;
    using New = void* (*)(size_t);
    using AlignedNew = void* (*)(size_t, std::align_val_t);

    (void)hv::test::begin(device_tree);
    hv::test::expect(dearest_call(do_nothing, 0, 0) == 1, "an empty function costs 1 under -icount shift=0");
    println("bench: new {}", dearest_call(static_cast<New>(::operator new), block_size, 0));
    println("bench: aligned-new {}",
            dearest_call(static_cast<AlignedNew>(::operator new), block_size, block_align));
    println("bench: allocate {}", dearest_call(hv::heap::allocate, block_size, block_align));
    println("bench: push {} of {}", cost_of_pushes(), pushes);
    hv::test::pass();
}
