// What is remembered of a vCPU's exits: how many there were of each cause, what they cost, and the last few of
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <hv/isa/registers.hpp>
#include <hv/lib/format.hpp>
#include <hv/lib/sink.hpp>

namespace hv::vm {

/// Why a guest's hart left the guest, as far as the counters tell causes apart.
enum class ExitCause : uint8_t {
    sbi_call,
    load_fault,  ///< of stage 2, as all three: a guest's own page faults do not exit
    store_fault,
    fetch_fault,
    virtual_instruction,
    other_exception,
    timer_interrupt,
    software_interrupt,
    external_interrupt,
    other_interrupt,
};
inline constexpr size_t exit_cause_count = 10;

[[nodiscard]] ExitCause exit_cause_of(isa::Scause scause);

/// What such exits are, for people and in the plural: "SBI calls".
[[nodiscard]] std::string_view name_of(ExitCause cause);

/// Of the exits of one cause. `instructions` are the hypervisor's own, from the trap to the guest's next one.
struct ExitCount {
    uint64_t count = 0;
    uint64_t instructions = 0;
    uint64_t worst = 0;  ///< of a single exit

    void add(uint64_t taken);
    friend constexpr bool operator==(const ExitCount&, const ExitCount&) = default;
};

/// One vCPU's; the metal's assembly counts in it, too, so it is words and nothing else.
struct ExitCounts {
    std::array<ExitCount, exit_cause_count> of{};  ///< by ExitCause

    void add(ExitCause cause, uint64_t instructions);
    /// Another vCPU's.
    void add(const ExitCounts& others);
    [[nodiscard]] ExitCount total() const;
};

static_assert(sizeof(ExitCount) == 24 && offsetof(ExitCount, instructions) == 8 &&
              offsetof(ExitCount, worst) == 16);
static_assert(sizeof(ExitCounts) == exit_cause_count * sizeof(ExitCount));

/// A table, one line a cause that happened, and a line for all of them; one line that says so where none did.
void print_exit_counts(Sink& sink, const ExitCounts& counts);
/// Row number `row` of that, without its newline. False: there is none.
bool print_exit_count_row(Sink& sink, const ExitCounts& counts, size_t row);

/// One exit. All zero: never written.
struct ExitRecord {
    uint64_t pc = 0;
    uint64_t scause = 0;
    uint64_t detail = 0;   ///< a7 for an SBI call, else stval
    uint64_t instret = 0;  ///< the hart's count of instructions, when it left the guest

    friend constexpr bool operator==(const ExitRecord&, const ExitRecord&) = default;
};
static_assert(sizeof(ExitRecord) == 32);

inline constexpr size_t exit_ring_size = 32;

/// The last exits of a vCPU. Aligned to twice the size of its records, so that the address of the next one wraps by
/// clearing a single bit, which the assembly does with one `andi`. The second half of it is padding: where a larger
/// object can have the alignment, it may start with such an array of records instead.
struct alignas(2048) ExitRing {
    std::array<ExitRecord, exit_ring_size> records{};

    /// Clears in an address that is in the ring, or one past its last record.
    static constexpr uint64_t wrap_bit = sizeof(records);
};
static_assert(sizeof(ExitRing::records) == 1024 && alignof(ExitRing) == 2 * ExitRing::wrap_bit);

/// The records of a ring, the oldest first, without those that were never written. The ring is not written while
/// it is looked at.
class ExitHistory {
public:
    /// `next` is the index of the record that the next exit would write, or the number of all exits so far.
    constexpr ExitHistory(std::span<const ExitRecord, exit_ring_size> ring, size_t next) : ring_{ring}, first_{next}
    {
        while (size_ != 0 && (*this)[0] == ExitRecord{}) {
            ++first_;
            --size_;
        }
    }

    /// At most `exit_ring_size`.
    [[nodiscard]] constexpr size_t size() const { return size_; }
    /// `i` is less than size(); 0 is the oldest.
    [[nodiscard]] constexpr const ExitRecord& operator[](size_t i) const
    {
        return ring_[(first_ + i) % exit_ring_size];
    }

private:
    std::span<const ExitRecord, exit_ring_size> ring_;
    size_t first_;
    size_t size_ = exit_ring_size;
};

/// Formats as the number of an SBI extension in words: "SBI call TIME", "SBI call 0x99", "legacy SBI call 3".
struct SbiCallText {
    uint64_t extension = 0;
};
void format_value(FormatOutput& out, SbiCallText text);

/// "pc 0xffffffff80006abc, instret 123456: SBI call TIME"
void format_value(FormatOutput& out, const ExitRecord& record);

/// What a vCPU did last: one line an exit, the oldest first; exits that follow each other and differ in time only
/// share a line, which says how many they were and shows the first. One line that says so where there are none.
void print_exit_history(Sink& sink, uint64_t vcpu, const ExitHistory& history);

}  // namespace hv::vm
