// Every atomic of both widths, with aq and rl and into every register, on the UART and the PLIC.
// tries: HOSTILE 9; CHECKLIST 23
// answer: AMOs and SC are store access faults, LR is a load access fault; none is done as a load or store
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

void try_one(Mode mode, uint64_t address, uint32_t instruction, Exception cause)
{
    trying("instruction", instruction);
    probe.begin(mode).set(11, address).run(instruction);
    probe.expect_trap(cause, address);
}

void try_all(Mode mode, uint64_t address)
{
    // [unpriv] A: funct5 of the AMOs.
    constexpr uint32_t amos[] = {0x00, 0x01, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c};
    for (const uint32_t width : {2U, 3U}) {
        for (uint32_t order = 0; order < 4; ++order) {
            for (const uint32_t amo : amos) {
                const uint32_t rd = (amo + 7 * order + width) & 31;
                try_one(mode, address,
                        encode::atomic(static_cast<encode::Atomic>(amo), width, rd, 11, 31 - rd) | order << 25,
                        Exception::store_access_fault);
            }
            try_one(mode, address, encode::atomic(encode::Atomic::lr, width, 12, 11, 0) | order << 25,
                    Exception::load_access_fault);
            trying("sc");
            probe.begin(mode).set(11, address).run(encode::atomic(encode::Atomic::sc, width, 10, 11, 12));
            if (probe.completed()) {
                expect(probe.get(10) != 0, "sc to a device succeeds");
            } else {
                probe.expect_trap(Exception::store_access_fault, address);
            }
        }
    }
}

}  // namespace

void attack()
{
    uart(SerialRegister::scratch) = 0x11;
    for (const uint64_t address : {plic_threshold(0), plic_priority(2), uart_base}) {
        try_all(Mode::supervisor, address);
        try_all(Mode::user, address);
    }
    expect_equal(word_at(plic_threshold(0)), 0);
    expect_equal(word_at(plic_priority(2)), 0);
    expect_equal(uart(SerialRegister::scratch), 0x11);
    expect_served();
}

}  // namespace guest
