// The 20 replaceable forms of operator new and delete, all on the one heap.
//
// The plain forms never return null: the compiler takes that for granted and drops the caller's test. They panic,
// as the heap does, where there is no memory; there is no new-handler, for nothing could be freed by one. The
// nothrow forms return null then, and panic over bugs only. An array whose size overflows is asked for as SIZE_MAX
// bytes, and so out of memory. Deleting gives nothing back.
//
// Compiled without frame pointers, which cost 5 instructions a call in functions as short as these.
#include <new>

#include <hv/arch/heap.hpp>

using hv::arch::heap;

const std::nothrow_t std::nothrow{};

static_assert(hv::mm::BumpAllocator::default_align == __STDCPP_DEFAULT_NEW_ALIGNMENT__);

namespace {

constexpr size_t bytes(std::align_val_t align)
{
    return static_cast<size_t>(align);
}

}  // namespace

// --- what panics where there is no memory ---

void* operator new(size_t size)
{
    return heap().allocate(size);
}

void* operator new[](size_t size)
{
    return heap().allocate(size);
}

void* operator new(size_t size, std::align_val_t align)
{
    return heap().allocate(size, bytes(align));
}

void* operator new[](size_t size, std::align_val_t align)
{
    return heap().allocate(size, bytes(align));
}

// --- what returns null then ---

void* operator new(size_t size, const std::nothrow_t&) noexcept
{
    return heap().try_allocate(size);
}

void* operator new[](size_t size, const std::nothrow_t&) noexcept
{
    return heap().try_allocate(size);
}

void* operator new(size_t size, std::align_val_t align, const std::nothrow_t&) noexcept
{
    return heap().try_allocate(size, bytes(align));
}

void* operator new[](size_t size, std::align_val_t align, const std::nothrow_t&) noexcept
{
    return heap().try_allocate(size, bytes(align));
}

// --- what gives nothing back ---

// Clang 14 calls the unsized forms, and <new> then declares no sized ones; GCC calls these.
void operator delete(void*, size_t) noexcept;
void operator delete[](void*, size_t) noexcept;
void operator delete(void*, size_t, std::align_val_t) noexcept;
void operator delete[](void*, size_t, std::align_val_t) noexcept;

void operator delete(void*) noexcept {}
void operator delete[](void*) noexcept {}
void operator delete(void*, size_t) noexcept {}
void operator delete[](void*, size_t) noexcept {}
void operator delete(void*, std::align_val_t) noexcept {}
void operator delete[](void*, std::align_val_t) noexcept {}
void operator delete(void*, size_t, std::align_val_t) noexcept {}
void operator delete[](void*, size_t, std::align_val_t) noexcept {}
void operator delete(void*, const std::nothrow_t&) noexcept {}
void operator delete[](void*, const std::nothrow_t&) noexcept {}
void operator delete(void*, std::align_val_t, const std::nothrow_t&) noexcept {}
void operator delete[](void*, std::align_val_t, const std::nothrow_t&) noexcept {}
