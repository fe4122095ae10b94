// All zeros, all ones, the reserved short forms, custom opcodes and long encodings, from VS and VU.
// tries: HOSTILE 24; CHECKLIST 2
// answer: an illegal instruction, which its own handler gets, with the hypervisor none the wiser
#include "hostile.hpp"
#include "probe.hpp"

namespace guest {

void attack()
{
    // [unpriv] C: all zeros, addi4spn of 0, addiw, lwsp and ldsp to x0, addi16sp and lui of 0, jr x0.
    constexpr uint16_t reserved[] = {0x0000, 0x0004, 0x2001, 0x4002, 0x6002, 0x6101, 0x6081, 0x8002};
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        for (const uint16_t instruction : reserved) {
            trying("short", instruction);
            probe.begin(mode).run(instruction);
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
        Random random{0x696c6c};
        for (unsigned i = 0; i < 4000; ++i) {
            // [unpriv] Opcode Map: custom-0 to custom-3, and one that is reserved.
            constexpr uint32_t opcodes[] = {0x0b, 0x2b, 0x5b, 0x7b, 0x6b};
            const auto instruction = static_cast<uint32_t>(random.next() & 0xffff'ff80) | opcodes[i % 5];
            trying("long", instruction);
            probe.begin(mode).run(instruction);
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
        trying("all ones");
        probe.begin(mode).run(0xffff'ffff);
        probe.expect_trap(Exception::illegal_instruction, 0xffff'ffff);
    }
    expect_served();
}

}  // namespace guest
