// The life of an exit: why a guest's hart came to us, what is done about it, and back.
#include <hv/arch/guest.hpp>

#include <hv/arch/csr_access.hpp>
#include <hv/arch/guest_cpu.hpp>
#include <hv/arch/hart.hpp>
#include <hv/arch/panic.hpp>
#include <hv/isa/cause.hpp>
#include <hv/isa/htinst.hpp>
#include <hv/isa/instruction.hpp>
#include <hv/isa/instruction_class.hpp>
#include <hv/vm/sbi_call.hpp>

#include "guest_sbi.hpp"

extern "C" hv::arch::Vcpu* handle_guest_exit(hv::arch::Vcpu* vcpu);

namespace hv::arch {
namespace {

using isa::Csr;
using isa::Exception;

/// The guest's external interrupt is what its PLIC says now.
void update_external_interrupt(Vcpu& vcpu)
{
    set_guest_external_interrupt((vcpu.guest->plic().outputs() >> vcpu.index & 1) != 0);
}

/// What an access to a device set off besides. Returns false where the device has no such register.
bool settle(Vcpu& vcpu, dev::Effects effects)
{
    if (effects.has_access_fault()) {
        return false;
    }
    if (!effects.none()) {
        update_external_interrupt(vcpu);
    }
    return true;
}

/// A load or store of one register at a device. False where no device answers it.
bool access_device(Vcpu& vcpu, GuestPhysAddr address, isa::MemoryAccess access)
{
    const dev::Place place = dev::place_of(address);
    Guest& guest = *vcpu.guest;
    if (place.device == dev::Device::none) {
        return false;
    }
    if (access.is_store()) {
        const uint64_t value = vcpu.x(access.reg());
        const dev::Effects effects = place.device == dev::Device::plic
                                         ? guest.plic().store(place.offset, access.size(), value)
                                         : guest.serial_port().store(place.offset, access.size(), value);
        return settle(vcpu, effects);
    }
    const dev::Loaded loaded = place.device == dev::Device::plic
                                   ? guest.plic().load(place.offset, access.size())
                                   : guest.serial_port().load(place.offset, access.size());
    if (!settle(vcpu, loaded.effects)) {
        return false;
    }
    vcpu.set_x(access.reg(), access.extended(loaded.value));
    return true;
}

/// [priv] Hypervisor: Guest-Page Faults. A device's register, or an address where the guest has nothing: that is an
/// access fault of its own.
void handle_guest_page_fault(Vcpu& vcpu, Exception cause)
{
    const uint64_t stval = read_csr<Csr::stval>();
    const auto deny = [&](isa::InstructionClass kind) { inject(vcpu, isa::access_fault_for(kind, cause), stval); };
    if (cause == Exception::instruction_guest_page_fault) {
        deny(isa::InstructionClass::other);
        return;
    }
    const isa::Htinst htinst = isa::decode_htinst(read_csr<Csr::htinst>());
    std::optional<isa::MemoryAccess> access;
    if (htinst.kind == isa::Htinst::Kind::access) {
        access = htinst.access;
    }
    isa::InstructionClass kind = isa::InstructionClass::other;
    const uint64_t htval = read_csr<Csr::htval>();
    if (htinst.kind == isa::Htinst::Kind::unknown || htinst.kind == isa::Htinst::Kind::page_table_walk) {
        const auto instruction = fetch_guest_instruction(vcpu);
        if (!instruction) {
            // It was fetched a moment ago: another of the guest's harts changes its tables. It tries again.
            if (stval != vcpu.pc) {
                return;
            }
        } else {
            kind = isa::class_of(*instruction);
            if (htinst.kind == isa::Htinst::Kind::unknown) {
                access = isa::decode_access(*instruction);
            }
        }
    }
    if (access && access_device(vcpu, isa::guest_physical_address(htval, stval), *access)) {
        vcpu.pc += access->length();
        return;
    }
    deny(kind);
}

void suspend_until_interrupt()
{
    asm volatile("wfi" : : : "memory");
}

/// What an SBI call asks of the vCPU beyond its registers.
void carry_out(Vcpu& vcpu, const vm::SbiOutcome& outcome)
{
    using Kind = vm::SbiOutcome::Kind;
    switch (outcome.kind) {
    case Kind::resume:
        vcpu.set_x(10, outcome.a0);
        vcpu.set_x(11, outcome.a1);
        vcpu.pc += 4;
        return;
    case Kind::retry:
        return;
    case Kind::fault:
        inject(vcpu, outcome.fault.cause, outcome.fault.stval);
        return;
    case Kind::stop:
        // Its last hart: nobody is left to start it again.
        vcpu.guest->shut_down(false);
    case Kind::suspend:
        vcpu.guest->hart_states().finish_suspend(vcpu.index);
        suspend_until_interrupt();
        vcpu.guest->hart_states().begin_resume(vcpu.index);
        if (outcome.resume_at) {
            reset_guest_cpu(vcpu, vcpu.guest->hgatp(), *outcome.resume_at);
        } else {
            vcpu.set_x(10, outcome.a0);
            vcpu.set_x(11, outcome.a1);
            vcpu.pc += 4;
        }
        vcpu.guest->hart_states().finish_resume(vcpu.index);
        return;
    case Kind::reset:
        if (outcome.reset_type != isa::sbi::ResetType::shutdown) {
            vcpu.guest->start_on_this_hart();
        }
        vcpu.guest->shut_down(outcome.reset_reason == isa::sbi::ResetReason::system_failure);
    }
}

void handle_sbi_call(Vcpu& vcpu)
{
    GuestSbi host{vcpu};
    const vm::SbiCall call{vcpu.x(10), vcpu.x(11), vcpu.x(12), vcpu.x(13),
                           vcpu.x(14), vcpu.x(15), vcpu.x(16), vcpu.x(17)};
    carry_out(vcpu, vm::handle_call(host, call));
}

void handle_exception(Vcpu& vcpu, Exception cause)
{
    switch (cause) {
    case Exception::call_from_vs_mode:
        handle_sbi_call(vcpu);
        return;
    case Exception::instruction_guest_page_fault:
    case Exception::load_guest_page_fault:
    case Exception::store_guest_page_fault:
        handle_guest_page_fault(vcpu, cause);
        return;
    case Exception::virtual_instruction:
        // [priv] Hypervisor: a guest that is to see no hypervisor meets an illegal instruction.
        inject(vcpu, Exception::illegal_instruction, read_csr<Csr::stval>());
        return;
    default:
        // Delegated, and yet here: the firmware redirected it to us.
        inject(vcpu, cause, read_csr<Csr::stval>());
        return;
    }
}

void handle_interrupt(uint64_t number)
{
    switch (static_cast<isa::Interrupt>(number)) {
    case isa::Interrupt::supervisor_timer:
        guest_timer_due();
        return;
    default:
        panic("interrupt {} while a guest ran: nobody expects it", number);
    }
}

}  // namespace

Expected<uint64_t, vm::GuestFault> GuestSbi::load_word(GuestVirtAddr address) const
{
    const isa::Sstatus status{read_csr<Csr::vsstatus>()};
    const mm::GuestPaging paging{.vsatp = isa::Satp{read_csr<Csr::vsatp>()},
                                 .user = false,
                                 .sum = status.get(isa::Sstatus::sum),
                                 .mxr = status.get(isa::Sstatus::mxr)};
    std::array<std::byte, sizeof(uint64_t)> bytes{};
    if (const auto copied = mm::copy_out(memory(), paging, address, bytes); !copied) {
        const bool access = copied.error().is_access_fault();
        return Unexpected{
            vm::GuestFault{access ? Exception::load_access_fault : Exception::load_page_fault, address.value()}};
    }
    return __builtin_bit_cast(uint64_t, bytes);
}

}  // namespace hv::arch

/// Called by guest_trap_entry with a guest's registers in `vcpu`; gives back the one to go on with.
hv::arch::Vcpu* handle_guest_exit(hv::arch::Vcpu* vcpu)
{
    using namespace hv::arch;
    const hv::isa::Scause cause{read_csr<hv::isa::Csr::scause>()};
    const uint64_t code = cause.get(hv::isa::Scause::code);
    if (cause.get(hv::isa::Scause::interrupt)) {
        handle_interrupt(code);
    } else {
        handle_exception(*vcpu, static_cast<hv::isa::Exception>(code));
    }
    return vcpu;
}
