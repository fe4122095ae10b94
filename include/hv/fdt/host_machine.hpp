// What a host's device tree says of the machine: memory, harts, the console, and what the boot loader handed over.
#pragma once

#include <hv/fdt/host_interrupts.hpp>
#include <hv/fdt/host_isa.hpp>
#include <hv/fdt/tree.hpp>
#include <hv/isa/pte.hpp>
#include <hv/lib/static_vector.hpp>

namespace hv::fdt {

/// Memory that somebody keeps: a /memreserve/ entry or a child of /reserved-memory.
struct ReservedRange {
    PhysRange range;
    std::string_view name;  ///< the node's, with its unit address; "/memreserve/" for an entry of that block
    bool no_map = false;    ///< not even to be mapped
};

/// The device that /chosen names as stdout-path.
struct SerialPort {
    std::string_view name;  ///< the node's: "serial@10000000"
    StringList compatible;
    PhysRange registers;        ///< the first entry of reg, as the machine addresses it
    uint32_t reg_shift = 0;     ///< register n lies at n << reg_shift
    uint32_t reg_io_width = 1;  ///< bytes of one access: 1, 2 or 4
    bool is_ns16550a = false;   ///< compatible with "ns16550a"
    /// Its number at HostMachine::plic; empty where it is wired elsewhere, or the tree does not say.
    std::optional<uint32_t> interrupt{};
};

/// All views are into the tree. Large: not for a stack of a few KiB.
struct HostMachine {
    static constexpr size_t max_ram_banks = 16;
    static constexpr size_t max_reserved = 32;
    static constexpr size_t max_harts = 64;
    /// RAM from here on is left alone: the hypervisor's map, Sv39, is the identity, and ends here.
    static constexpr uint64_t ram_limit = uint64_t{1} << (isa::Sv39::address_bits - 1);

    StaticVector<PhysRange, max_ram_banks> ram;          ///< below ram_limit; none is empty, no two overlap
    StaticVector<ReservedRange, max_reserved> reserved;  ///< none is empty
    StaticVector<Hart, max_harts> harts;
    size_t harts_left_out = 0;        ///< how many there are beyond the room for them
    HostIsa isa;                      ///< of all available harts
    std::optional<HostPlic> plic;     ///< empty where there is none, or it is not as we know it
    uint64_t timebase_frequency = 0;  ///< Hz; 0 where the tree does not say
    std::optional<PhysRange> initrd;
    std::string_view bootargs;
    std::span<const std::byte> rng_seed;  ///< where it lies in the tree
    std::string_view stdout_path;         ///< a path or an alias, without the options behind ":"
    /// Empty where stdout_path names no node whose registers the machine can address: not an error, there are
    /// other consoles.
    std::optional<SerialPort> console;
    /// Of the first available "sifive,test0" or "sifive,test1" device: a store to it ends the machine.
    std::optional<PhysRange> finisher;
};

/// What in a well-formed tree cannot be used.
struct HostMachineError {
    /// A property whose bytes cannot be what it is for, or more of something than there is room for.
    enum class Kind : uint8_t { bad_property, too_many };

    Kind kind = Kind::bad_property;
    ErrorKind detail{};       ///< of a bad property
    std::string_view node;    ///< of a bad property: whose it is
    std::string_view things;  ///< the property, or of what there are too many: "harts"
    size_t number = 0;        ///< how many there are
    size_t limit = 0;         ///< and for how many there is room
};

/// "memory@80000000/reg: a reg that does not hold whole entries", or "70 harts, where there is room for 64".
void format_value(FormatOutput& out, const HostMachineError& error);

/// Fills in `machine`, which is fresh, in one walk over the tree. A machine without memory or harts is no error
/// here. An error is the first one; `machine` then holds all that could be used, such as the console and the
/// finisher.
[[nodiscard]] Expected<void, HostMachineError> describe_host(const Tree& tree, HostMachine& machine);

}  // namespace hv::fdt
