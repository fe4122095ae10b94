// Instructions as binutils' disassembler sees them, against ours: texts, accesses and classes of 165,000 patterns.
#include <hv/isa/instruction_text.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <hv/isa/access_base.hpp>
#include <hv/isa/csr.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/isa/instruction_class.hpp>

namespace hv::isa {
namespace {

/// One instruction as objdump shows it, without aliases. What it does not know is ".2byte" or ".4byte".
struct Disassembled {
    uint64_t address = 0;
    uint32_t instruction = 0;
    std::string mnemonic;
    std::string operands;  ///< without blanks
};

void run(const std::string& command)
{
    if (std::system(command.c_str()) != 0) {
        throw std::runtime_error{"failed: " + command};
    }
}

/// A folder that goes when it goes.
class Folder {
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "instructions-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error{"no temporary folder"};
        }
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// `line` is "  address:<tab>bytes <tab>mnemonic[<tab>operands[ # or <comment]]".
bool parse(const std::string& line, Disassembled& result)
{
    std::istringstream columns{line};
    std::array<std::string, 4> column;
    for (std::string& text : column) {
        std::getline(columns, text, '\t');
    }
    if (column[2].empty()) {
        return false;
    }
    const std::string operands = column[3].substr(0, column[3].find_first_of("#<"));
    result = {std::stoull(column[0], nullptr, 16), static_cast<uint32_t>(std::stoul(column[1], nullptr, 16)),
              column[2].substr(0, column[2].find(' ')), operands.substr(0, operands.find_last_not_of(' ') + 1)};
    return true;
}

/// Disassembles `patterns`, each in as many bytes as its lowest two bits say.
std::vector<Disassembled> disassemble(const std::vector<uint32_t>& patterns)
{
    const Folder folder;
    {
        std::ofstream binary{folder.file("bin"), std::ios::binary};
        for (const uint32_t pattern : patterns) {
            for (unsigned i = 0; i < instruction_length(pattern); ++i) {
                binary.put(static_cast<char>(pattern >> (8 * i)));
            }
        }
        // Only an object file can say that H and its like are there.
        std::ofstream{folder.file("s")} << ".attribute arch, \"rv64imafdch_zicsr_zifencei_zicbom_zicboz_zawrs_"
                                           "svinval\"\n";
    }
    const std::string tool = "riscv64-linux-gnu-";
    run(tool + "as -o " + folder.file("o") + " " + folder.file("s"));
    run(tool + "objcopy --update-section .text=" + folder.file("bin") + " " + folder.file("o"));
    run(tool + "objdump -d -z -M no-aliases " + folder.file("o") + " > " + folder.file("txt"));
    std::vector<Disassembled> all;
    std::ifstream text{folder.file("txt")};
    Disassembled one;
    for (std::string line; std::getline(text, line);) {
        if (parse(line, one)) {
            all.push_back(one);
        }
    }
    if (all.size() != patterns.size()) {
        throw std::runtime_error{"objdump shows " + std::to_string(all.size()) + " instructions"};
    }
    return all;
}

bool is_unknown(const Disassembled& theirs)
{
    return theirs.mnemonic == ".2byte" || theirs.mnemonic == ".4byte";
}

std::string text_of(uint32_t instruction)
{
    std::array<char, 64> buffer{};
    BufferSink sink{buffer};
    print(sink, "{}", InstructionText{instruction});
    return std::string{sink.text()};
}

std::vector<std::string> split(const std::string& operands)
{
    std::vector<std::string> parts{""};
    for (const char c : operands) {
        if (c == ',' || c == '(' || c == ')') {
            parts.emplace_back(1, c);
            parts.emplace_back();
        } else if (c != ' ') {
            parts.back() += c;
        }
    }
    return parts;
}

bool is_number(const std::string& text)
{
    return !text.empty() && text.find_first_not_of("0123456789abcdefx-") == std::string::npos &&
           (std::isdigit(static_cast<unsigned char>(text[0])) != 0 || text[0] == '-');
}

/// Numbers, whose base is a matter of taste, are equal by value; a target is the address or relative to it.
bool same_operand(const std::string& ours, const std::string& theirs, uint64_t address)
{
    if (ours == theirs) {
        return true;
    }
    if (ours.size() > 1 && ours[0] == '.') {
        return address + static_cast<uint64_t>(std::stoll(ours.substr(1))) == std::stoull(theirs, nullptr, 16);
    }
    return is_number(ours) && is_number(theirs) && std::stoll(ours, nullptr, 0) == std::stoll(theirs, nullptr, 0);
}

bool same_text(const std::string& ours, const std::string& theirs, uint64_t address)
{
    const size_t blank = ours.find(' ');
    const size_t their_blank = theirs.find(' ');
    if (ours.substr(0, blank) != theirs.substr(0, their_blank)) {
        return false;
    }
    const auto parts = split(blank == std::string::npos ? "" : ours.substr(blank + 1));
    const auto their_parts = split(their_blank == std::string::npos ? "" : theirs.substr(their_blank + 1));
    if (parts.size() != their_parts.size()) {
        return false;
    }
    for (size_t i = 0; i < parts.size(); ++i) {
        if (!same_operand(parts[i], their_parts[i], address)) {
            return false;
        }
    }
    return true;
}

void replace(std::string& text, const std::string& from, const std::string& to)
{
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
        text.replace(at, from.size(), to);
    }
}

/// Which CSRs have names is csr.hpp's to say, and tested there: of one that is named here or there only, the
/// number.
void number_csr_named_by_one(std::string& operands, uint32_t number)
{
    const std::vector<std::string> parts = split(operands);
    const std::string_view ours = name_of(static_cast<Csr>(number));
    if (ours.empty() || is_number(parts[2])) {
        operands = parts[0] + "," + (ours.empty() ? std::to_string(number) : std::string{ours}) + "," + parts[4];
    }
}

/// fcvt.d.s, fcvt.d.w, fcvt.d.wu, with any rounding mode.
bool is_exact_conversion(uint32_t instruction)
{
    const uint32_t function = instruction & 0xfff0'007f;
    return function == 0x4200'0053 || function == 0xd200'0053 || function == 0xd210'0053;
}

/// What we mean to write where objdump writes something else.
std::string expected_text(const Disassembled& theirs)
{
    const uint32_t instruction = theirs.instruction;
    std::string operands = theirs.operands;
    if (theirs.mnemonic.starts_with("csrr")) {
        number_csr_named_by_one(operands, instruction >> 20);
    }
    std::string text = theirs.mnemonic + (operands.empty() ? "" : " ") + operands;
    if (instruction == 0x0001) {
        return "c.nop";
    }
    if (instruction == 0x0100'000f) {
        return "pause";
    }
    if (instruction == 0x6101) {  // c.addi16sp by 0 is reserved
        return ".half 0x6101";
    }
    static const std::set<std::string> of_old_drafts{"uret", "hret", "dret", "sfence.vm"};
    if (of_old_drafts.contains(theirs.mnemonic)) {
        return ".word " + std::to_string(instruction);
    }
    if (is_exact_conversion(instruction)) {  // objdump shows no rounding mode, and knows them with mode 0 only
        return is_unknown(theirs) ? text_of(instruction) : text + ",rne";
    }
    replace(text, ".2byte", ".half");
    replace(text, ".4byte", ".word");
    for (const char* shift : {"c.slli", "c.srli", "c.srai"}) {
        if (theirs.mnemonic == std::string{shift} + "64") {  // a shift by 0, which RV128 means as 64
            return shift + (" " + theirs.operands) + ",0";
        }
    }
    const uint32_t mode = (instruction >> 12) & 7;
    replace(text, "unknown", theirs.mnemonic == "fence" ? "0" : mode == 5 ? "rm5" : "rm6");
    return text;
}

unsigned register_number(const std::string& name)
{
    static const std::vector<std::string> names{
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
        "a6",   "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    return static_cast<unsigned>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// The access of a mnemonic and its first operand, without regard to the pattern's bits.
std::optional<MemoryAccess> expected_access(const Disassembled& theirs)
{
    static const std::map<std::string, MemoryAccess> accesses{
        {"lb", MemoryAccess::load(0, 1, true, 0)},   {"lh", MemoryAccess::load(0, 2, true, 0)},
        {"lw", MemoryAccess::load(0, 4, true, 0)},   {"ld", MemoryAccess::load(0, 8, true, 0)},
        {"lbu", MemoryAccess::load(0, 1, false, 0)}, {"lhu", MemoryAccess::load(0, 2, false, 0)},
        {"lwu", MemoryAccess::load(0, 4, false, 0)}, {"sb", MemoryAccess::store(0, 1, 0)},
        {"sh", MemoryAccess::store(0, 2, 0)},        {"sw", MemoryAccess::store(0, 4, 0)},
        {"sd", MemoryAccess::store(0, 8, 0)},        {"lwsp", MemoryAccess::load(0, 4, true, 0)},
        {"ldsp", MemoryAccess::load(0, 8, true, 0)}, {"swsp", MemoryAccess::store(0, 4, 0)},
        {"sdsp", MemoryAccess::store(0, 8, 0)}};
    const bool is_short = theirs.mnemonic.starts_with("c.");
    const auto found = accesses.find(theirs.mnemonic.substr(is_short ? 2 : 0));
    if (found == accesses.end()) {
        return std::nullopt;
    }
    const MemoryAccess access = found->second;
    const unsigned reg = register_number(split(theirs.operands)[0]);
    const unsigned length = is_short ? 2 : 4;
    return access.is_store() ? MemoryAccess::store(reg, access.size(), length)
                             : MemoryAccess::load(reg, access.size(), access.is_signed(), length);
}

InstructionClass expected_class(const Disassembled& theirs)
{
    using enum InstructionClass;
    if (const auto access = expected_access(theirs)) {
        return access->is_store() ? store : load;
    }
    const std::string& name = theirs.mnemonic;
    const std::pair<const char*, InstructionClass> prefixes[] = {
        {"lr.", load_reserved}, {"sc.", store_conditional}, {"amo", amo},      {"flw", fp_load},
        {"fld", fp_load},       {"c.fld", fp_load},         {"fsw", fp_store}, {"fsd", fp_store},
        {"c.fsd", fp_store},    {"cbo.", cache_block}};
    for (const auto& [prefix, kind] : prefixes) {
        if (name.starts_with(prefix)) {
            return kind;
        }
    }
    return other;
}

/// Instructions that this objdump does not know.
bool is_zcb(const std::string& text)
{
    static const std::set<std::string> names{"c.lbu",    "c.lhu",    "c.lh",     "c.sb",     "c.sh",     "c.mul",
                                             "c.zext.b", "c.sext.b", "c.zext.h", "c.sext.h", "c.zext.w", "c.not"};
    return names.contains(text.substr(0, text.find(' ')));
}

std::vector<uint32_t> all_short_patterns()
{
    std::vector<uint32_t> patterns;
    for (uint32_t pattern = 0; pattern < 0x1'0000; ++pattern) {
        if ((pattern & 3) != 3) {
            patterns.push_back(pattern);
        }
    }
    return patterns;
}

/// Random ones, with small numbers in the fields of registers more often than not, and all that begin like the
/// instructions of the privileged modes.
std::vector<uint32_t> many_long_patterns()
{
    std::mt19937 random{20240411};
    std::vector<uint32_t> patterns;
    while (patterns.size() < 100'000) {
        uint32_t pattern = static_cast<uint32_t>(random()) | 3;
        for (const unsigned field : {7U, 15U, 20U}) {
            if (random() % 2 == 0) {
                pattern &= ~(28U << field);
            }
        }
        if ((pattern & 0x1f) != 0x1f) {  // else it is longer than 4 bytes
            patterns.push_back(pattern);
        }
    }
    for (uint32_t i = 0; i < 1U << 15; ++i) {  // all of funct7, a register each in rs2, rs1 and rd, and funct3
        const uint32_t rs2 = (i >> 3) & 7;
        patterns.push_back(0x73 | (i >> 8) << 25 | rs2 << 20 | ((i >> 6 & 3) * 5) << 15 | (i & 7) << 12);
    }
    return patterns;
}

const std::vector<Disassembled>& disassembled_short()
{
    static const std::vector<Disassembled> all = disassemble(all_short_patterns());
    return all;
}

const std::vector<Disassembled>& disassembled_long()
{
    static const std::vector<Disassembled> all = disassemble(many_long_patterns());
    return all;
}

template <typename Check>
void for_all(Check check)
{
    for (const auto* all : {&disassembled_short(), &disassembled_long()}) {
        for (const Disassembled& theirs : *all) {
            ASSERT_NO_FATAL_FAILURE(check(theirs)) << std::hex << theirs.instruction;
        }
    }
}

TEST(InstructionText, IsWhatObjdumpWritesOfEvery2BytePatternAndOfManyOf4)
{
    unsigned unknown_to_objdump = 0;
    for_all([&](const Disassembled& theirs) {
        const std::string ours = text_of(theirs.instruction);
        if (is_zcb(ours) && is_unknown(theirs)) {
            ++unknown_to_objdump;
            return;
        }
        const std::string expected = expected_text(theirs);
        ASSERT_TRUE(same_text(ours, expected, theirs.address)) << ours << ", not " << expected;
    });
    // Three loads and two stores of 8 x 8 registers, the bytes' with four offsets and the halfwords' with two; a
    // multiplication of 8 x 8; six functions of 8.
    EXPECT_EQ(unknown_to_objdump, 64U * (4 + 2 + 2 + 4 + 2) + 64 + 6 * 8);
}

TEST(InstructionLength, IsWhatObjdumpFinds)
{
    for (const auto* all : {&disassembled_short(), &disassembled_long()}) {
        for (size_t i = 0; i + 1 < all->size(); ++i) {
            ASSERT_EQ((*all)[i + 1].address - (*all)[i].address, instruction_length((*all)[i].instruction));
        }
    }
}

TEST(DecodeAccess, FindsTheLoadsAndStoresThatObjdumpNamesAndNoOthers)
{
    for_all([](const Disassembled& theirs) {
        if (theirs.mnemonic != ".2byte" || !is_zcb(text_of(theirs.instruction))) {
            ASSERT_EQ(decode_access(theirs.instruction), expected_access(theirs)) << theirs.mnemonic;
        }
    });
}

TEST(AccessBase, IsTheRegisterAndTellsTheAlignmentOfTheOffsetThatObjdumpNames)
{
    for_all([](const Disassembled& theirs) {
        const auto access = expected_access(theirs);
        if (!access) {
            return;
        }
        const std::vector<std::string> parts = split(theirs.operands);  // such as a0 , 16 ( sp )
        const AccessBase base = base_of_access(theirs.instruction);
        ASSERT_EQ(base.reg, register_number(parts[4])) << theirs.operands;
        const auto offset = static_cast<uint64_t>(std::stoll(parts[2]));
        for (uint64_t value = UINT64_MAX - 7; value != 8; ++value) {
            ASSERT_EQ(is_aligned(base, value, access->size()), (value + offset) % access->size() == 0)
                << theirs.operands;
        }
    });
}

TEST(DecodeAccess, LooksAtTheLowerHalfOnlyWhereAnInstructionHas2Bytes)
{
    for (const uint32_t pattern : all_short_patterns()) {
        ASSERT_EQ(decode_access(pattern | 0xffff'0000), decode_access(pattern)) << std::hex << pattern;
    }
}

TEST(InstructionClass, IsThatOfTheMnemonicThatObjdumpGives)
{
    for_all([](const Disassembled& theirs) {
        if (!is_unknown(theirs)) {  // a class is given for reserved patterns, too
            ASSERT_EQ(name_of(class_of(theirs.instruction)), name_of(expected_class(theirs))) << theirs.mnemonic;
        }
    });
}

}  // namespace
}  // namespace hv::isa
