// Two guests send each other 1,000 messages through shared memory, each told by an interrupt of the other's
// doorbell.
//
// ping and pong both write the region "mailbox"; ping writes "board", which pong may only read; stranger has
// neither. CHECKLIST 27.
#include "doorbell.hpp"

#include "encode.hpp"
#include "harts.hpp"
#include "pages.hpp"
#include "probe.hpp"

namespace guest {
namespace {

using encode::Atomic;
using encode::Load;
using encode::Store;

constexpr uint64_t messages = 1000;
constexpr uint64_t message_words = 40;
constexpr uint64_t canary = 0x5a17'c0de'0000'0001;

constinit Shared mailbox;
constinit volatile uint64_t heard = 0;

/// A message of one's own: its number, words that follow from it, and their sum.
struct Slot {
    uint64_t first_word;

    void write(uint64_t number) const
    {
        uint64_t value = number * 0x9e37'79b9'7f4a'7c15;
        uint64_t sum = number;
        mailbox.word(first_word) = number;
        for (uint64_t i = 1; i < message_words; ++i) {
            value = value * 0x5851'f42d'4c95'7f2d + i;
            mailbox.word(first_word + i) = value;
            sum += value;
        }
        mailbox.word(first_word + message_words) = sum;
    }
    /// Prints FAIL unless it is that message, whole.
    void check(uint64_t number) const
    {
        trying("message", number);
        uint64_t sum = mailbox.word(first_word);
        expect_equal(sum, number);
        for (uint64_t i = 1; i < message_words; ++i) {
            sum += mailbox.word(first_word + i);
        }
        expect_equal(mailbox.word(first_word + message_words), sum);
    }
};

constexpr Slot to_pong{0};
constexpr Slot to_ping{64};
/// Not 0: ping wants to be rung once more.
constexpr uint64_t once_more_word = 128;

void on_ring()
{
    expect_equal(take_rings(mailbox), 1U << (1 - mailbox.member()));
    heard = heard + 1;
}

bool wait_for_ring(uint64_t number)
{
    return expect(eventually([number] {
                      // Asleep until it comes, or is there already.
                      disable_interrupts();
                      if (heard < number) {
                          wait_for_interrupt();
                      }
                      enable_interrupts();
                      return heard >= number;
                  }),
                  "nobody rings");
}

void send_and_receive(const Slot& own, const Slot& others, uint32_t other, bool first)
{
    for (uint64_t i = 1; i <= messages; ++i) {
        if (first) {
            own.write(i);
            mailbox.ring(other);
        }
        if (!wait_for_ring(i)) {
            return;
        }
        others.check(i);
        if (!first) {
            own.write(i);
            mailbox.ring(other);
        }
    }
    expect_equal(heard, messages);
}

void expect_load_fault(uint32_t instruction, uint64_t address)
{
    trying("load", address);
    probe.begin().set(11, address).run(instruction);
    const bool misaligned = address % 4 != 0 && probe.trapped_as(Exception::load_address_misaligned);
    probe.expect_trap(misaligned ? Exception::load_address_misaligned : Exception::load_access_fault, address);
}

void expect_store_fault(uint32_t instruction, uint64_t address)
{
    trying("store", address);
    probe.begin().set(11, address).set(10, 1).run(instruction);
    const bool misaligned = address % 4 != 0 && probe.trapped_as(Exception::store_address_misaligned);
    probe.expect_trap(misaligned ? Exception::store_address_misaligned : Exception::store_access_fault, address);
}

/// Words only, and nothing behind the four; nor are there doorbells of other regions.
void try_doorbell_accesses(const Shared& shared)
{
    for (const uint64_t offset : {0U, 4U, 8U, 12U}) {
        const uint64_t address = shared.doorbell + offset;
        for (const Load kind : {Load::lb, Load::lbu, Load::lh, Load::lhu, Load::ld}) {
            expect_load_fault(encode::load(kind, 10, 11), address);
        }
        for (const Store kind : {Store::sb, Store::sh, Store::sd}) {
            expect_store_fault(encode::store(kind, 10, 11), address);
        }
        expect_store_fault(encode::atomic(Atomic::bor, 2, 12, 11, 10), address);
    }
    for (const uint64_t offset : {0x2U, 0x9U, 0x10U, 0x800U, 0xffcU, 0x2000U, 0x7000U, 0x8000U}) {
        expect_load_fault(encode::load(Load::lw, 10, 11), shared.doorbell + offset);
        expect_store_fault(encode::store(Store::sw, 10, 11), shared.doorbell + offset);
    }
    trying("any register, any form");
    for (const unsigned reg : {5U, 9U, 15U, 27U, 31U}) {
        probe.begin().set(11, shared.doorbell + 12).run(encode::load(Load::lw, reg, 11));
        probe.expect_completed(reg);
        expect_equal(probe.get(reg), shared.members());
    }
    probe.begin().set(8, shared.doorbell).run(encode::c_lw(9, 8, 12));
    probe.expect_completed(9);
    expect_equal(probe.get(9), shared.members());
}

/// Accesses that begin in RAM and end in the doorbell's first register ring nobody.
void try_to_cross_into_a_doorbell(const Shared& shared)
{
    constexpr uint64_t edge = free_pages + 4096;
    turn_paging_on();
    map_page(free_pages, Probe::area() + 4096, pte_rw);
    map_page(edge, shared.doorbell, pte_rw);
    for (const uint32_t instruction :
         {encode::load(Load::lw, 10, 11), encode::load(Load::lwu, 10, 11), encode::c_lw(10, 11, 0)}) {
        trying("crossing load", instruction);
        probe.begin().set(11, edge - 2).run(instruction);
        const bool misaligned = probe.trapped_as(Exception::load_address_misaligned);
        probe.expect_trap(misaligned ? Exception::load_address_misaligned : Exception::load_access_fault,
                          misaligned ? edge - 2 : edge);
    }
    for (const uint32_t instruction : {encode::store(Store::sw, 10, 11), encode::c_sw(10, 11, 0)}) {
        trying("crossing store", instruction);
        probe.begin().set(11, edge - 2).set(10, shared.member()).run(instruction);
        const bool misaligned = probe.trapped_as(Exception::store_address_misaligned);
        probe.expect_trap(misaligned ? Exception::store_address_misaligned : Exception::store_access_fault,
                          misaligned ? edge - 2 : edge);
    }
    expect_equal(shared.pending(), 0);
    turn_paging_off();
}

/// With interrupts off.
void try_ringing_oneself(const Shared& shared)
{
    trying("oneself");
    const uint32_t self = shared.member();
    expect_equal(shared.pending(), 0);
    for (const uint32_t nobody : {shared.members(), 16U, 32U, 0xffff'ffffU}) {
        shared.ring(nobody);
    }
    expect_equal(shared.pending(), 0);
    expect(!is_pending(Interrupt::supervisor_external), "an interrupt of nobody's");
    shared.ring(self);
    expect_equal(shared.pending(), 1U << self);
    expect(is_pending(Interrupt::supervisor_external), "no interrupt of one's own");
    shared.clear(~(1U << self));
    expect_equal(shared.pending(), 1U << self);
    expect_equal(take_rings(shared), 1U << self);
    expect(!is_pending(Interrupt::supervisor_external), "an interrupt that is cleared");
    expect_equal(word_at(shared.doorbell), 0);
}

/// Shared memory is not the guest's RAM: nothing runs there, and no call takes its addresses.
void try_it_as_ram(const Shared& shared)
{
    trying("as RAM");
    expect(shared.memory + shared.size <= ram_start(), "it lies in RAM");
    probe.begin().run_at(shared.memory);
    probe.expect_trap(Exception::instruction_access_fault, shared.memory);
    const auto write = sbi::DebugConsole::write;
    expect_error(sbi_call(sbi::Extension::debug_console, write, 8, shared.memory, 0), sbi::Error::invalid_param);
    const auto read = sbi::DebugConsole::read;
    expect_error(sbi_call(sbi::Extension::debug_console, read, 8, shared.memory, 0), sbi::Error::invalid_param);
    expect_error(sbi_call(sbi::Extension::hart_state, sbi::HartState::suspend,
                          static_cast<uint64_t>(sbi::SuspendType::non_retentive), shared.memory, 0),
                 sbi::Error::invalid_address);
    if (harts() > 1) {
        expect_error(sbi_call(sbi::Extension::hart_state, sbi::HartState::start, 1, shared.memory, 0),
                     sbi::Error::invalid_address);
    }
}

constinit volatile bool second_listens = false;

void listen_on_the_second_hart(uint64_t /*argument*/)
{
    listen(mailbox, on_ring);
    second_listens = true;
    expect(eventually([] { return heard == messages + 1; }), "the ring does not reach the second hart");
    disable_interrupts();
}

/// The interrupt goes where the PLIC sends it, and not where the last one was taken.
void try_the_second_hart()
{
    trying("the second hart");
    word_at(plic_enable(this_hart(), mailbox.source)) = 0;
    start_hart(1, listen_on_the_second_hart);
    expect(eventually_elsewhere([] { return second_listens; }), "it does not start");
    expect_equal(mailbox.pending(), 0);
    mailbox.word(once_more_word) = 1;
    wait_for_others_to_stop();
    expect_equal(heard, messages + 1);
    word_at(plic_enable(this_hart(), mailbox.source)) = 1U << (mailbox.source % 32);
}

/// Every store is a fault of this guest's own, and changes nothing.
void try_to_write(const Shared& shared)
{
    for (const uint64_t address : {shared.memory, shared.memory + shared.size - 8}) {
        const uint64_t before = *reinterpret_cast<volatile uint64_t*>(address);
        for (const Store kind : {Store::sb, Store::sh, Store::sw, Store::sd}) {
            expect_store_fault(encode::store(kind, 10, 11), address);
        }
        expect_store_fault(encode::atomic(Atomic::swap, 3, 12, 11, 10), address);
        expect_store_fault(encode::c_sd(10, 11, 0), address);
        expect_equal(*reinterpret_cast<volatile uint64_t*>(address), before);
    }
}

void be_ping()
{
    mailbox = shared_region("mailbox");
    const Shared board = shared_region("board");
    expect_equal(mailbox.member(), 0);
    expect_equal(mailbox.members(), 2);
    expect(mailbox.writable && board.writable, "a writer may not write");
    expect_equal(mailbox.size, 0x3000);
    expect_equal(board.size, 0x40'0000);
    for (uint64_t i = 0; i < board.size / 8; ++i) {
        if (board.word(i) != 0) {
            expect_equal(board.word(i), 0);
        }
    }
    board.word(0) = canary;
    board.word(board.size / 8 - 1) = canary + 1;
    listen(mailbox, on_ring);
    send_and_receive(to_pong, to_ping, 1, true);
    disable_interrupts();
    try_the_second_hart();
    try_doorbell_accesses(mailbox);
    try_to_cross_into_a_doorbell(mailbox);
    try_ringing_oneself(mailbox);
    try_it_as_ram(mailbox);
}

void be_pong()
{
    mailbox = shared_region("mailbox");
    const Shared board = shared_region("board");
    expect_equal(mailbox.member(), 1);
    expect(mailbox.writable, "a writer may not write");
    expect(!board.writable, "a reader may write");
    listen(mailbox, on_ring);
    send_and_receive(to_ping, to_pong, 0, false);
    disable_interrupts();
    expect(eventually([] { return mailbox.word(once_more_word) != 0; }), "ping's second hart does not listen");
    mailbox.ring(0);
    trying("the board");
    expect_equal(board.word(0), canary);
    expect_equal(board.word(board.size / 8 - 1), canary + 1);
    expect_load_fault(encode::load(Load::ld, 10, 11), board.memory + board.size);
    try_to_write(board);
    try_it_as_ram(board);
    try_doorbell_accesses(board);
}

/// Who is no member finds nothing there.
void be_a_stranger()
{
    for (const uint64_t address : {0x5000'0000U, 0x5020'0000U, 0x1020'0000U, 0x1020'1000U}) {
        expect_load_fault(encode::load(Load::lw, 10, 11), address);
        expect_store_fault(encode::store(Store::sw, 10, 11), address);
    }
    expect(!tree().find("/shared-memory@50000000"), "a region in the tree");
    expect(!tree().find("/soc/doorbell@10200000"), "a doorbell in the tree");
}

}  // namespace

void scenario()
{
    if (is_called("ping")) {
        be_ping();
    } else if (is_called("pong")) {
        be_pong();
    } else {
        be_a_stranger();
    }
}

}  // namespace guest
