// libFuzzer: words as instructions, of which text, access, class and htinst must agree with each other.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include <hv/isa/htinst.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/isa/instruction_class.hpp>
#include <hv/isa/instruction_text.hpp>

namespace {

using namespace hv::isa;

/// More would only be slow.
constexpr size_t most_words = 64;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void check_instruction(uint32_t instruction)
{
    std::array<char, 64> buffer{};
    hv::BufferSink sink{buffer};
    hv::print(sink, "{}", InstructionText{instruction});
    const std::string_view text = sink.text();
    require(!text.empty() && !sink.truncated());
    const std::optional<MemoryAccess> access = decode_access(instruction);
    require(text.starts_with("c.") || text.starts_with(".half") ? instruction_length(instruction) == 2
                                                                : instruction_length(instruction) == 4);
    if (!access) {
        return;
    }
    require(!text.starts_with('.'));
    require(access->length() == instruction_length(instruction));
    require(class_of(instruction) == (access->is_store() ? InstructionClass::store : InstructionClass::load));
    require(access->reg() < 32 && access->size() <= 8);
    const bool rebuilt =
        access->is_store()
            ? *access == MemoryAccess::store(access->reg(), access->size(), access->length())
            : *access == MemoryAccess::load(access->reg(), access->size(), access->is_signed(), access->length());
    require(rebuilt);
}

void check_htinst(uint64_t htinst)
{
    const Htinst decoded = decode_htinst(htinst);
    if (decoded.kind == Htinst::Kind::unknown) {
        return;
    }
    require(htinst >> 32 == 0);
    if (decoded.kind == Htinst::Kind::access) {
        const std::optional<MemoryAccess> access = decode_access(static_cast<uint32_t>(htinst) | 2);
        require(access.has_value());
        require(decoded.access.length() == ((htinst & 2) != 0 ? 4 : 2));
        require(access->is_store() == decoded.access.is_store() && access->reg() == decoded.access.reg());
        require(access->extended(htinst) == decoded.access.extended(htinst));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    size = std::min(size, most_words * sizeof(uint64_t));
    for (size_t at = 0; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        std::memcpy(&word, data + at, sizeof(word));
        check_instruction(static_cast<uint32_t>(word));
        check_instruction(static_cast<uint32_t>(word >> 32));
        check_htinst(word);
    }
    return 0;
}
