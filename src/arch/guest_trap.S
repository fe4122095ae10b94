/* The way out of a guest and into it. In stvec of every hart that runs guests, in place of trap_entry. */

#include <hv/arch/offsets.h>

/* guest_trap_entry
 * In:  sscratch = the Vcpu whose guest was running, and then every other register is the guest's; or 0, and then it is
 *      the hypervisor's own trap, with tp = this hart's HartRecord.
 * Out: handle_guest_exit(Vcpu*) on the hypervisor's stack, with the guest's registers in the Vcpu and sscratch = 0.
 * gp is the guest's and stays so: nothing of ours uses it. */
    .section .text.guest_trap_entry, "ax"
    .globl guest_trap_entry
    .balign 4
guest_trap_entry:
    csrrw   tp, sscratch, tp
    beqz    tp, .Lfrom_hypervisor
    sd      x1, HV_VCPU_X(1)(tp)
    sd      x2, HV_VCPU_X(2)(tp)
    sd      x3, HV_VCPU_X(3)(tp)
    .irp n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd      x\n, HV_VCPU_X(\n)(tp)
    .endr
    csrrw   t0, sscratch, zero
    sd      t0, HV_VCPU_X(4)(tp)
    csrr    t0, sepc
    sd      t0, HV_VCPU_PC(tp)
    mv      a0, tp
    ld      sp, HV_VCPU_HOST_STACK(a0)
    ld      tp, HV_VCPU_HART(a0)
    li      s0, 0               /* the end of a backtrace */
    call    handle_guest_exit

/* enter_guest
 * In:  a0 = Vcpu, interrupts off, hstatus.SPV = 1 and sstatus.SPP as the guest's mode asks.
 * Out: the guest runs; does not return. */
    .globl enter_guest
enter_guest:
    csrw    sscratch, a0
    ld      t0, HV_VCPU_PC(a0)
    csrw    sepc, t0
    ld      x1, HV_VCPU_X(1)(a0)
    ld      x2, HV_VCPU_X(2)(a0)
    ld      x3, HV_VCPU_X(3)(a0)
    ld      x4, HV_VCPU_X(4)(a0)
    .irp n, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld      x\n, HV_VCPU_X(\n)(a0)
    .endr
    ld      x10, HV_VCPU_X(10)(a0)
    sret

.Lfrom_hypervisor:
    csrrw   tp, sscratch, zero
    j       trap_entry
