// libFuzzer: SBI calls with any arguments. What a call does stays with the guest's own harts and memory.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <hv/vm/sbi_call.hpp>
#include <hv/vm/sbi_hot_call.hpp>

#include "../unit/dev/plic_model.hpp"
#include "../unit/mm/guest_ram.hpp"

namespace {

using namespace hv;
using isa::sbi::Error;
using isa::sbi::Extension;
using Kind = vm::SbiOutcome::Kind;

constexpr uint64_t ram_start = 0x8000'0000;
constexpr uint64_t ram_size = 0x2000;
constexpr uint64_t rom_start = 0x2000'0000;
constexpr uint64_t rom_size = 0x400;

/// Of the guest's harts, one calls.
struct Guest {
    explicit Guest(unsigned count) : harts{count}
    {
        ram.add({GuestPhysAddr{ram_start}, ram_size});
        ram.add({GuestPhysAddr{rom_start}, rom_size}, mm::GuestAccess::read_execute);
    }
    vm::HartStates harts;
    test::GuestRam ram;
};

/// Does nothing but to look at what it is asked for.
class Host {
public:
    Host(Guest& guest, uint64_t number, vm::ExtensionSet offered)
        : guest_{guest},
          memory_{guest.ram.memory()},
          hart_{number},
          offered_{offered}
    {
    }

    [[nodiscard]] uint64_t hart() const { return hart_; }
    [[nodiscard]] vm::ExtensionSet common_extensions() const { return offered_; }
    [[nodiscard]] vm::ExtensionSet extensions() const { return offered_.with_watchdog(); }
    void feed_watchdog() { ++feeds; }
    bool set_timer_quickly(uint64_t time)
    {
        if (time % 2 == 0) {
            timer = time;
        }
        return time % 2 == 0;
    }
    void set_timer(uint64_t time) { timer = time; }
    void raise_software_interrupt() { software_interrupt = true; }
    void fence_here(const vm::FenceRequest& fence) { need_sound(fence); }
    [[nodiscard]] vm::MachineIdentity identity() const { return {0x11, 0x22, 0x33}; }
    vm::HartStates& hart_states() { return guest_.harts; }
    bool clear_software_interrupt() { return std::exchange(software_interrupt, false); }
    void send_ipis(vm::HartMask harts) { need_others(harts); }
    void fence_others(vm::HartMask harts, const vm::FenceRequest& fence)
    {
        need_others(harts);
        need_sound(fence);
    }
    void wake_for_start(uint64_t hart)
    {
        need(hart < guest_.harts.count() && hart != hart_);
        need(guest_.harts.status(hart) == isa::sbi::HartStatus::start_pending);
    }
    [[nodiscard]] const mm::GuestMemory& memory() const { return memory_; }
    [[nodiscard]] Expected<uint64_t, vm::GuestFault> load_word(GuestVirtAddr at) const
    {
        need(is_legacy);
        if (at.value() % 16 != 0) {
            return Unexpected{vm::GuestFault{isa::Exception::load_page_fault, at.value()}};
        }
        return at.value() >> 4;
    }
    size_t console_write(std::span<const std::byte> text)
    {
        uint64_t sum = 0;
        for (const std::byte byte : text) {  // for the sanitizer
            sum += static_cast<uint64_t>(byte);
        }
        const size_t taken = std::min<size_t>(text.size(), room);
        written += taken;
        return sum == 0 ? text.size() : taken;
    }
    size_t console_read(std::span<std::byte> bytes)
    {
        const size_t got = std::min<size_t>(bytes.size(), room);
        std::fill_n(bytes.begin(), got, std::byte{'i'});
        may_write = true;
        return got;
    }
    vm::PmuCounters& counters() { return pmu_; }
    [[nodiscard]] vm::HardwareCounts hardware_counts() const { return {1000 + timer % 7, 500}; }
    void counters_changed() { static_cast<void>(pmu_.pass_through()); }
    vm::FeatureLocks& feature_locks() { return locks_; }
    [[nodiscard]] std::optional<uint64_t> feature(isa::sbi::Feature which) const
    {
        return which == isa::sbi::Feature::pte_ad_hw_updating ? std::optional{feature_} : std::nullopt;
    }
    isa::sbi::Error set_feature(isa::sbi::Feature which, uint64_t value)
    {
        need(which == isa::sbi::Feature::pte_ad_hw_updating && value <= 1);
        feature_ = value;
        return isa::sbi::Error::success;
    }

    static void need(bool holds)
    {
        if (!holds) {
            std::abort();
        }
    }

    uint64_t timer = 0;
    uint64_t feeds = 0;
    bool software_interrupt = false;
    bool is_legacy = false;  ///< the call that is being made
    bool may_write = false;  ///< it has asked for input
    size_t room = 0;         ///< of the console, either way
    size_t written = 0;

private:
    void need_others(vm::HartMask harts) const
    {
        need(harts != 0 && (harts & ~low_mask(guest_.harts.count())) == 0 && (harts >> hart_ & 1) == 0);
    }
    static void need_sound(const vm::FenceRequest& fence)
    {
        need(fence.pages <= vm::FenceRequest::max_pages && fence.asid < 0x1'0000);
        need(fence.start % 4096 == 0);
    }

    Guest& guest_;
    mm::GuestMemory memory_;
    uint64_t hart_;
    vm::ExtensionSet offered_;
    vm::PmuCounters pmu_{true};
    vm::FeatureLocks locks_;
    uint64_t feature_ = 0;
};

static_assert(vm::SbiHost<Host>);

/// An argument in few bytes where it is one that reaches beyond the first check.
uint64_t take_argument(test::Program& program)
{
    switch (program.take(1) % 8) {
    case 0:
        return program.take(1);
    case 1:
        return 0 - program.take(1);
    case 2:
        return ram_start + program.take(2);
    case 3:
        return rom_start + program.take(2);
    case 4:
        return uint64_t{1} << program.take(1) % 64;
    case 5:
        return program.take(4);
    case 6:
        return program.take(8);
    default:
        return 0;
    }
}

uint64_t take_extension(test::Program& program)
{
    constexpr Extension known[] = {Extension::base,
                                   Extension::timer,
                                   Extension::inter_processor,
                                   Extension::remote_fence,
                                   Extension::hart_state,
                                   Extension::system_reset,
                                   Extension::debug_console,
                                   Extension::performance_monitoring,
                                   Extension::system_suspend,
                                   Extension::firmware_features};
    const uint64_t which = program.take(1) % 32;
    if (which < std::size(known)) {
        return static_cast<uint64_t>(known[which]);
    }
    return which < 20 ? which - 10 : program.take(8);
}

/// [sbi] Binary Encoding: an error is one that there is, and comes without a value.
void check_resumed(const vm::SbiCall& call, const vm::SbiOutcome& outcome)
{
    const auto error = static_cast<int64_t>(outcome.a0);
    if (call.extension() <= 8) {
        Host::need(outcome.a1 == call.a1 || static_cast<Error>(error) == Error::not_supported);
        return;
    }
    Host::need(error <= 0 && error >= -14);
    Host::need(error == 0 || outcome.a1 == 0);
}

void check_outcome(Guest& guest, const vm::SbiCall& call, const vm::SbiOutcome& outcome)
{
    const auto is_of = [&](Extension extension) { return call.extension() == static_cast<uint32_t>(extension); };
    const mm::GuestMemory memory = guest.ram.memory();
    switch (outcome.kind) {
    case Kind::resume:
        check_resumed(call, outcome);
        break;
    case Kind::retry:
        Host::need(is_of(Extension::legacy_console_putchar) || is_of(Extension::debug_console));
        break;
    case Kind::fault:
        Host::need(call.extension() >= 4 && call.extension() <= 7);
        break;
    case Kind::stop:
        Host::need(is_of(Extension::hart_state));
        break;
    case Kind::suspend:
        Host::need(is_of(Extension::hart_state) || is_of(Extension::system_suspend));
        Host::need(!outcome.resume_at || vm::is_executable(memory, outcome.resume_at->pc));
        break;
    case Kind::reset:
        Host::need(is_of(Extension::system_reset) || is_of(Extension::legacy_shutdown));
        Host::need(static_cast<uint32_t>(outcome.reset_type) <= 2);
        Host::need(static_cast<uint32_t>(outcome.reset_reason) <= 1);
        break;
    }
}

/// The rest of a stop, a suspension and of the starts of others, as the metal does it.
void finish(Guest& guest, uint64_t caller, const vm::SbiOutcome& outcome)
{
    vm::HartStates& harts = guest.harts;
    if (outcome.kind == Kind::stop) {
        harts.finish_stop(caller);
        Host::need(harts.request_start(caller, {}));
    } else if (outcome.kind == Kind::suspend) {
        harts.finish_suspend(caller);
        harts.begin_resume(caller);
        harts.finish_resume(caller);
    }
    for (unsigned hart = 0; hart < harts.count(); ++hart) {
        if (const auto entry = harts.take_start(hart)) {
            Host::need(hart == caller || vm::is_executable(guest.ram.memory(), entry->pc));
            if (hart % 2 == 1 && hart != caller) {
                harts.begin_stop(hart);
                harts.finish_stop(hart);
            }
        }
    }
}

/// What the hot path takes, the whole answers the same way.
void check_hot(const vm::SbiCall& call, const vm::SbiOutcome& outcome, Guest& guest, uint64_t caller,
               vm::ExtensionSet offered)
{
    Host hot{guest, caller, offered};
    uint64_t a0 = call.a0;
    uint64_t a1 = call.a1;
    if (vm::handle_hot_call(hot, a0, a1, call.a2, call.a3, call.a4, call.a6, call.a7)) {
        Host::need(outcome.kind == Kind::resume && a0 == outcome.a0 && a1 == outcome.a1);
    } else {
        Host::need(a0 == call.a0 && a1 == call.a1);
    }
}

/// The guest's memory: what no call may change, and what only input may.
bool is_kept(Guest& guest, uint64_t start, uint64_t size)
{
    for (uint64_t i = 0; i < size; ++i) {
        const GuestPhysAddr at{start + i};
        if (guest.ram.byte(at) != test::GuestRam::pattern(at)) {
            return false;
        }
    }
    return true;
}

void run(test::Program program)
{
    Guest guest{1 + static_cast<unsigned>(program.take(1) % 64)};
    const uint64_t caller = program.take(1) % guest.harts.count();
    Host::need(guest.harts.request_start(caller, {}) && guest.harts.take_start(caller));
    const vm::ExtensionSet all = vm::ExtensionSet{}
                                     .with(Extension::system_suspend)
                                     .with(Extension::performance_monitoring)
                                     .with(Extension::firmware_features)
                                     .with_legacy();
    const vm::ExtensionSet offered = program.take(1) % 8 == 0 ? vm::ExtensionSet{} : all;
    Host host{guest, caller, offered};
    while (!program.empty()) {
        vm::SbiCall call;
        call.a7 = take_extension(program);
        call.a6 = take_argument(program);
        for (uint64_t* argument : {&call.a0, &call.a1, &call.a2, &call.a3, &call.a4, &call.a5}) {
            *argument = take_argument(program);
        }
        host.room = program.take(2);
        host.written = 0;
        host.is_legacy = call.extension() <= 8;
        const vm::SbiOutcome outcome = vm::handle_call(host, call);
        Host::need(host.written <= vm::max_console_bytes);
        Host::need(host.extensions().contains(call.extension()) || outcome == vm::SbiOutcome{Error::not_supported});
        check_outcome(guest, call, outcome);
        check_hot(call, outcome, guest, caller, offered);
        finish(guest, caller, outcome);
    }
    Host::need(is_kept(guest, rom_start, rom_size));
    Host::need(host.may_write || is_kept(guest, ram_start, ram_size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    constexpr size_t most_bytes = 4096;
    run(test::Program{{data, std::min(size, most_bytes)}});
    return 0;
}
