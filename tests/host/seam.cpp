// The seams of pure code, for the host: panic() throws, and a Vector grows in malloc's heap.
#include <hv/lib/heap.hpp>
#include <hv/lib/panic.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include <sanitizer/asan_interface.h>

#include "host_heap.hpp"
#include "panic_error.hpp"

namespace hv {

void panic_at(SourceLocation where, std::string_view format, FormatArgs args)
{
    class StringSink final : public Sink {
    public:
        void write(std::string_view text) override { text_ += text; }
        std::string text_;
    } sink;
    vformat_to(sink, format, args);
    throw test::PanicError{sink.text_, where.file, where.line};
}

namespace test {

namespace {

struct Block {
    std::unique_ptr<std::byte, decltype(&std::free)> memory{nullptr, &std::free};
    size_t limit = 0;
};

// Never freed one by one, as on the target; kept here so that the leak checker finds them.
std::vector<Block>& blocks()
{
    static std::vector<Block> all;
    return all;
}

bool has_run_out()
{
    if (heap_script().requests_before_empty == 0) {
        return true;
    }
    --heap_script().requests_before_empty;
    return false;
}

}  // namespace

HeapScript& heap_script()
{
    static HeapScript script;
    return script;
}

void reset_heap()
{
    for (const Block& block : blocks()) {
        ASAN_UNPOISON_MEMORY_REGION(block.memory.get(), block.limit);
    }
    blocks().clear();
    heap_script() = {};
}

}  // namespace test

namespace heap {

void* try_allocate(size_t size, size_t align)
{
    using namespace test;
    void* memory = nullptr;
    const size_t limit = std::max<size_t>(size, 1) + heap_script().room_behind_blocks;
    if (size <= PTRDIFF_MAX && !has_run_out()) {
        if (posix_memalign(&memory, std::max(align, sizeof(void*)), limit) != 0) {
            memory = nullptr;
        } else {
            blocks().push_back({{static_cast<std::byte*>(memory), &std::free}, limit});
            ASAN_POISON_MEMORY_REGION(static_cast<std::byte*>(memory) + size, limit - size);
        }
    }
    heap_script().allocations.push_back({memory, size, align});
    return memory;
}

void* allocate(size_t size, size_t align)
{
    void* const memory = try_allocate(size, align);
    require(memory != nullptr, "out of memory: asked for {} aligned to {}", Bytes{size}, align);
    return memory;
}

bool try_grow(void* block, size_t old_size, size_t new_size)
{
    using namespace test;
    const bool is_last = !blocks().empty() && blocks().back().memory.get() == block;
    const bool granted = is_last && new_size <= blocks().back().limit && !has_run_out();
    if (granted) {
        ASAN_UNPOISON_MEMORY_REGION(block, new_size);
    }
    heap_script().growths.push_back({block, old_size, new_size, granted});
    return granted;
}

}  // namespace heap

}  // namespace hv
