// Each extension that the tree names works, and each that can be turned off and is not named traps.
// CHECKLIST 44, 48, 49; HOSTILE 11, 23, 40.
// cpu: rv64 rv64,sstc=off 7.2/rv64,d=off,f=off 10/rv64,d=off,f=off,zfa=off,zcd=off 10/rv64,zicbom=off,zicboz=off
#include "encode.hpp"
#include "probe.hpp"
#include "tree.hpp"

namespace guest {
namespace {

constexpr uint64_t all_of_the_cache_block_instructions = 0xf0;  // senvcfg: CBIE, CBCFE, CBZE

struct Sample {
    std::string_view extension;
    uint32_t instruction;
    bool can_be_turned_off;
};

// x10 is the result, x11 holds the address of memory.
constexpr Sample samples[] = {
    {"m", 0x02c5'8533, false},                 // mul a0, a1, a2
    {"a", 0x00c5'a52f, false},                 // amoadd.w a0, a2, (a1)
    {"f", 0x0000'0053, true},                  // fadd.s f0, f0, f0
    {"d", 0x0200'0053, true},                  // fadd.d f0, f0, f0
    {"v", 0x0d00'7557, true},                  // vsetvli a0, zero, e32, m1, ta, ma
    {"zicbom", 0x0020'a00f | 10 << 15, true},  // cbo.flush, made below
    {"zicboz", 0x0040'a00f, true},             // cbo.zero, made below
    {"zba", 0x20c5'a533, false},               // sh1add a0, a1, a2
    {"zbb", 0x6005'9513, false},               // clz a0, a1
    {"zbc", 0x0ac5'9533, false},               // clmul a0, a1, a2
    {"zbs", 0x28c5'9533, false},               // bset a0, a1, a2
    {"zicond", 0x0ec5'd533, false},            // czero.eqz a0, a1, a2
    {"zawrs", 0x01d0'0073, false},             // wrs.sto
    {"svinval", 0x1600'0073, false},           // sinval.vma
    {"sstc", 0x14d0'2573, true},               // csrr a0, stimecmp
    {"h", 0x6000'2573, true},                  // csrr a0, hstatus
};

alignas(4096) constinit uint64_t memory[512] = {};

uint32_t instruction_of(const Sample& sample)
{
    constexpr uint32_t cbo = 11 << 15 | 2 << 12 | 0x0f;  // on the block of a1
    if (sample.extension == "zicbom") {
        return 2U << 20 | cbo;
    }
    return sample.extension == "zicboz" ? 4U << 20 | cbo : sample.instruction;
}

}  // namespace

void scenario()
{
    say("ISA: {}", isa_string());
    expect(!has_extension("h"), "a guest has no H extension");
    GUEST_CSR_SET(senvcfg, all_of_the_cache_block_instructions);
    for (const Sample& sample : samples) {
        const bool named = has_extension(sample.extension);
        const uint32_t instruction = instruction_of(sample);
        trying(sample.extension, instruction);
        // [priv] sstatus.FS and VS: initial.
        probe.begin().set(11, reinterpret_cast<uintptr_t>(memory)).with_status(0x2200).run(instruction);
        if (named) {
            expect(probe.completed(), "is named, and traps");
        } else if (sample.can_be_turned_off) {
            probe.expect_trap(Exception::illegal_instruction, instruction);
        }
    }
}

}  // namespace guest
