// All 4,096 CSR numbers, read in VS by each instruction that only reads.
// tries: HOSTILE 23, 24, 40; CHECKLIST 9, 10
// answer: a value, or an illegal instruction with its bits in stval; a hypervisor's number is always illegal
// beats: 60
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
    for (uint32_t number = 0; number < 4096; ++number) {
        trying("CSR", number);
        // csrrs, csrrc, csrrsi and csrrci of nothing: they only read.
        for (const uint32_t funct3 : {2U, 3U, 6U, 7U}) {
            const uint32_t instruction = csr_instruction(funct3, number, 10, 0);
            probe.begin().run(instruction);
            if (probe.completed()) {
                expect((number >> 8 & 3) < 2, "works, and is not a supervisor's");
                probe.expect_completed(10);
            } else {
                probe.expect_trap(Exception::illegal_instruction, instruction);
            }
        }
    }
    expect_served();
}

}  // namespace guest
