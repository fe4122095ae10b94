// What random code is made of: values, instructions and calls, of each kind so many in a hundred.
#include "choice.hpp"

#include "devices.hpp"
#include "pages.hpp"

namespace guest {
namespace {

/// First bytes of what QEMU's virt has, and of what is nowhere; any of them may be the hypervisor's and not ours.
constexpr uint64_t places[] = {0,           0x1000,      0x10'0000,   0x10'1000,    0x200'0000,  0x200'bff8,
                               0x2ff'0000,  0x300'0000,  0xbff'fff8,  0x1000'0000,  0x1000'0100, 0x1000'1000,
                               0x1020'0000, 0x1010'0000, 0x2000'0000, 0x2400'0000,  0x2800'0000, 0x3000'0000,
                               0x4000'0000, 0x5000'0000, 0x5020'0000, 0x7fff'f000,  0x8000'0000, 0x8020'0000,
                               0x8780'0000, 0x87ff'f000, 0x8800'0000, 0x1'0000'0000};

uint64_t choose_plic_register(Random& random)
{
    const auto source = static_cast<unsigned>(random.below(random.one_in(8) ? 1100 : 20));
    const uint64_t hart = random.below(random.one_in(8) ? 20 : 2);
    switch (random.below(7)) {
    case 0:
        return plic_priority(source);
    case 1:
        return plic_pending(source);
    case 2:
        return plic_enable(hart, source);
    case 3:
        return plic_threshold(hart);
    case 4:
        return plic_claim(hart);
    case 5:
        return plic_base + random.below(0x400'0000);
    default:
        return plic_base + random.below(0x40'0000) / 4 * 4;
    }
}

uint64_t choose_own(Random& random, const Layout& layout)
{
    const uint64_t anywhere = layout.play + random.below(layout.end - layout.play);
    switch (random.below(12)) {
    case 0:
        return random.below(0x80'0000) + 0x8000'0000;  // mostly not the play area
    case 1:
        return anywhere / 4096 * 4096 - random.below(9);
    case 2:
        return layout.end - random.below(64);
    case 3:
    case 4:
        return layout.tables + random.below(Layout::table_pages * 512) * 8;
    case 5:
        return layout.code + random.below(256);
    case 6:
        return layout.device_tree + random.below(4096);
    default:
        return anywhere / 8 * 8;
    }
}

}  // namespace

uint64_t choose_address(Random& random, const Layout& layout)
{
    switch (random.below(16)) {
    case 0:
    case 1:
        return uart_base + random.below(random.one_in(4) ? 260 : 8);
    case 2:
    case 3:
        return choose_plic_register(random);
    case 4:
    case 5:
        return random.of(places) + random.below(16) - (random.one_in(2) ? 8 : 0);
    case 6:
        return random.of(places) + random.below(0x10'0000);
    case 7:
        return uint64_t{1} << random.below(64) | layout.play;
    case 8:
        return random.next() >> random.below(64);
    case 9:
        return random.below(512) << 30 | random.below(512) << 21 | random.below(1 << 21);
    default:
        return choose_own(random, layout);
    }
}

uint64_t choose_value(Random& random, const Layout& layout)
{
    switch (random.below(8)) {
    case 0:
        return random.below(70);
    case 1:
        return 0 - random.below(10);
    case 2:
        return random.one_in(2) ? random.next() : uint64_t{1} << random.below(64);
    default:
        return choose_address(random, layout);
    }
}

uint64_t choose_entry(Random& random, const Layout& layout)
{
    const uint64_t to = choose_address(random, layout);
    const uint64_t high = random.one_in(16) ? random.next() << 54 : 0;
    // Valid nearly always, and accessed and dirty more often than not.
    uint64_t flags = random.below(256) | (random.one_in(16) ? 0 : 1) | (random.one_in(4) ? 0 : 0xc0);
    if (random.one_in(3)) {
        flags &= ~uint64_t{0xce};  // a table
        return table_at(layout.tables + random.below(Layout::table_pages) * 4096) | flags | high;
    }
    return to >> 12 << 10 | flags | high;
}

namespace {

/// [priv] Privileged CSRs of all kinds, a few twice as they matter more.
constexpr uint32_t csrs[] = {0x001, 0x002, 0x003, 0x008, 0x009, 0x00a, 0x00f, 0x015, 0x100, 0x100, 0x104, 0x104,
                             0x106, 0x10a, 0x10c, 0x140, 0x141, 0x142, 0x143, 0x144, 0x144, 0x14d, 0x14d, 0x150,
                             0x151, 0x15c, 0x181, 0x200, 0x204, 0x205, 0x241, 0x244, 0x24d, 0x280, 0x300, 0x304,
                             0x344, 0x3a0, 0x5a8, 0x600, 0x602, 0x603, 0x604, 0x605, 0x606, 0x607, 0x60a, 0x60c,
                             0x643, 0x644, 0x645, 0x64a, 0x680, 0x7a0, 0xb00, 0xc00, 0xc01, 0xc02, 0xc03, 0xc1f,
                             0xc20, 0xc21, 0xc22, 0xda0, 0xdb0, 0xe12, 0xf14};

uint32_t field(Random& random, unsigned bits, unsigned at)
{
    return static_cast<uint32_t>(random.below(uint64_t{1} << bits)) << at;
}

/// Anything in rd, rs1 and rs2.
uint32_t registers(Random& random)
{
    return field(random, 5, 7) | field(random, 5, 15) | field(random, 5, 20);
}

uint32_t choose_csr(Random& random)
{
    uint32_t number = random.one_in(8) ? field(random, 12, 0) : random.of(csrs);
    // Writing these, the code is lost; so not often. To read them is nothing special.
    if ((number == 0x105 || number == 0x180) && !random.one_in(64)) {
        number = 0x140;
    }
    return number << 20 | field(random, 3, 12) | field(random, 5, 7) | field(random, 5, 15) | 0x73;
}

/// SYSTEM with funct3 0 and 4: returns, WFI, fences, HLV and HSV; and what FENCE's opcode has.
uint32_t choose_system(Random& random)
{
    constexpr uint32_t whole[] = {0x0000'0073, 0x0010'0073, 0x1020'0073, 0x3020'0073, 0x1050'0073,
                                  0x00d0'0073, 0x01d0'0073, 0x0100'000f, 0x0000'100f, 0x0ff0'000f,
                                  0x7020'0073, 0x0000'0000, 0xffff'ffff, 0x1810'0073, 0x1800'0073};
    constexpr uint32_t fences[] = {0x09, 0x0b, 0x11, 0x13, 0x31, 0x33, 0x0c, 0x2c};
    switch (random.below(5)) {
    case 0:
        return random.of(fences) << 25 | field(random, 5, 15) | field(random, 5, 20) | 0x73;
    case 1:
        return 0x6000'4073 | field(random, 4, 25) | registers(random);  // HLV, HSV
    case 2:
        return 0x0000'200f | field(random, 3, 20) | field(random, 5, 15);  // cbo.*
    default:
        return random.of(whole);
    }
}

/// Opcode, funct3 and all else by chance, but for the bits that make it what it is.
uint32_t any_of(Random& random, uint32_t opcode)
{
    return static_cast<uint32_t>(random.next()) << 7 | opcode;
}

uint32_t choose_load_or_store(Random& random)
{
    const uint32_t offset = random.one_in(4) ? field(random, 12, 20) : 0;
    if (random.one_in(2)) {
        return offset | field(random, 3, 12) | field(random, 5, 15) | field(random, 5, 7) | 0x03;
    }
    return (offset & 0xfe00'0000) | field(random, 3, 12) | field(random, 5, 15) | field(random, 5, 20) | 0x23;
}

/// A jump or branch that does not go far.
uint32_t choose_jump(Random& random)
{
    switch (random.below(4)) {
    case 0:
        return field(random, 4, 21) | (random.one_in(2) ? 0xfff0'0000 : 0) | field(random, 5, 7) | 0x6f;
    case 1:
        return field(random, 2, 20) | field(random, 5, 15) | field(random, 5, 7) | 0x67;
    default:
        return registers(random) >> 20 << 20 | field(random, 5, 15) | field(random, 3, 12) | field(random, 4, 8) |
               (random.one_in(2) ? 0xfe00'0080 : 0) | 0x63;
    }
}

uint32_t choose_floating_or_vector(Random& random)
{
    constexpr uint32_t opcodes[] = {0x07, 0x27, 0x53, 0x43, 0x4f};
    switch (random.below(4)) {
    case 0:
        return 0x7057 | field(random, 11, 20) | field(random, 5, 15) | field(random, 5, 7);  // vsetvli
    case 1:
        return any_of(random, 0x57);
    case 2:  // a vector's load or store: unit-stride, strided or indexed, with few segments
        return field(random, 2, 26) | field(random, 1, 25) | (random.one_in(2) ? 0 : 5U << 12) |
               (random.one_in(2) ? 0x07 : 0x27) | registers(random) | (random.one_in(2) ? 0 : 0x5000);
    default:
        return any_of(random, random.of(opcodes));
    }
}

uint32_t choose_compressed(Random& random)
{
    const uint32_t quadrant = random.one_in(2) ? 0 : static_cast<uint32_t>(random.below(3));
    return field(random, 14, 2) | quadrant;
}

uint32_t choose_atomic(Random& random)
{
    constexpr uint32_t functions[] = {0, 1, 2, 3, 4, 5, 8, 12, 16, 20, 24, 28};
    const uint32_t function = random.one_in(8) ? field(random, 5, 27) : random.of(functions) << 27;
    const uint32_t width = random.one_in(4) ? field(random, 3, 12) : (2 + field(random, 1, 0)) << 12;
    return function | field(random, 2, 25) | width | registers(random) | 0x2f;
}

}  // namespace

uint32_t choose_instruction(Random& random)
{
    const uint64_t kind = random.below(100);
    if (kind < 35) {
        return choose_load_or_store(random);
    }
    if (kind < 50) {
        return choose_compressed(random);
    }
    if (kind < 58) {
        return choose_atomic(random);
    }
    if (kind < 68) {
        return choose_floating_or_vector(random);
    }
    if (kind < 78) {
        return choose_csr(random);
    }
    if (kind < 86) {
        return choose_system(random);
    }
    if (kind < 91) {
        return choose_jump(random);
    }
    if (kind < 95) {
        return any_of(random, 0x13);
    }
    return static_cast<uint32_t>(random.next()) | 3;
}

namespace {

/// The registered ones, offered or not, and ours.
constexpr uint64_t extensions[] = {0x10,       0x54494d45, 0x735049,   0x52464e43, 0x52464e43, 0x48534d,
                                   0x48534d,   0x53525354, 0x504d55,   0x504d55,   0x4442434e, 0x4442434e,
                                   0x53555350, 0x43505043, 0x4e41434c, 0x535441,   0x535345,   0x46574654,
                                   0x44425452, 0x4d505859, 0x0a42'4b48};
constexpr uint64_t srst = 0x5352'5354;
constexpr uint64_t hsm = 0x48'534d;
constexpr uint64_t suspend = 0x5355'5350;
constexpr uint64_t legacy_shutdown = 8;

/// What most arguments are: few harts, few bytes, places.
uint64_t choose_argument(Random& random, const Layout& layout)
{
    switch (random.below(8)) {
    case 0:
    case 1:
        return random.below(4);
    case 2:
        return random.below(5000);
    case 3:
        return layout.play + random.below(layout.end - layout.play);
    case 4:
        return (random.one_in(2) ? 0x8000'0000 : 0xffff'ffff'8000'0000) + random.below(3);
    default:
        return choose_value(random, layout);
    }
}

}  // namespace

void choose_call(Random& random, const Layout& layout, std::span<uint64_t, 32> x)
{
    uint64_t& extension = x[17];
    const uint64_t kind = random.below(16);
    extension = kind == 0 ? random.next() : kind < 3 ? random.below(17) : random.of(extensions);
    uint64_t& function = x[16];
    function = random.one_in(16) ? random.next() : random.below(8);
    for (unsigned n = 10; n < 16; ++n) {
        x[n] = choose_argument(random, layout);
    }
    // The guest's own end tells little, so not often; and no hart is to be lost each time.
    const bool ends = extension == legacy_shutdown || extension == srst;
    if (ends && !random.one_in(64)) {
        extension = srst;
        x[10] |= random.one_in(256) ? 1U : 4U;
    }
    if (extension == hsm && function == 1 && !random.one_in(layout.alone ? 4096 : 4)) {
        function = 2;
    }
    if ((extension == hsm || extension == suspend) && !random.one_in(8)) {
        x[11] = layout.start;
    }
}

}  // namespace guest
