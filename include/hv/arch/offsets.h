/* Offsets that assembly and C++ share. Each is checked against the C++ structure by a static_assert beside it:
 * hart.hpp for HartRecord, trap.hpp for TrapFrame, vcpu.hpp for Vcpu. */
#ifndef HV_ARCH_OFFSETS_H
#define HV_ARCH_OFFSETS_H

/* HartRecord, what tp points to */
#define HV_HART_BIT               0
#define HV_HART_ID                8
#define HV_HART_STACK_TOP         16
#define HV_HART_TRAP_STACK_BOTTOM 24
#define HV_HART_TRAP_STACK_LIMIT  32
#define HV_HART_TRAP_STACK_TOP    40
#define HV_HART_SCRATCH           48 /* two words */
#define HV_HART_NEXT              64

/* TrapFrame: x0's slot holds sepc, then x1 to x31 in order, then the CSRs. */
#define HV_FRAME_SEPC    0
#define HV_FRAME_X(n)    ((n)*8)
#define HV_FRAME_SCAUSE  256
#define HV_FRAME_STVAL   264
#define HV_FRAME_SSTATUS 272
#define HV_FRAME_SIZE    288

/* Vcpu: what sscratch points to while its guest runs. x0's slot holds the pc. */
#define HV_VCPU_PC         0
#define HV_VCPU_X(n)       ((n)*8)
#define HV_VCPU_HOST_STACK 256
#define HV_VCPU_HART       264

#endif
