// What the fast path decodes in a few instructions is what the full decoders say, for every form that it claims.
#include <hv/isa/quick_access.hpp>

#include <random>

#include <gtest/gtest.h>

#include <hv/isa/csr_instruction.hpp>

namespace hv::isa {
namespace {

/// funct3 = 7 is no load; the quick forms take it for one of 8 bytes, which no device answers.
bool has_no_width(uint32_t instruction)
{
    return (instruction & 0x707f) == 0x7003;
}

/// What a quick form says of a store, as the full decoders do.
MemoryAccess access_of(ByteStore store)
{
    return store.length == 0
               ? MemoryAccess{}
               : MemoryAccess::store(static_cast<unsigned>(store.reg), 1, static_cast<unsigned>(store.length));
}

void expect_agreement(uint32_t instruction)
{
    const MemoryAccess full = decode_access(instruction).value_or(MemoryAccess{});
    const MemoryAccess load = quick_load_of_instruction(instruction);
    const MemoryAccess store = access_of(quick_byte_store_of_instruction(instruction));
    if (!load.is_none() && !has_no_width(instruction)) {
        ASSERT_EQ(load, full) << std::hex << instruction;
    }
    if (!store.is_none()) {
        ASSERT_EQ(store, full) << std::hex << instruction;
    }
    if (instruction_length(instruction) == 4 && !full.is_none()) {
        const bool wide_store = full.is_store() && full.size() != 1;
        ASSERT_EQ(full.is_store() ? store : load, wide_store ? MemoryAccess{} : full)
            << std::hex << instruction << ": every long form but wide stores is quick";
    }
}

TEST(QuickAccess, AgreesWithTheFullDecoderOnEveryCompressedPattern)
{
    for (uint32_t instruction = 0; instruction <= 0xffff; ++instruction) {
        if (instruction_length(instruction) == 2) {
            expect_agreement(instruction | 0xabcd'0000);
        }
    }
}

TEST(QuickAccess, AgreesWithTheFullDecoderOnLongPatterns)
{
    std::mt19937 random{1};
    for (int i = 0; i < 1'000'000; ++i) {
        // Half of them loads and stores.
        const uint32_t any = static_cast<uint32_t>(random());
        expect_agreement((i & 1) != 0 ? any | 3 : (any & ~uint32_t{0x5f}) | 0x03);
    }
}

TEST(QuickAccess, AgreesWithTheFullDecoderOfHtinst)
{
    std::mt19937_64 random{1};
    for (int i = 0; i < 1'000'000; ++i) {
        const uint64_t any = random();
        const uint64_t htinst = (i & 3) == 0 ? any : (any & 0x01f0'7fa2) | 1;
        const Htinst full = decode_htinst(htinst);
        const MemoryAccess load = quick_load_of_htinst(htinst);
        const MemoryAccess store = access_of(quick_byte_store_of_htinst(htinst));
        const bool odd = (htinst & 0x7000) == 0x7000;
        if (full.kind == Htinst::Kind::access) {
            const bool wide_store = full.access.is_store() && full.access.size() != 1;
            ASSERT_EQ(full.access.is_store() ? store : load, wide_store ? MemoryAccess{} : full.access)
                << std::hex << htinst;
        } else {
            ASSERT_TRUE((load.is_none() || odd) && store.is_none()) << std::hex << htinst;
        }
    }
}

TEST(CsrInstruction, IsAReadOnlyWhereTheCsrIsLeftAlone)
{
    const auto csrrs = [](uint32_t funct3, uint32_t source) {
        return 0xc00U << 20 | source << 15 | funct3 << 12 | 10U << 7 | 0x73;
    };
    for (const uint32_t funct3 : {2U, 3U, 6U, 7U}) {
        ASSERT_TRUE(decode_csr_read(csrrs(funct3, 0)));
        EXPECT_EQ(decode_csr_read(csrrs(funct3, 0))->csr, Csr::cycle);
        EXPECT_EQ(decode_csr_read(csrrs(funct3, 0))->rd, 10U);
        EXPECT_FALSE(decode_csr_read(csrrs(funct3, 1)));
    }
    for (const uint32_t funct3 : {0U, 1U, 4U, 5U}) {
        EXPECT_FALSE(decode_csr_read(csrrs(funct3, 0)));
    }
}

}  // namespace
}  // namespace hv::isa
