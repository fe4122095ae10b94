// A test guest's side of shared memory: what its tree says of it, the doorbell's registers, and its interrupt.
#pragma once

#include <cstdint>
#include <string_view>

#include "devices.hpp"
#include "support.hpp"
#include "tree.hpp"

namespace guest {

/// A region that this guest shares, as the device tree has it.
struct Shared {
    uint64_t memory = 0;
    uint64_t size = 0;
    bool writable = false;
    uint64_t doorbell = 0;
    unsigned source = 0;

    [[nodiscard]] volatile uint64_t& word(uint64_t index) const
    {
        return *reinterpret_cast<volatile uint64_t*>(memory + 8 * index);
    }
    void ring(uint32_t member) const
    {
        asm volatile("fence w, o" : : : "memory");
        word_at(doorbell) = member;
    }
    [[nodiscard]] uint32_t member() const { return word_at(doorbell + 4); }
    [[nodiscard]] uint32_t pending() const
    {
        const uint32_t bits = word_at(doorbell + 8);
        asm volatile("fence i, r" : : : "memory");
        return bits;
    }
    void clear(uint32_t bits) const { word_at(doorbell + 8) = bits; }
    [[nodiscard]] uint32_t members() const { return word_at(doorbell + 12); }
};

/// The region of this name, which the tree must have.
inline Shared shared_region(std::string_view name)
{
    using hv::fdt::read_be32;
    using hv::fdt::read_be64;
    const auto find = [](const hv::fdt::Node& parent, std::string_view property, const auto& is_it) {
        for (const hv::fdt::Node child : parent.children()) {
            const auto value = child.property(property);
            if (value && is_it(*value)) {
                return child;
            }
        }
        expect(false, "no node of the shared region");
        done();
    };
    const auto memory = find(tree().root(), "bulkhead,region-name",
                             [name](const hv::fdt::Property& value) { return value.string() == name; });
    const uint32_t phandle = read_be32(memory.property("phandle")->value.data());
    const auto doorbell = find(*tree().find("/soc"), "memory-region", [phandle](const hv::fdt::Property& value) {
        return read_be32(value.value.data()) == phandle;
    });
    Shared shared;
    shared.memory = read_be64(memory.property("reg")->value.data());
    shared.size = read_be64(memory.property("reg")->value.data() + 8);
    shared.writable = !memory.property("read-only");
    shared.doorbell = read_be64(doorbell.property("reg")->value.data());
    shared.source = read_be32(doorbell.property("interrupts")->value.data());
    return shared;
}

/// Is that what this guest is called? Its bootargs begin with its name.
inline bool is_called(std::string_view name)
{
    const auto bootargs = tree().find("/chosen")->property("bootargs");
    return bootargs && bootargs->string().value_or("").starts_with(name);
}

/// From now on the doorbell's interrupt reaches this hart, through the PLIC.
inline void listen(const Shared& shared, Handler handler)
{
    word_at(plic_priority(shared.source)) = 1;
    word_at(plic_threshold(this_hart())) = 0;
    word_at(plic_enable(this_hart(), shared.source)) = 1U << (shared.source % 32);
    on_interrupt(Interrupt::supervisor_external, handler);
    GUEST_CSR_WRITE(sie, bit(Interrupt::supervisor_external));
    enable_interrupts();
}

/// What a handler does: claims, takes what is pending, completes. Who has rung, as bits.
inline uint32_t take_rings(const Shared& shared)
{
    const uint32_t source = word_at(plic_claim(this_hart()));
    expect_equal(source, shared.source);
    const uint32_t bits = shared.pending();
    shared.clear(bits);
    word_at(plic_claim(this_hart())) = source;
    return bits;
}

}  // namespace guest
