// Every number of a hypervisor's CSR, by each of the six CSR instructions, from VS and VU.
// tries: HOSTILE 23, 40; CHECKLIST 5, 9, 10, 42
// answer: an illegal instruction with its bits in stval, and nothing of the hypervisor has changed
// beats: 100
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {
namespace {

/// Each of the six CSR instructions: funct3 1 to 3 with a register, 5 to 7 with five bits of their own.
constexpr uint32_t csr_instruction(uint32_t funct3, uint32_t number, uint32_t rd, uint32_t source)
{
    return number << 20 | source << 15 | funct3 << 12 | rd << 7 | 0x73;
}

}  // namespace

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (const uint32_t base : {0x200U, 0x600U, 0xa00U, 0xe00U}) {
            for (uint32_t number = base; number < base + 0x100; ++number) {
                trying("CSR", number);
                for (const uint32_t funct3 : {1U, 2U, 3U, 5U, 6U, 7U}) {
                    const uint32_t instruction = csr_instruction(funct3, number, 10, 11);
                    probe.begin(mode).set(11, UINT64_MAX).run(instruction);
                    probe.expect_trap(Exception::illegal_instruction, instruction);
                }
            }
        }
    }
    expect_served();
}

}  // namespace guest
