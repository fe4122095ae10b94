// What kind of access to memory an instruction is, for those that a device cannot answer.
#pragma once

#include <cstdint>
#include <string_view>

#include <hv/isa/cause.hpp>

namespace hv::isa {

/// What an instruction does to memory, for those that a device cannot answer.
enum class InstructionClass : uint8_t {
    load,
    store,
    load_reserved,      ///< and load-acquire: an atomic that only reads
    store_conditional,  ///< and store-release
    amo,
    fp_load,
    fp_store,
    vector_load,
    vector_store,
    cache_block,  ///< cbo.zero, cbo.clean, cbo.flush, cbo.inval
    other,
};

/// The class of any 4-byte or 2-byte pattern. A class is claimed where the instruction, if it is one at all, is of
/// that class: reserved encodings are not told apart.
[[nodiscard]] InstructionClass class_of(uint32_t instruction);

/// Such as "AMO", "vector store".
[[nodiscard]] std::string_view name_of(InstructionClass kind);

/// The fault that hardware without memory at the address had raised: an access fault of what the instruction is,
/// and for `other` of what trapped, a guest-page fault (20, 21, 23).
/// [priv] Machine: Exception codes; [cmo] Cache-Block Management: faults are store/AMO faults.
[[nodiscard]] Exception access_fault_for(InstructionClass kind, Exception trapped);

}  // namespace hv::isa
