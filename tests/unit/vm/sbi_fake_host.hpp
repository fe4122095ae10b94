// A vCPU for tests of the SBI: it records what it is told to do, and plays what a test has laid out.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <hv/vm/sbi_call.hpp>
#include <hv/vm/sbi_hot_call.hpp>

#include "../mm/guest_ram.hpp"

namespace hv::test {

inline constexpr uint64_t ram_start = 0x8000'0000;
inline constexpr uint64_t ram_size = 0x8000;
inline constexpr uint64_t ram_end = ram_start + ram_size;  ///< and then there is nothing
inline constexpr uint64_t rom_start = 0x2000'0000;         ///< readable and executable
inline constexpr uint64_t data_start = 0x4000'0000;        ///< readable and writable
inline constexpr uint64_t side_size = 0x1000;

/// What the guest's memory and harts are, for all of its vCPUs.
struct FakeGuest {
    explicit FakeGuest(unsigned count) : harts{count}
    {
        ram.add({GuestPhysAddr{ram_start}, ram_size});
        ram.add({GuestPhysAddr{rom_start}, side_size}, mm::GuestAccess::read_execute);
        ram.add({GuestPhysAddr{data_start}, side_size}, mm::GuestAccess::read_write);
        start(0);
    }
    void start(uint64_t hart)
    {
        EXPECT_TRUE(harts.request_start(hart, {}));
        EXPECT_TRUE(harts.take_start(hart));
    }
    void put(uint64_t at, std::string_view text)
    {
        for (size_t i = 0; i < text.size(); ++i) {
            ram.byte(GuestPhysAddr{at + i}) = static_cast<std::byte>(text[i]);
        }
    }
    std::string get(uint64_t at, size_t size)
    {
        std::string text;
        for (size_t i = 0; i < size; ++i) {
            text += static_cast<char>(ram.byte(GuestPhysAddr{at + i}));
        }
        return text;
    }

    vm::HartStates harts;
    GuestRam ram;
};

struct FakeHost {
    explicit FakeHost(FakeGuest& its, uint64_t number = 0) : guest{its}, memory_{its.ram.memory()}, hart_{number} {}

    // The concept's.
    [[nodiscard]] uint64_t hart() const { return hart_; }
    [[nodiscard]] vm::ExtensionSet common_extensions() const { return offered; }
    [[nodiscard]] vm::ExtensionSet extensions() const { return watched ? offered.with_watchdog() : offered; }
    bool set_timer_quickly(uint64_t time)
    {
        if (!watched) {
            timers.push_back(time);
        }
        return !watched;
    }
    void set_timer(uint64_t time) { timers.push_back(time); }
    void feed_watchdog() { ++feeds; }
    void raise_software_interrupt() { ++own_ipis; }
    void fence_here(vm::FenceRequest fence) { own_fences.push_back(fence); }
    [[nodiscard]] vm::MachineIdentity identity() const { return {0x11, 0x22, 0x33}; }
    vm::HartStates& hart_states() { return guest.harts; }
    bool clear_software_interrupt() { return std::exchange(own_ipis, 0) != 0; }
    void send_ipis(vm::HartMask harts) { sent_ipis.push_back(harts); }
    void fence_others(vm::HartMask harts, vm::FenceRequest fence) { sent_fences.emplace_back(harts, fence); }
    void wake_for_start(uint64_t hart) { woken.push_back(hart); }
    [[nodiscard]] const mm::GuestMemory& memory() const { return memory_; }
    Expected<uint64_t, vm::GuestFault> load_word(GuestVirtAddr at)
    {
        const auto found = words.find(at.value());
        if (found == words.end()) {
            return Unexpected{vm::GuestFault{isa::Exception::load_page_fault, at.value()}};
        }
        return found->second;
    }
    size_t console_write(std::span<const std::byte> text)
    {
        const size_t taken = std::min(text.size(), room);
        room -= taken;
        largest_write = std::max(largest_write, text.size());
        for (const std::byte byte : text.first(taken)) {
            written += static_cast<char>(byte);
        }
        return taken;
    }
    size_t console_read(std::span<std::byte> bytes)
    {
        const size_t got = std::min(bytes.size(), input.size());
        std::memcpy(bytes.data(), input.data(), got);
        input.erase(0, got);
        return got;
    }
    vm::PmuCounters& counters() { return pmu; }
    [[nodiscard]] vm::HardwareCounts hardware_counts() const { return now; }
    void counters_changed() { access = pmu.pass_through(); }
    vm::FeatureLocks& feature_locks() { return locks; }
    [[nodiscard]] std::optional<uint64_t> feature(isa::sbi::Feature which) const
    {
        const auto found = features.find(which);
        return found == features.end() ? std::nullopt : std::optional{found->second};
    }
    isa::sbi::Error set_feature(isa::sbi::Feature which, uint64_t value)
    {
        if (set_feature_error == isa::sbi::Error::success) {
            features[which] = value;
        }
        return set_feature_error;
    }

    // For tests.
    vm::SbiOutcome call(uint64_t extension, uint64_t function, std::vector<uint64_t> args = {})
    {
        args.resize(6);
        return vm::handle_call(*this, {args[0], args[1], args[2], args[3], args[4], args[5], function, extension});
    }
    template <typename Extension, typename Function>
    vm::SbiOutcome call(Extension extension, Function function, std::vector<uint64_t> args = {})
    {
        return call(static_cast<uint64_t>(extension), static_cast<uint64_t>(function), std::move(args));
    }
    /// Nothing was done to anything but registers.
    [[nodiscard]] bool idle() const
    {
        return timers.empty() && feeds == 0 && own_ipis == 0 && own_fences.empty() && sent_ipis.empty() &&
               sent_fences.empty() && woken.empty() && written.empty();
    }

    FakeGuest& guest;
    vm::ExtensionSet offered = vm::ExtensionSet{}
                                   .with(isa::sbi::Extension::system_suspend)
                                   .with(isa::sbi::Extension::performance_monitoring)
                                   .with(isa::sbi::Extension::firmware_features)
                                   .with_legacy();
    bool watched = false;  ///< by a `fed` watchdog, on a hart without Sstc
    unsigned feeds = 0;
    std::vector<uint64_t> timers;
    unsigned own_ipis = 0;
    std::vector<vm::FenceRequest> own_fences;
    std::vector<vm::HartMask> sent_ipis;
    std::vector<std::pair<vm::HartMask, vm::FenceRequest>> sent_fences;
    std::vector<uint64_t> woken;
    std::map<uint64_t, uint64_t> words;  ///< at guest-virtual addresses
    std::string written;
    std::string input;
    size_t room = 1'000'000;
    size_t largest_write = 0;
    vm::PmuCounters pmu{true};
    vm::HardwareCounts now{1000, 500};
    uint64_t access = 0b101;
    vm::FeatureLocks locks;
    std::map<isa::sbi::Feature, uint64_t> features{{isa::sbi::Feature::pte_ad_hw_updating, 0}};
    isa::sbi::Error set_feature_error = isa::sbi::Error::success;

private:
    mm::GuestMemory memory_;
    uint64_t hart_;
};

static_assert(vm::SbiHost<FakeHost>);

/// What a guest that does not need more sees.
inline vm::SbiReturn result_of(const vm::SbiOutcome& outcome)
{
    EXPECT_EQ(outcome.kind, vm::SbiOutcome::Kind::resume);
    return {static_cast<isa::sbi::Error>(outcome.a0), outcome.a1};
}

}  // namespace hv::test

namespace hv::vm {

inline void PrintTo(SbiReturn result, std::ostream* out)
{
    *out << "{" << isa::sbi::name_of(result.error) << ", " << result.value << "}";
}

}  // namespace hv::vm
