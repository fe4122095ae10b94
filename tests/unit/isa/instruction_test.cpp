// What instructions do to memory, where objdump cannot tell: Zcb, classes, values, and what htinst says of them.
#include <hv/isa/access_base.hpp>
#include <hv/isa/htinst.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/isa/instruction_class.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <hv/isa/instruction_text.hpp>

namespace hv::isa {
namespace {

std::string text_of(uint32_t instruction)
{
    std::array<char, 64> buffer{};
    BufferSink sink{buffer};
    {
        FormatOutput out{sink};
        describe_instruction(out, instruction);
    }
    return std::string{sink.text()};
}

// [unpriv] Zcb; the encodings are those of binutils 2.43.
TEST(DecodeAccess, KnowsTheCompressedBytesAndHalfwordsOfZcb)
{
    struct Case {
        uint32_t instruction;
        std::string_view text;
        MemoryAccess access;
    };
    const Case cases[] = {
        {0x8000, "c.lbu s0, 0(s0)", MemoryAccess::load(8, 1, false, 2)},
        {0x83bc, "c.lbu a5, 2(a5)", MemoryAccess::load(15, 1, false, 2)},
        {0x83dc, "c.lbu a5, 1(a5)", MemoryAccess::load(15, 1, false, 2)},
        {0x81f0, "c.lbu a2, 3(a1)", MemoryAccess::load(12, 1, false, 2)},
        {0x8400, "c.lhu s0, 0(s0)", MemoryAccess::load(8, 2, false, 2)},
        {0x87bc, "c.lhu a5, 2(a5)", MemoryAccess::load(15, 2, false, 2)},
        {0x8440, "c.lh s0, 0(s0)", MemoryAccess::load(8, 2, true, 2)},
        {0x87fc, "c.lh a5, 2(a5)", MemoryAccess::load(15, 2, true, 2)},
        {0x8800, "c.sb s0, 0(s0)", MemoryAccess::store(8, 1, 2)},
        {0x8bfc, "c.sb a5, 3(a5)", MemoryAccess::store(15, 1, 2)},
        {0x8c00, "c.sh s0, 0(s0)", MemoryAccess::store(8, 2, 2)},
        {0x8fbc, "c.sh a5, 2(a5)", MemoryAccess::store(15, 2, 2)},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(text_of(c.instruction), c.text);
        EXPECT_EQ(decode_access(c.instruction), c.access) << c.text;
        EXPECT_EQ(class_of(c.instruction), c.access.is_store() ? InstructionClass::store : InstructionClass::load);
    }
}

TEST(AccessBase, IsTheRegisterAloneWhereZcbHasAnEvenOffset)
{
    for (const uint32_t instruction : {0x81f0U, 0x85b0U, 0x85f0U, 0x89f0U, 0x8db0U}) {  // of a2, at 1, 2 or 3 (a1)
        EXPECT_EQ(base_of_access(instruction), (AccessBase{11, 0}));
    }
}

TEST(DecodeAccess, LeavesTheReservedPatternsBesideZcbAlone)
{
    for (const uint32_t pattern : {0x8c40U, 0x9000U, 0x9400U, 0x9800U, 0x9c00U}) {
        for (uint32_t registers = 0; registers < 0x400; registers += (pattern == 0x8c40 ? 0x80 : 1)) {
            EXPECT_FALSE(decode_access(pattern | (registers & 0x39c))) << std::hex << pattern;
            EXPECT_EQ(class_of(pattern | (registers & 0x39c)), InstructionClass::other);
        }
    }
}

TEST(MemoryAccess, IsWhatItWasMadeOf)
{
    for (unsigned reg = 0; reg < 32; ++reg) {
        for (const unsigned size : {1U, 2U, 4U, 8U}) {
            for (const unsigned length : {2U, 4U}) {
                const MemoryAccess store = MemoryAccess::store(reg, size, length);
                const MemoryAccess load = MemoryAccess::load(reg, size, true, length);
                EXPECT_TRUE(store.is_store());
                EXPECT_FALSE(load.is_store());
                EXPECT_TRUE(load.is_signed());
                EXPECT_FALSE(MemoryAccess::load(reg, size, false, length).is_signed());
                for (const MemoryAccess access : {store, load}) {
                    EXPECT_EQ(access.reg(), reg);
                    EXPECT_EQ(access.size(), size);
                    EXPECT_EQ(access.length(), length);
                }
            }
        }
    }
}

TEST(MemoryAccess, ExtendsWhatALoadReadsByItsSignOrByZeros)
{
    const uint64_t bytes = 0x8182'8384'8586'8788;
    const auto loaded = [=](unsigned size, bool is_signed) {
        return MemoryAccess::load(1, size, is_signed, 4).extended(bytes);
    };
    EXPECT_EQ(loaded(1, true), 0xffff'ffff'ffff'ff88);
    EXPECT_EQ(loaded(1, false), 0x88U);
    EXPECT_EQ(loaded(2, true), 0xffff'ffff'ffff'8788);
    EXPECT_EQ(loaded(2, false), 0x8788U);
    EXPECT_EQ(loaded(4, true), 0xffff'ffff'8586'8788);
    EXPECT_EQ(loaded(4, false), 0x8586'8788U);
    EXPECT_EQ(loaded(8, true), bytes);
    EXPECT_EQ(MemoryAccess::load(1, 4, true, 4).extended(0x7fff'ffff), 0x7fff'ffffU);
}

TEST(InstructionClass, TellsVectorFromFloatingPointByTheWidth)
{
    EXPECT_EQ(class_of(0x0205'0007), InstructionClass::vector_load);   // vle8.v v0, (a0)
    EXPECT_EQ(class_of(0x0205'7007), InstructionClass::vector_load);   // vle64.v v0, (a0)
    EXPECT_EQ(class_of(0x0205'6027), InstructionClass::vector_store);  // vse32.v v0, (a0)
    EXPECT_EQ(class_of(0x0005'1007), InstructionClass::fp_load);       // flh ft0, 0(a0)
    EXPECT_EQ(class_of(0x0005'4027), InstructionClass::fp_store);      // fsq ft0, 0(a0)
}

TEST(InstructionClass, TellsAtomicsThatOnlyReadFromThoseThatWrite)
{
    EXPECT_EQ(class_of(0x1005'202f), InstructionClass::load_reserved);      // lr.w zero, (a0)
    EXPECT_EQ(class_of(0x3405'202f), InstructionClass::load_reserved);      // lw.aq zero, (a0)
    EXPECT_EQ(class_of(0x1805'202f), InstructionClass::store_conditional);  // sc.w zero, zero, (a0)
    EXPECT_EQ(class_of(0x3a05'202f), InstructionClass::store_conditional);  // sw.rl zero, (a0)
    EXPECT_EQ(class_of(0x2805'202f), InstructionClass::amo);                // amocas.w zero, zero, (a0)
    EXPECT_EQ(class_of(0x0005'002f), InstructionClass::amo);                // amoadd.b zero, zero, (a0)
}

TEST(InstructionClass, DoesNotTakeAFenceForACacheBlockOperation)
{
    EXPECT_EQ(class_of(0x0045'200f), InstructionClass::cache_block);  // cbo.zero (a0)
    EXPECT_EQ(class_of(0x0ff0'000f), InstructionClass::other);        // fence
    EXPECT_EQ(class_of(0x0000'100f), InstructionClass::other);        // fence.i
}

TEST(AccessFault, IsOfTheInstructionsKindWhateverTheHartCalledTheTrap)
{
    using enum InstructionClass;
    // QEMU 7.2 reports an AMO's fault as a load's.
    EXPECT_EQ(access_fault_for(amo, Exception::load_guest_page_fault), Exception::store_access_fault);
    for (const InstructionClass kind : {store, store_conditional, amo, fp_store, vector_store, cache_block}) {
        EXPECT_EQ(access_fault_for(kind, Exception::store_guest_page_fault), Exception::store_access_fault);
    }
    for (const InstructionClass kind : {load, load_reserved, fp_load, vector_load}) {
        EXPECT_EQ(access_fault_for(kind, Exception::load_guest_page_fault), Exception::load_access_fault);
    }
}

TEST(AccessFault, IsOfTheTrapsKindWhereTheInstructionTellsNothing)
{
    using enum InstructionClass;
    EXPECT_EQ(access_fault_for(other, Exception::instruction_guest_page_fault),
              Exception::instruction_access_fault);
    EXPECT_EQ(access_fault_for(other, Exception::load_guest_page_fault), Exception::load_access_fault);
    EXPECT_EQ(access_fault_for(other, Exception::store_guest_page_fault), Exception::store_access_fault);
}

TEST(InstructionClass, HasAName)
{
    EXPECT_EQ(name_of(InstructionClass::amo), "AMO");
    EXPECT_EQ(name_of(InstructionClass::cache_block), "cache-block operation");
    EXPECT_EQ(name_of(InstructionClass::other), "instruction");
}

// [priv] Hypervisor: Transformed Instruction: what is left of a load or store, by its text.
uint32_t transformed(uint32_t instruction, uint32_t offset)
{
    const bool is_store = (instruction & 0x20) != 0;
    return (instruction & (is_store ? 0x01f0'707fU : 0x7fffU)) | offset << 15;
}

TEST(Htinst, IsEveryLoadAndStoreWithItsRegisterInBothLengths)
{
    for (const uint32_t opcode : {0x03U, 0x23U}) {
        for (uint32_t rest = 0; rest < 1U << 13; ++rest) {
            const uint32_t field = (rest >> 8) << (opcode == 0x23 ? 20 : 7);
            const uint32_t instruction = 0xa5a0'0000 | opcode | (rest & 7) << 12;
            const uint32_t with_register = (instruction & ~(31U << (opcode == 0x23 ? 20 : 7))) | field;
            const std::optional<MemoryAccess> access = decode_access(with_register);
            const uint32_t htinst = transformed(with_register, 0);
            if (!access) {
                EXPECT_EQ(decode_htinst(htinst).kind, Htinst::Kind::unknown) << std::hex << htinst;
                continue;
            }
            EXPECT_EQ(decode_htinst(htinst), (Htinst{Htinst::Kind::access, *access})) << std::hex << htinst;
            const MemoryAccess compressed =
                access->is_store() ? MemoryAccess::store(rest >> 8, access->size(), 2)
                                   : MemoryAccess::load(rest >> 8, access->size(), access->is_signed(), 2);
            EXPECT_EQ(decode_htinst(htinst & ~2U), (Htinst{Htinst::Kind::access, compressed}))
                << std::hex << htinst;
        }
    }
}

TEST(Htinst, IsASplitAccessWhereTheFaultIsNotAtTheFirstByte)
{
    for (uint32_t offset = 1; offset < 32; ++offset) {
        EXPECT_EQ(decode_htinst(transformed(0x0007'c703, offset)).kind, Htinst::Kind::split_access);
        EXPECT_EQ(decode_htinst(transformed(0x00e7'b023, offset)).kind, Htinst::Kind::split_access);
    }
}

TEST(Htinst, IsAPageTableWalkForEachPseudoinstructionOnly)
{
    for (const uint64_t pseudo : {0x2000U, 0x2020U, 0x3000U, 0x3020U}) {
        EXPECT_EQ(decode_htinst(pseudo).kind, Htinst::Kind::page_table_walk);
        EXPECT_EQ(decode_htinst(pseudo | 1ULL << 32).kind, Htinst::Kind::unknown);
        EXPECT_EQ(decode_htinst(pseudo | 0x80).kind, Htinst::Kind::unknown);
    }
}

TEST(Htinst, IsUnknownWhereItIsZeroOrDeviatesInAnyBit)
{
    EXPECT_EQ(decode_htinst(0), Htinst{});
    const uint64_t load = 0x4783;        // lbu a5
    const uint64_t store = 0x00e0'2023;  // sw a4
    const uint64_t load_zeros = 0xffff'ffff'fff0'0000;
    const uint64_t store_zeros = 0xffff'ffff'fe00'0f80;
    for (unsigned i = 0; i < 64; ++i) {
        const uint64_t flipped = 1ULL << i;
        if ((load_zeros & flipped) != 0) {
            EXPECT_EQ(decode_htinst(load | flipped), Htinst{}) << i;
        }
        if ((store_zeros & flipped) != 0) {
            EXPECT_EQ(decode_htinst(store | flipped), Htinst{}) << i;
        }
    }
    for (const unsigned i : {0U, 2U, 3U, 4U, 6U}) {  // the opcode's, but for the length and load or store
        EXPECT_EQ(decode_htinst(load ^ 1ULL << i), Htinst{}) << i;
        EXPECT_EQ(decode_htinst(store ^ 1ULL << i), Htinst{}) << i;
    }
}

TEST(Htinst, LeavesAtomicsAndFloatingPointToTheInstruction)
{
    EXPECT_EQ(decode_htinst(0x0050'22af), Htinst{});  // amoadd.w
    EXPECT_EQ(decode_htinst(0x1000'22af), Htinst{});  // lr.w
    EXPECT_EQ(decode_htinst(0x0000'2507), Htinst{});  // flw
    EXPECT_EQ(decode_htinst(0x6800'4073), Htinst{});  // hlv.w
}

TEST(GuestPhysicalAddress, IsHtvalWithTheLowestBitsOfStval)
{
    EXPECT_EQ(guest_physical_address(0x0400'0001, 0xffff'ffc0'0000'0007), GuestPhysAddr{0x1000'0007});
    EXPECT_EQ(guest_physical_address(UINT64_MAX >> 2, 2), GuestPhysAddr{UINT64_MAX - 1});
}

TEST(InstructionText, ReadsLikeAssembler)
{
    EXPECT_EQ(text_of(0x0085'2783), "lw a5, 8(a0)");
    EXPECT_EQ(text_of(0x1055'9573), "csrrw a0, stvec, a1");
    EXPECT_EQ(text_of(0x0000'0073), "ecall");
    EXPECT_EQ(text_of(0x06b6'252f), "amoadd.w.aqrl a0, a1, (a2)");
    EXPECT_EQ(text_of(0xfeb5'0ce3), "beq a0, a1, .-8");
    EXPECT_EQ(text_of(0x0100'00ef), "jal ra, .+16");
    EXPECT_EQ(text_of(0xd235'b553), "fcvt.d.lu fa0, a1, rup");
    EXPECT_EQ(text_of(0x02c5'f553), "fadd.d fa0, fa1, fa2");
    EXPECT_EQ(text_of(0x0000'006f), "jal zero, .+0");
    EXPECT_EQ(text_of(0x4542), "c.lwsp a0, 16(sp)");
    EXPECT_EQ(text_of(0x0000), "c.unimp");
}

TEST(InstructionText, IsTheNumberOfWhatItDoesNotKnow)
{
    EXPECT_EQ(text_of(0xffff'ffff), ".word 0xffffffff");
    EXPECT_EQ(text_of(0x0000'001f), ".word 0x1f");
    EXPECT_EQ(text_of(0x1234'8002), ".half 0x8002");
    EXPECT_EQ(text_of(0x7ff0'2573), "csrrs a0, 0x7ff, zero");
}

TEST(XRegister, IsNamedByTheCallingConvention)
{
    std::array<char, 256> buffer{};
    BufferSink sink{buffer};
    for (unsigned i = 0; i < 32; ++i) {
        print(sink, "{} ", XRegister{i});
    }
    EXPECT_EQ(sink.text(), "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
                           "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6 ");
}

}  // namespace
}  // namespace hv::isa
