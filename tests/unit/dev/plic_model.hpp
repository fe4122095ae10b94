// The PLIC as its specification tells it, slowly; and a program of steps that the real one must follow exactly.
#pragma once

#include <hv/dev/plic.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace hv::test {

/// Not what the model says: the end of a unit test, and a crash of a fuzzer.
inline void expect_equal(uint64_t found, uint64_t expected, const char* what, uint64_t where)
{
    if (found != expected) {
        throw std::logic_error{std::string{what} + " at " + std::to_string(where) + ": found " +
                               std::to_string(found) + ", expected " + std::to_string(expected)};
    }
}

/// Numbers off the front of a program; zeroes once it is used up.
class Program {
public:
    explicit Program(std::span<const uint8_t> bytes) : bytes_{bytes} {}
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] uint64_t take(size_t count)
    {
        uint64_t value = 0;
        const size_t n = std::min(count, bytes_.size());
        std::memcpy(&value, bytes_.data(), n);
        bytes_ = bytes_.subspan(n);
        return value;
    }

private:
    std::span<const uint8_t> bytes_;
};

class SlowPlic {
public:
    explicit SlowPlic(unsigned harts) : contexts_(2 * harts) {}

    uint64_t load(uint64_t offset)
    {
        if (offset < 0x1000) {
            return sources_[offset / 4].priority;
        }
        if (offset < 0x1080) {
            return gather((offset - 0x1000) / 4, [&](unsigned s) { return sources_[s].pending; });
        }
        if (offset >= 0x2000 && offset < 0x2000 + 0x80 * contexts_.size()) {
            const Context& context = contexts_[(offset - 0x2000) / 0x80];
            return gather(offset % 0x80 / 4, [&](unsigned s) { return context.enabled[s]; });
        }
        if (Context* context = find(offset); context != nullptr && offset % 0x1000 == 0) {
            return context->threshold;
        } else if (context != nullptr && offset % 0x1000 == 4) {
            const unsigned source = best(*context);
            if (source != 0) {
                sources_[source].pending = false;
                sources_[source].claimed = true;
            }
            return source;
        }
        return 0;
    }

    void store(uint64_t offset, uint32_t value)
    {
        if (offset >= 4 && offset < 0x1000) {
            sources_[offset / 4].priority = value % 8;
        } else if (offset >= 0x2000 && offset < 0x2000 + 0x80 * contexts_.size()) {
            Context& context = contexts_[(offset - 0x2000) / 0x80];
            for (unsigned i = 0; i < 32; i++) {
                const auto source = static_cast<unsigned>(offset % 0x80 * 8 + i);
                context.enabled[source] = source != 0 && ((value >> i) & 1) != 0;
            }
        } else if (Context* context = find(offset); context != nullptr && offset % 0x1000 == 0) {
            context->threshold = value % 8;
        } else if (context != nullptr && offset % 0x1000 == 4 && value < 1024 && context->enabled[value]) {
            sources_[value].claimed = false;
            run_gate(sources_[value]);
        }
    }

    void set_level(unsigned source, bool high)
    {
        sources_[source].high = high;
        run_gate(sources_[source]);
    }

    void reset()
    {
        std::fill(contexts_.begin(), contexts_.end(), Context{});
        for (Source& source : sources_) {
            source = {0, false, false, source.high};
            run_gate(source);
        }
    }

    [[nodiscard]] uint32_t outputs() const
    {
        uint32_t harts = 0;
        for (size_t c = 1; c < contexts_.size(); c += 2) {
            const unsigned source = best(contexts_[c]);
            harts |= uint32_t{sources_[source].priority > contexts_[c].threshold} << (c / 2);
        }
        return harts;
    }

private:
    struct Source {
        uint32_t priority = 0;
        bool pending = false;
        bool claimed = false;
        bool high = false;
    };
    struct Context {
        std::array<bool, 1024> enabled{};
        uint32_t threshold = 0;
    };

    static void run_gate(Source& source) { source.pending |= source.high && !source.claimed; }

    template <typename Has>
    static uint64_t gather(uint64_t word, Has has)
    {
        uint64_t bits = 0;
        for (unsigned i = 0; i < 32; i++) {
            bits |= uint64_t{has(static_cast<unsigned>(word * 32 + i))} << i;
        }
        return bits;
    }

    Context* find(uint64_t offset)
    {
        const uint64_t index = (offset - 0x20'0000) / 0x1000;
        return offset >= 0x20'0000 && index < contexts_.size() ? &contexts_[index] : nullptr;
    }

    [[nodiscard]] unsigned best(const Context& context) const
    {
        unsigned best = 0;
        for (unsigned s = 1; s < 1024; s++) {
            if (sources_[s].pending && context.enabled[s] && sources_[s].priority > sources_[best].priority) {
                best = s;
            }
        }
        return best;
    }

    std::array<Source, 1024> sources_{};
    std::vector<Context> contexts_;
};

/// Does everything to both, and compares everything that can be seen.
class ModelledPlic {
public:
    explicit ModelledPlic(unsigned harts) : harts_{harts}, plic_{harts}, slow_{harts} {}

    void step(Program& program)
    {
        const uint64_t what = program.take(1);
        switch (what % 8) {
        case 0:
            store(4 * source(program), what >> 5);
            break;
        case 1:
            store(0x2000 + 0x80 * context(program) + source(program) / 32 * 4, program.take(4));
            break;
        case 2:
            store(0x20'0000 + 0x1000 * context(program), what >> 5);
            break;
        case 3:
            load(0x20'0004 + 0x1000 * context(program));
            break;
        case 4:
            store(0x20'0004 + 0x1000 * context(program), source(program) | (what == 4 ? 0x400 : 0));
            break;
        case 5:
            load(program.take(3) % 0x60'0000 / 4 * 4);
            break;
        case 6:
            if (what == 6) {
                check(plic_.reset(), [&] { slow_.reset(); });
            } else {
                store(program.take(3) % 0x60'0000 / 4 * 4, program.take(4));
            }
            break;
        default: {
            const auto which = static_cast<unsigned>(std::max<uint64_t>(source(program), 1));
            const bool high = what < 0xa0;
            check(plic_.set_level(which, high), [&] { slow_.set_level(which, high); });
        }
        }
    }

    void compare()
    {
        for (uint64_t offset = 0; offset < 0x1080; offset += 4) {
            load(offset);
        }
        for (uint64_t c = 0; c < 2 * harts_; c++) {
            for (uint64_t word = 0; word < 32; word++) {
                load(0x2000 + 0x80 * c + 4 * word);
            }
            load(0x20'0000 + 0x1000 * c);
        }
    }

private:
    /// One of a few sources, nearly always, so that steps meet each other.
    static uint64_t source(Program& program)
    {
        static constexpr std::array<uint64_t, 8> favourites{1, 2, 10, 31, 32, 33, 992, 1023};
        const uint64_t which = program.take(1);
        return which < 0xe0 ? favourites[which % 8] : program.take(2) % 1024;
    }
    [[nodiscard]] uint64_t context(Program& program) const { return program.take(1) % (2 * harts_ + 1); }

    void load(uint64_t offset)
    {
        uint64_t expected = 0;
        const dev::Loaded loaded = plic_.load(offset, 4);
        check(loaded.effects, [&] { expected = slow_.load(offset); });
        expect_equal(loaded.value, expected, "load", offset);
    }
    void store(uint64_t offset, uint64_t value)
    {
        check(plic_.store(offset, 4, value), [&] { slow_.store(offset, static_cast<uint32_t>(value)); });
    }
    template <typename Step>
    void check(dev::Effects effects, Step step)
    {
        const uint32_t before = slow_.outputs();
        step();
        expect_equal(plic_.outputs(), slow_.outputs(), "outputs", 0);
        expect_equal(effects.harts(), before ^ slow_.outputs(), "harts named", 0);
        expect_equal(effects == dev::Effects::outputs_of(effects.harts()), 1, "no other effect", 0);
    }

    unsigned harts_;
    dev::Plic plic_;
    SlowPlic slow_;
};

}  // namespace hv::test
