// The flash image: a stub that copies the kernel behind it to RAM and starts it, called by reset or by firmware.
//
// Nothing runs in place: .data in flash cannot be written, and on a flash chip that takes commands a stray store
// turns the next fetch into status bytes. So the stub is position independent, has no stack, and stores nothing but
// the copy. docs/flash.md has the layout and the ways in.
//
// Register contract
//   in    pc = the image's first byte, any address that is a multiple of 8
//         a0 = this hart's id       a1 = physical address of the device tree       a2 = anything
//         S-mode, paging off: one hart, sent by firmware (QEMU 10 tells OpenSBI that the payload lies in flash), or
//         M-mode: every hart at once, straight from reset, with OpenSBI in RAM but not run (QEMU 7.2)
//   uses  a2, t0 to t3, stvec, mtvec
//   out   the kernel at KERNEL_ADDRESS, and in its word HV_IMAGE_DESCRIPTION the address of the partition description,
//         which stays in flash; 0 where there is none. And
//         S-mode: pc = KERNEL_ADDRESS, a0 and a1 as they came, stvec = park
//         M-mode: pc = FIRMWARE_ADDRESS, a0 and a1 as they came, a2 = firmware_info below, mtvec = park. OpenSBI
//         then sends one hart, not always hart 0, to KERNEL_ADDRESS in S-mode.
//   A hart that meets a trap, or a kernel that is none, parks for good.

#include <hv/arch/offsets.h>

.equ FIRMWARE_ADDRESS, 0x80000000
.equ KERNEL_ADDRESS, 0x80200000
// The RISC-V Linux Image header has this word, "RSC\5", at this offset.
.equ IMAGE_MAGIC_OFFSET, 56
.equ IMAGE_MAGIC, 0x05435352
.equ PAGE, 4096

.section .text.flash, "ax", @progbits
.option norvc               // the header's offsets are counted in whole words
.option norelax
.globl flash_start
flash_start:
    j       begin
    .word   0
// What lies where, as bytes from flash_start; docs/flash.md is the reference. The stub goes by these words too.
    .ascii  "BULKHEAD"
kernel_offset:
    .quad   kernel                      // linked at 0, so its address is its offset
kernel_size:
    .quad   kernel_end - kernel         // a multiple of 8
description_offset:
    .quad   0                           // of the partition description; 0: none. tools/add-to-flash.sh sets both
description_size:
    .quad   0

// What OpenSBI's fw_dynamic reads through a2: its `struct fw_dynamic_info`, version 2.
firmware_info:
    .quad   0x4942534f                  // "OSBI"
    .quad   2                           // version
    .quad   KERNEL_ADDRESS              // where to go
    .quad   1                           // in S-mode
    .quad   0                           // options
    .quad   0                           // the boot hart, which the others wait for: the one that copies

begin:
    // Only M-mode may touch mtvec and mhartid. In S-mode the first access traps, the firmware hands the trap to
    // stvec, and that is how the stub learns which it is.
    lla     t0, from_supervisor
    csrw    stvec, t0
    lla     t0, park
    csrw    mtvec, t0
    csrr    t1, mhartid

    // M-mode. Every hart goes to the firmware; hart 0 copies first. No hart need wait here for the copy: OpenSBI is
    // told that hart 0 is the boot hart, so the others wait inside it until hart 0 has come, copy done. (Only then
    // do they draw lots for who starts the kernel.) A flag of our own in RAM would have to be zero at reset, and
    // nobody promises that. With `-bios none` there is no firmware: what lies there traps, and every hart parks.
    lla     a2, firmware_info
    li      t3, FIRMWARE_ADDRESS
    bnez    t1, leave
    j       copy

.balign 4                   // stvec and mtvec hold multiples of 4
from_supervisor:
    lla     t0, park
    csrw    stvec, t0
    li      t3, KERNEL_ADDRESS

copy:
    // t0 = from, t1 = to, t2 = end of to; t3 = where to go afterwards.
    lla     t0, kernel_offset
    ld      t0, 0(t0)
    lla     t1, flash_start
    add     t0, t0, t1
    lla     t2, kernel_size
    ld      t2, 0(t2)
    li      t1, KERNEL_ADDRESS
    add     t2, t2, t1
next:
    ld      a2, 0(t0)
    sd      a2, 0(t1)
    addi    t0, t0, 8
    addi    t1, t1, 8
    bltu    t1, t2, next

    // Read back from RAM: this finds a missing kernel and missing RAM alike.
    li      t1, KERNEL_ADDRESS
    lwu     t1, IMAGE_MAGIC_OFFSET(t1)
    li      t2, IMAGE_MAGIC
    bne     t1, t2, park

    lla     t0, description_offset
    ld      t0, 0(t0)
    beqz    t0, prepared
    lla     t1, flash_start
    add     t0, t0, t1
    li      t1, KERNEL_ADDRESS
    sd      t0, HV_IMAGE_DESCRIPTION(t1)
prepared:
    lla     a2, firmware_info           // the copy used a2; in S-mode nobody reads it
leave:
    fence   rw, rw
    fence.i
    jr      t3

.balign 4
park:
    wfi
    j       park

// The kernel on a page boundary; behind its last page is the place for a partition description. Not a section of
// code: Clang pads those with whole instructions only, and the kernel's size is any number.
.section .rodata.kernel, "a", @progbits
.balign PAGE
kernel:
    .incbin HV_FLASH_KERNEL
    .balign 8
kernel_end:
    .balign PAGE
