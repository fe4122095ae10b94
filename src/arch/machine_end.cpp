// The test finisher where there is one, the firmware's shutdown where not.
#include <hv/arch/machine_end.hpp>

#include <utility>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/panic.hpp>
#include <hv/arch/sbi.hpp>
#include <hv/seam.hpp>

namespace hv::arch {
namespace {

constinit volatile uint32_t* test_finisher = nullptr;

// [qemu] hw/misc/sifive_test: 16 bits of verb, 16 bits of exit status; only a 32-bit store is taken whole.
constexpr uint32_t finisher_pass = 0x5555;
constexpr uint32_t finisher_fail_with_1 = 0x1'3333;

/// The finisher is in no address map: for one store at the end it would take a page table of its own.
void tell(volatile uint32_t& finisher, uint32_t what)
{
    write_csr<isa::Csr::satp>(0);
    asm volatile("sfence.vma" : : : "memory");
    finisher = what;
}

/// QEMU goes on for a while after the store, and takes the status of whoever asks last: the firmware must not be
/// asked in that time.
void wait_for_the_finisher()
{
    constexpr uint64_t a_second = 10'000'000;  // ticks of the time CSR, or thereabouts
    const uint64_t start = read_csr<isa::Csr::time>();
    while (read_csr<isa::Csr::time>() - start < a_second) {
        seam::spin_hint();
    }
}

}  // namespace

void set_test_finisher(PhysAddr registers)
{
    test_finisher = reinterpret_cast<volatile uint32_t*>(registers.value());
}

void end_machine(Ending ending)
{
    const bool failure = ending == Ending::failure;
    if (!failure && is_panic_under_way()) {
        park();  // another hart reports one, and will end the machine as failed
    }
    // Given up before it is used: if the store faults, the panic about that must not come here again.
    volatile uint32_t* const finisher = std::exchange(test_finisher, nullptr);
    if (failure && finisher != nullptr) {
        tell(*finisher, finisher_fail_with_1);
        wait_for_the_finisher();
    }
    sbi::system_shutdown(failure);
    if (!failure && finisher != nullptr) {
        tell(*finisher, finisher_pass);
    }
    park();
}

}  // namespace hv::arch
