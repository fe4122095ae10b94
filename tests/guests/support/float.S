/* The floating-point registers and fcsr, as a whole. Only where F and D are there and sstatus.FS is not off. */

/* save_float
 * In:  a0 = room for f0 to f31, 8 bytes each, then fcsr. */
    .text
    .globl save_float
save_float:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd     f\n, 8*\n(a0)
    .endr
    csrr    t0, fcsr
    sd      t0, 256(a0)
    ret

/* load_float
 * In:  a0 = the same, filled. */
    .globl load_float
load_float:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld     f\n, 8*\n(a0)
    .endr
    ld      t0, 256(a0)
    csrw    fcsr, t0
    ret
