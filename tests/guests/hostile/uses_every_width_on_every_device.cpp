// Loads and stores of every width at aligned registers of the UART and the PLIC.
// tries: HOSTILE 8; CHECKLIST 22, 24
// answer: the UART answers bytes and the PLIC words; any other width is an access fault
#include "devices.hpp"
#include "encode.hpp"
#include "hostile.hpp"

namespace guest {
namespace {

constexpr encode::Load loads[] = {encode::Load::lb,  encode::Load::lh,  encode::Load::lw, encode::Load::ld,
                                  encode::Load::lbu, encode::Load::lhu, encode::Load::lwu};
constexpr encode::Store stores[] = {encode::Store::sb, encode::Store::sh, encode::Store::sw, encode::Store::sd};

void try_all(Mode mode, uint64_t address, unsigned answered)
{
    for (const encode::Load load : loads) {
        trying("load", static_cast<uint64_t>(load));
        probe.begin(mode).set(11, address).run(encode::load(load, 10, 11));
        if ((static_cast<unsigned>(load) & 3) == answered) {
            probe.expect_completed(10);
        } else {
            probe.expect_trap(Exception::load_access_fault, address);
        }
    }
    for (const encode::Store store : stores) {
        trying("store", static_cast<uint64_t>(store));
        if (address == uart_base && store == encode::Store::sb) {
            continue;  // it would be a byte of output
        }
        probe.begin(mode).set(11, address).run(encode::store(store, 0, 11));
        if (static_cast<unsigned>(store) == answered) {
            probe.expect_completed();
        } else {
            probe.expect_trap(Exception::store_access_fault, address);
        }
    }
}

}  // namespace

void attack()
{
    for (const Mode mode : {Mode::supervisor, Mode::user}) {
        try_all(mode, uart_base, 0);
        try_all(mode, plic_threshold(0), 2);
        try_all(mode, plic_priority(2), 2);
        try_all(mode, plic_enable(0, 32) & ~7U, 2);
    }
    expect_served();
}

}  // namespace guest
