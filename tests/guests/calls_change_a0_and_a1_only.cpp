// Whatever is called, of all registers only a0 and a1 may change; legacy calls keep a1 too.
// CHECKLIST 54, 56; HOSTILE 15.
#include "encode.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using sbi::Extension;

// A call's arguments a0 to a4; a5 keeps its pattern.
struct Call {
    uint64_t extension;
    uint64_t function;
    uint64_t arguments[5];
};

constexpr uint64_t id(Extension extension)
{
    return static_cast<uint64_t>(extension);
}

constinit char text[] = "";

const Call calls[] = {
    {id(Extension::base), 0, {}},
    {id(Extension::base), 3, {0x10}},
    {id(Extension::base), 99, {}},
    {id(Extension::timer), 0, {UINT64_MAX}},
    {id(Extension::timer), 1, {}},
    {id(Extension::inter_processor), 0, {0, 0}},
    {id(Extension::inter_processor), 0, {1, 0}},
    {id(Extension::inter_processor), 0, {1, 4000}},
    {id(Extension::remote_fence), 0, {1, 0}},
    {id(Extension::remote_fence), 1, {1, 0, 0, 0}},
    {id(Extension::remote_fence), 1, {1, 0, 0x8020'0000, 0x3000}},
    {id(Extension::remote_fence), 2, {1, 0, 0x8020'0000, 0x1000, 3}},
    {id(Extension::hart_state), 0, {0, 0x8020'0000, 0}},
    {id(Extension::hart_state), 2, {0}},
    {id(Extension::hart_state), 2, {999}},
    {id(Extension::hart_state), 3, {7, 0, 0}},
    {id(Extension::system_reset), 0, {99, 0}},
    {id(Extension::debug_console), 0, {0, reinterpret_cast<uintptr_t>(text), 0}},
    {id(Extension::debug_console), 0, {16, 0x18, 0}},
    {id(Extension::debug_console), 1, {0, reinterpret_cast<uintptr_t>(text), 0}},
    {id(Extension::performance_monitoring), 0, {}},
    {id(Extension::performance_monitoring), 1, {0}},
    {id(Extension::performance_monitoring), 3, {0, 99, 0}},
    {id(Extension::firmware_features), 1, {0}},
    {id(Extension::firmware_features), 0, {99, 0, 0}},
    {0x0a42'4b48, 0, {1, 2, 3, 4, 5}},
    {UINT64_MAX, 0, {1, 2, 3, 4, 5}},
};

void try_call(const Call& call, bool keeps_a1)
{
    trying("extension", call.extension);
    probe.begin().set(17, call.extension).set(16, call.function);
    for (unsigned n = 0; n < 5; ++n) {
        probe.set(10 + n, call.arguments[n]);
    }
    const MachineState before = probe.state();
    probe.run(encode::ecall);
    expect(probe.completed(), "traps");
    for (unsigned reg = 1; reg < 32; ++reg) {
        if (reg != 10 && (reg != 11 || keeps_a1) && !expect_equal(probe.get(reg), before.x[reg])) {
            say("  in x{}, function {}", reg, call.function);
        }
    }
}

}  // namespace

void scenario()
{
    for (const Call& call : calls) {
        // OpenSBI does not return from every DBCN call.
        if (call.extension != id(Extension::debug_console) || on_bulkhead()) {
            try_call(call, false);
        }
    }
    // [sbi] Legacy Extensions: the word at a null pointer is not read.
    const Call legacy[] = {{0, 0, {UINT64_MAX, 77, 78, 79, 80}},
                           {2, 0, {1, 77, 78, 79, 80}},
                           {3, 0, {1, 77, 78, 79, 80}},
                           {4, 0, {0, 77, 78, 79, 80}},
                           {5, 0, {0, 77, 78, 79, 80}},
                           {6, 0, {0, 0x8020'0000, 0x1000, 79, 80}},
                           {7, 0, {0, 0x8020'0000, 0x1000, 3, 80}}};
    for (const Call& call : legacy) {
        if (is_offered(call.extension)) {
            try_call(call, true);
        }
    }
    GUEST_CSR_CLEAR(sip, bit(Interrupt::supervisor_software));
}

}  // namespace guest
