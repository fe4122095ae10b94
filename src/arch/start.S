/* The first instructions: from the firmware's hand-over to main(), and the same for the harts started later. */

#include <hv/arch/offsets.h>

/* _start
 * In:  a0 = hart id of the boot hart (any hart), a1 = address of the device tree, S-mode with the H extension (so
 *      HS-mode), satp = 0 or the firmware's, pc = 0x80200000. All other registers and CSRs hold anything.
 * Out: main(a0, a1) with interrupts off, satp = 0, stvec = trap_entry, sp = __stack_top,
 *      tp = the boot hart's HartRecord, sscratch = 0, s0 = ra's caller = 0 (the end of every backtrace), BSS zero.
 * The stack, the heap and all RAM outside the image are left as they were. */
    .section .text.start, "ax"
    .globl _start
_start:
    /* [linux] Boot image header: 64 bytes; QEMU, U-Boot's booti and our flash stub read it. */
    .option push
    .option norvc
    j       .Lboot
    nop
    .option pop
    .dword  0x200000            /* text_offset: RAM + 2 MiB */
    .dword  __image_size        /* image_size: BSS, stacks and heap included */
    .dword  0                   /* flags: little-endian */
    .word   2                   /* version 0.2 */
    .word   0
    .dword  0                   /* HV_IMAGE_DESCRIPTION */
    .ascii  "RISCV\0\0\0"
    .ascii  "RSC\x05"
    .word   0

.Lboot:
    /* One hart boots. OpenSBI 1.1 sometimes sends a hart here that HSM has started at secondary_start: with a1 as at
     * the cold boot, so that it has to look for its record. */
    la      t0, boot_lottery
    li      t1, 1
    amoswap.w.aqrl t1, t1, (t0)
    beqz    t1, .Lboot_hart
    fence   rw, rw
    la      t0, hart_list
    ld      a1, 0(t0)
1:  beqz    a1, early_trap_wait /* nobody has started this one */
    ld      t1, HV_HART_ID(a1)
    beq     t1, a0, secondary_start
    ld      a1, HV_HART_NEXT(a1)
    j       1b

.Lboot_hart:
    csrw    sie, zero
    csrci   sstatus, 2          /* SIE */
    csrw    satp, zero
    la      t0, early_trap
    csrw    stvec, t0

    la      t0, __bss
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    sd      zero, 0(t0)
    sd      zero, 8(t0)
    addi    t0, t0, 16
    j       1b
2:
    la      sp, __stack_top
    la      tp, boot_hart
    sd      a0, HV_HART_ID(tp)
    csrw    sscratch, zero
    la      t0, trap_entry
    csrw    stvec, t0
    li      s0, 0
    li      ra, 0
    call    main
    call    main_returned       /* panics */

/* secondary_start
 * In:  a0 = hart id, a1 = this hart's HartRecord, as given to SBI HSM hart_start; satp = 0, interrupts off.
 * Out: secondary_main(record) as _start leaves it, under the hypervisor's own address map. */
    .globl secondary_start
    .balign 4
secondary_start:
    fence   rw, rw              /* the other half of start_hart()'s: what it wrote is seen from here on */
    fence.i
    csrw    sie, zero
    csrci   sstatus, 2
    la      t0, early_trap
    csrw    stvec, t0
    mv      tp, a1
    csrw    sscratch, zero
    ld      sp, HV_HART_STACK_TOP(tp)
    la      t0, kernel_satp     /* identity map: the next fetch is at the same address */
    ld      t0, 0(t0)
    sfence.vma
    csrw    satp, t0
    sfence.vma
    la      t0, trap_entry
    csrw    stvec, t0
    mv      a0, tp
    li      s0, 0
    li      ra, 0
    call    secondary_main
    call    main_returned

/* A trap before there is a stack to handle it on: say so, byte by byte, and end the machine as failed.
 * [sbi] Legacy console_putchar: extension 1. SRST: extension "SRST", function 0, type 0 shutdown, reason 1 system
 * failure. */
    .balign 4
early_trap:
    la      t0, early_trap_text
1:  lbu     a0, 0(t0)
    beqz    a0, 2f
    li      a7, 1
    ecall
    addi    t0, t0, 1
    j       1b
2:  li      a7, 0x53525354
    li      a6, 0
    li      a0, 0
    li      a1, 1
    ecall
early_trap_wait:
    wfi
    j       early_trap_wait

    .section .data
    .balign 4
boot_lottery:
    .word   0                   /* 1 once a hart boots; not in BSS, which that hart zeroes */

    .section .rodata
early_trap_text:
    .asciz  "\ncannot boot: a trap in the boot stub\n"
