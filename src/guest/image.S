/* The built-in guest's image, as part of the hypervisor's read-only data. */

    .section .rodata.builtin_guest, "a"
    .globl builtin_guest, builtin_guest_end
    .balign 8
builtin_guest:
    .incbin HV_BUILTIN_GUEST
    .balign 8
builtin_guest_end:
