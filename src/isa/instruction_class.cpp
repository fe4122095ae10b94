// Classes of instructions, by what they do to memory, and the faults that go with them.
#include <hv/isa/instruction_class.hpp>

#include <hv/isa/instruction.hpp>

namespace hv::isa {

namespace {

/// LOAD-FP and STORE-FP: the widths 1 to 4 are scalar, the others vector.
bool is_vector(uint32_t instruction)
{
    const uint32_t width = (instruction >> 12) & 7;
    return width == 0 || width >= 5;
}

InstructionClass class_of_atomic(uint32_t instruction)
{
    // Load-reserved and store-conditional; of Zalasr, load-acquire and store-release.
    switch ((instruction >> 27) & 0b11011) {
    case 0b00010:
        return InstructionClass::load_reserved;
    case 0b00011:
        return InstructionClass::store_conditional;
    default:
        return InstructionClass::amo;
    }
}

InstructionClass class_of_long(uint32_t instruction)
{
    using enum InstructionClass;
    switch (instruction & 0x7f) {
    case 0x03:
        return load;
    case 0x07:
        return is_vector(instruction) ? vector_load : fp_load;
    case 0x0f:  // MISC-MEM: fences, and cbo.* where the width is 2 and rd x0
        return (instruction & 0x7f80) == 0x2000 ? cache_block : other;
    case 0x23:
        return store;
    case 0x27:
        return is_vector(instruction) ? vector_store : fp_store;
    case 0x2f:
        return class_of_atomic(instruction);
    default:
        return other;
    }
}

}  // namespace

InstructionClass class_of(uint32_t instruction)
{
    using enum InstructionClass;
    if (instruction_length(instruction) == 4) {
        return class_of_long(instruction);
    }
    if (const auto access = decode_access(instruction)) {
        return access->is_store() ? store : load;
    }
    // c.fld and c.fldsp, c.fsd and c.fsdsp: quadrants 0 and 2.
    switch (instruction & 0xe001) {
    case 0x2000:
        return fp_load;
    case 0xa000:
        return fp_store;
    default:
        return other;
    }
}

std::string_view name_of(InstructionClass kind)
{
    switch (kind) {
    case InstructionClass::load:
        return "load";
    case InstructionClass::store:
        return "store";
    case InstructionClass::load_reserved:
        return "load-reserved";
    case InstructionClass::store_conditional:
        return "store-conditional";
    case InstructionClass::amo:
        return "AMO";
    case InstructionClass::fp_load:
        return "floating-point load";
    case InstructionClass::fp_store:
        return "floating-point store";
    case InstructionClass::vector_load:
        return "vector load";
    case InstructionClass::vector_store:
        return "vector store";
    case InstructionClass::cache_block:
        return "cache-block operation";
    case InstructionClass::other:
        break;
    }
    return "instruction";
}

Exception access_fault_for(InstructionClass kind, Exception trapped)
{
    switch (kind) {
    case InstructionClass::load:
    case InstructionClass::load_reserved:
    case InstructionClass::fp_load:
    case InstructionClass::vector_load:
        return Exception::load_access_fault;
    case InstructionClass::store:
    case InstructionClass::store_conditional:
    case InstructionClass::amo:
    case InstructionClass::fp_store:
    case InstructionClass::vector_store:
    case InstructionClass::cache_block:
        return Exception::store_access_fault;
    case InstructionClass::other:
        break;
    }
    if (trapped == Exception::instruction_guest_page_fault) {
        return Exception::instruction_access_fault;
    }
    return trapped == Exception::store_guest_page_fault ? Exception::store_access_fault
                                                        : Exception::load_access_fault;
}

}  // namespace hv::isa
