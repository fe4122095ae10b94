// What the device tree that a test guest was given says of its machine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <hv/fdt/tree.hpp>

namespace guest {

/// Before anything else here; a guest without a tree that can be read fails.
void open_tree(uint64_t address);
[[nodiscard]] const hv::fdt::Tree& tree();

/// The only bank's.
[[nodiscard]] uint64_t ram_start();
[[nodiscard]] uint64_t ram_end();
/// How many nodes of harts there are; their ids are 0 to harts() - 1.
[[nodiscard]] uint64_t harts();

/// Is an extension in the ISA that the tree states? As string and as list they must agree; natively older trees
/// have only the string.
[[nodiscard]] bool has_extension(std::string_view name);
/// Do the bootargs say so, as the harness has them? For what that QEMU gets wrong.
[[nodiscard]] bool on_qemu_7();
/// The ISA string of the first hart.
[[nodiscard]] std::string_view isa_string();

}  // namespace guest
