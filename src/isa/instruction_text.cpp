// Writes an instruction as an assembler would: one search in a table of rows, and one function for all operands.
#include <hv/isa/instruction_text.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <hv/isa/csr.hpp>
#include <hv/isa/instruction.hpp>

#include "instruction_table.hpp"

namespace hv::isa {

namespace {

using namespace instruction_detail;

constexpr size_t row_count = std::span{instruction_rows}.size();

// The rows as the kernel carries them: 8 bytes each, and every text once, NUL-terminated, those that end another
// one within that.

constexpr bool ends_with(std::string_view text, std::string_view end)
{
    if (text.size() < end.size() || (!end.empty() && text.back() != end.back())) {
        return false;
    }
    return text.substr(text.size() - end.size()) == end;
}

/// The row whose text holds that of row `i`: the first of the longest that end with it.
template <std::string_view InstructionRow::*text>
consteval size_t holder(size_t i)
{
    size_t best = i;
    for (size_t j = 0; j < row_count; ++j) {
        const size_t size = (instruction_rows[j].*text).size();
        const size_t best_size = (instruction_rows[best].*text).size();
        if ((size > best_size || (size == best_size && j < best)) &&
            ends_with(instruction_rows[j].*text, instruction_rows[i].*text)) {
            best = j;
        }
    }
    return best;
}

template <std::string_view InstructionRow::*text>
consteval auto holders()
{
    std::array<size_t, row_count> all{};
    for (size_t i = 0; i < row_count; ++i) {
        all[i] = holder<text>(i);
    }
    return all;
}

/// All texts of one column.
template <std::string_view InstructionRow::*text>
struct Column {
    static constexpr std::array<size_t, row_count> holder_of = holders<text>();

    static consteval size_t size()
    {
        size_t sum = 0;
        for (size_t i = 0; i < row_count; ++i) {
            sum += holder_of[i] == i ? (instruction_rows[i].*text).size() + 1 : 0;
        }
        return sum;
    }

    std::array<char, size()> characters{};
    std::array<uint16_t, row_count> start{};

    consteval Column()
    {
        size_t used = 0;
        for (size_t i = 0; i < row_count; ++i) {
            if (holder_of[i] == i) {
                start[i] = static_cast<uint16_t>(used);
                for (const char c : instruction_rows[i].*text) {
                    characters[used++] = c;
                }
                ++used;
            }
        }
        for (size_t i = 0; i < row_count; ++i) {
            const size_t from = holder_of[i];
            const size_t skipped = (instruction_rows[from].*text).size() - (instruction_rows[i].*text).size();
            start[i] = static_cast<uint16_t>(start[from] + skipped);
        }
    }
};

struct Row {
    uint32_t match;
    uint16_t name;
    uint16_t operands;
};

constexpr Column<&InstructionRow::name> name_column;
constexpr Column<&InstructionRow::operands> operand_column;
constexpr auto names = name_column.characters;
constexpr auto operand_letters = operand_column.characters;

consteval auto pack_rows()
{
    std::array<Row, row_count> rows{};
    for (size_t i = 0; i < row_count; ++i) {
        rows[i] = {instruction_rows[i].match, name_column.start[i], operand_column.start[i]};
    }
    return rows;
}
constexpr auto rows = pack_rows();

// What follows runs once for a report: short is better than quick, and GCC makes what is cold short.

/// nullptr for punctuation.
[[gnu::cold, gnu::noinline]] const OperandSpec* find_operand(char letter)
{
    for (const OperandSpec& spec : operand_specs) {
        if (spec.letter == letter) {
            return &spec;
        }
    }
    return nullptr;
}

std::span<const FieldPiece> pieces_of(const OperandSpec& spec)
{
    return {&field_pieces[spec.first_piece], spec.piece_count};
}

uint32_t ones(const FieldPiece& piece)
{
    return (uint32_t{1} << piece.width) - 1;
}

/// The bits that `operands`, letters up to a NUL, print.
[[gnu::cold]] uint32_t printed_bits(const char* operands)
{
    uint32_t bits = 0;
    for (; *operands != '\0'; ++operands) {
        if (const OperandSpec* spec = find_operand(*operands)) {
            for (const FieldPiece& piece : pieces_of(*spec)) {
                bits |= ones(piece) << piece.from;
            }
        }
    }
    return bits;
}

[[gnu::cold]] const Row* find_row(uint32_t instruction)
{
    for (const Row& row : rows) {
        const uint32_t differing = instruction ^ row.match;
        // Nothing prints a bit of the format's; to look at these first saves most of the time.
        if ((differing & 3) == 0 && (differing & ~printed_bits(&operand_letters[row.operands])) == 0) {
            return names[row.name] != '\0' ? &row : nullptr;
        }
    }
    return nullptr;
}

/// The operand's field as a number; the highest bit is its sign where the kind has one.
[[gnu::cold]] int32_t value_of(const OperandSpec& spec, uint32_t instruction)
{
    uint32_t value = 0;
    for (const FieldPiece& piece : pieces_of(spec)) {
        value |= ((instruction >> piece.from) & ones(piece)) << piece.to;
    }
    const FieldPiece& first = field_pieces[spec.first_piece];
    const uint32_t sign = spec.kind >= OperandKind::signed_number ? uint32_t{1} << (first.to + first.width - 1) : 0;
    return static_cast<int32_t>((value ^ sign) - sign);
}

/// [psabi] Integer and Floating-point Register Convention. All but x0 to x4 are a letter and a number, with an f in
/// front for f0 to f31, in the same places; but of the integer temporaries, five are not there.
[[gnu::cold, gnu::noinline]] void write_register(FormatOutput& out, unsigned number, bool is_float)
{
    constexpr std::string_view letters = "ttttttttssaaaaaaaasssssssssstttt";
    constexpr std::string_view numbers =
        "01234567010123456723456789:;89:;";  // behind 9 come : and ;, for 10 and 11
    if (!is_float && number < 5) {
        constexpr std::string_view special = "raspgptpzero";
        return out.write({&special[number == 0 ? 8 : 2 * number - 2], number == 0 ? 4U : 2U});
    }
    const char letter = letters[number];
    const int digit = numbers[number] - (!is_float && letter == 't' ? 5 : 0);
    if (is_float) {
        out.put('f');
    }
    out.put(letter);
    if (digit > '9') {
        out.put('1');
    }
    out.put(static_cast<char>(digit > '9' ? digit - 10 : digit));
}

[[gnu::cold]] void write_fence_set(FormatOutput& out, unsigned set)
{
    if (set == 0) {
        out.put('0');
    }
    for (const char c : std::string_view{"iorw"}) {
        if ((set & 8) != 0) {
            out.put(c);
        }
        set <<= 1;
    }
}

[[gnu::cold, gnu::noinline]] void write_number(FormatOutput& out, int64_t number, bool is_hex)
{
    const FormatString<int64_t> hex{"{:#x}"};
    const FormatString<int64_t> decimal{"{}"};
    print(out, is_hex ? hex : decimal, number);
}

std::string_view part(std::string_view text, size_t from, size_t size)
{
    return {text.data() + from, size};
}

/// What is written for an operand of a kind up to `last_word`; empty for a CSR without a name.
[[gnu::cold]] std::string_view word_of(OperandKind kind, unsigned value)
{
    switch (kind) {
    case OperandKind::ordering:  // bit 0 is release, bit 1 acquire
        return value == 1 ? ".rl" : part(".aqrl", 0, value == 0 ? 0 : 2 * value - 1);
    case OperandKind::width:
        return part(".w.d", 2 * value, 2);
    case OperandKind::precision:
        return part(".s.d", 2 * value, 2);
    case OperandKind::integer:
        return part(".wu.lu", value < 2 ? 0 : 3, 2 + value % 2);
    case OperandKind::rounding:
        return part(", rne, rtz, rdn, rup, rmm, rm5, rm6", 5 * value, value == 7 ? 0 : 5);
    case OperandKind::csr:
        return name_of(static_cast<Csr>(value));
    case OperandKind::stack_pointer:
        return "sp";
    case OperandKind::x_register:
    case OperandKind::f_register:
    case OperandKind::short_x_register:
    case OperandKind::short_f_register:
    case OperandKind::fence_set:
    case OperandKind::unsigned_number:
    case OperandKind::signed_number:
    case OperandKind::upper:
    case OperandKind::target:
        break;
    }
    return {};
}

[[gnu::cold]] void write_operand(FormatOutput& out, const OperandSpec& spec, uint32_t instruction)
{
    const OperandKind kind = spec.kind;
    const int32_t number = value_of(spec, instruction);
    auto value = static_cast<unsigned>(number);
    if (kind <= last_word) {
        const std::string_view word = word_of(kind, value);
        return word.empty() && kind == OperandKind::csr ? write_number(out, number, true) : out.write(word);
    }
    if (kind <= last_register) {
        const bool is_float = kind == OperandKind::f_register || kind == OperandKind::short_f_register;
        return write_register(out, value + (kind >= OperandKind::short_x_register ? 8 : 0), is_float);
    }
    if (kind == OperandKind::fence_set) {
        return write_fence_set(out, value);
    }
    if (kind == OperandKind::target) {
        out.put('.');
        if (number >= 0) {
            out.put('+');
        }
    }
    const bool is_upper = kind == OperandKind::upper;
    write_number(out, is_upper ? number & 0xf'ffff : number, is_upper);
}

}  // namespace

[[gnu::cold]] void format_value(FormatOutput& out, XRegister reg)
{
    write_register(out, reg.number % 32, false);
}

[[gnu::cold]] void format_value(FormatOutput& out, InstructionText text)
{
    const bool is_short = instruction_length(text.instruction) == 2;
    const uint32_t instruction = is_short ? text.instruction & 0xffff : text.instruction;
    const Row* row = find_row(instruction);
    if (row == nullptr) {
        out.write(is_short ? ".half " : ".word ");
        return write_number(out, instruction, true);
    }
    if (is_short) {
        out.write("c.");
    }
    for (const char* c = &names[row->name]; *c != '\0'; ++c) {
        out.put(*c);
    }
    bool in_name = true;
    for (const char* letter = &operand_letters[row->operands]; *letter != '\0'; ++letter) {
        const OperandSpec* spec = find_operand(*letter);
        if (in_name && (spec == nullptr || spec->kind > last_suffix)) {
            out.put(' ');
            in_name = false;
        }
        if (spec != nullptr) {
            write_operand(out, *spec, instruction);
            continue;
        }
        out.put(*letter);
        if (*letter == ',') {
            out.put(' ');
        }
    }
}

}  // namespace hv::isa
