// Builds a test guest's page tables.
#include "pages.hpp"

#include "support.hpp"

#include <array>

namespace guest {
namespace {

struct alignas(4096) Table {
    std::array<uint64_t, 512> entries;
};

constexpr unsigned most_tables = 24;
constinit Table tables[most_tables] = {};
constinit unsigned used_tables = 1;

Table& new_table()
{
    if (used_tables == most_tables) {
        say("FAIL: no more page tables");
        done();
    }
    return tables[used_tables++];
}

}  // namespace

uint64_t satp_of_pages(uint16_t asid)
{
    using hv::isa::Satp;
    return Satp{}
        .with(Satp::mode, hv::isa::PagingMode::sv39)
        .with(Satp::asid, asid)
        .with(Satp::ppn, reinterpret_cast<uintptr_t>(tables) >> 12)
        .bits();
}

void turn_paging_on(uint16_t asid)
{
    auto& root = tables[0].entries;
    root[0] = leaf(0, pte_rw);
    root[2] = leaf(0x8000'0000, pte_rwx);
    root[user_devices >> 30] = leaf(0, pte_rw | pte_u);
    root[user_ram >> 30] = leaf(0x8000'0000, pte_rwx | pte_u);
    fence_pages();
    GUEST_CSR_WRITE(satp, satp_of_pages(asid));
    fence_pages();
    expect_equal(GUEST_CSR_READ(satp), satp_of_pages(asid));
}

void turn_paging_off()
{
    GUEST_CSR_WRITE(satp, 0);
    fence_pages();
}

bool paging_is_on()
{
    return GUEST_CSR_READ(satp) != 0;
}

uint64_t user_shift()
{
    return paging_is_on() ? user_ram - 0x8000'0000 : 0;
}

uint64_t& entry_of(uint64_t address, unsigned level)
{
    Table* table = tables;
    for (unsigned at = 2; at > level; --at) {
        uint64_t& entry = table->entries[address >> (12 + 9 * at) & 511];
        if (entry == 0) {
            entry = table_at(reinterpret_cast<uintptr_t>(&new_table()));
        }
        table = reinterpret_cast<Table*>(entry >> 10 << 12);
    }
    return table->entries[address >> (12 + 9 * level) & 511];
}

void map_page(uint64_t address, uint64_t to, uint64_t flags)
{
    entry_of(address, 0) = flags == 0 ? 0 : leaf(to, flags);
    fence_pages();
}

}  // namespace guest
