// libFuzzer: bytes as a kernel image, for guests of several sizes. A plan's ranges are the guest's and the file's.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include <hv/lib/format.hpp>
#include <hv/vm/image.hpp>

namespace {

using namespace hv;

void need(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

void need_message(const vm::ImageError& error)
{
    char text[512];
    BufferSink sink{text};
    print(sink, "{}", error);
    need(!sink.text().empty() && !sink.truncated());
}

void need_sound(const vm::LoadPlan& plan, std::span<const std::byte> kernel, size_t initrd_size, GuestPhysRange ram)
{
    need(plan.kernel.contains(plan.entry) && plan.entry.is_aligned(2));
    need(plan.tree.size >= vm::LoadPlan::least_tree_room && plan.tree.start.is_aligned(8));
    need(plan.initrd.size == initrd_size);
    need(ram.contains(plan.kernel) && ram.contains(plan.initrd) && ram.contains(plan.tree));
    need(!plan.kernel.overlaps(plan.initrd) && !plan.kernel.overlaps(plan.tree) &&
         !plan.initrd.overlaps(plan.tree));
    for (size_t i = 0; i < plan.pieces.size(); ++i) {
        const vm::LoadPiece& piece = plan.pieces[i];
        const bool is_initrd = piece.range() == plan.initrd;
        need(is_initrd || plan.kernel.contains(piece.range()));
        need(is_initrd || piece.source.empty() ||
             (piece.source.data() >= kernel.data() &&
              piece.source.data() + piece.source.size() <= kernel.data() + kernel.size()));
        for (size_t j = 0; j < i; ++j) {
            need(!piece.range().overlaps(plan.pieces[j].range()));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const auto* first = reinterpret_cast<const std::byte*>(data);
    const std::vector<std::byte> kernel{first, first + size};
    const std::vector<std::byte> initrd(4097);
    for (const uint64_t pages : {uint64_t{1}, uint64_t{1024}, uint64_t{32768}, uint64_t{1} << 28}) {
        const GuestPhysRange ram{GuestPhysAddr{0x8000'0000}, pages * 4096};
        for (const size_t initrd_size : {size_t{0}, size_t{1}, initrd.size()}) {
            const auto plan = vm::plan_load(kernel, std::span{initrd}.first(initrd_size), ram);
            if (plan) {
                need_sound(*plan, kernel, initrd_size, ram);
            } else {
                need_message(plan.error());
            }
        }
    }
    return 0;
}
