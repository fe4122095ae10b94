/* Offsets that assembly and C++ share. Each is checked against the C++ structure by a static_assert beside it:
 * hart.hpp for HartRecord, trap.hpp for TrapFrame, guest_frame.hpp for GuestFrame. */
#ifndef HV_ARCH_OFFSETS_H
#define HV_ARCH_OFFSETS_H

/* The Image header: a word that the specification reserves, 0 in the file. Our flash stub leaves the physical
 * address of a partition description there. */
#define HV_IMAGE_DESCRIPTION 40

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

/* HartRecord's GuestFrame: x0's slot holds the pc, then x1 to x31 in order, then what the trap path counts with. */
#define HV_HART_GUEST          128
#define HV_GUEST_PC            HV_HART_GUEST
#define HV_GUEST_X(n)          (HV_HART_GUEST + (n)*8)
#define HV_GUEST_ENTRY_INSTRET (HV_HART_GUEST + 256)
#define HV_GUEST_NEXT_RECORD   (HV_HART_GUEST + 264)
#define HV_GUEST_SBI_CALLS     (HV_HART_GUEST + 272) /* an ExitCount, the first of ExitCounts */

/* ExitCount */
#define HV_EXIT_COUNT        0
#define HV_EXIT_INSTRUCTIONS 8
#define HV_EXIT_WORST        16

/* ExitRecord, and the ring of 32 of them: at a multiple of its doubled size, so that one bit tells its end. */
#define HV_RECORD_PC        0
#define HV_RECORD_SCAUSE    8
#define HV_RECORD_DETAIL    16
#define HV_RECORD_INSTRET   24
#define HV_RECORD_SIZE      32
#define HV_RECORD_RING_SIZE 1024

#endif
