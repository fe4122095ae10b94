/* Clears the register files that the hypervisor itself never uses: a guest starts with zeros, and not with what
 * another one left. */

/* reset_floating_point_registers
 * In:  sstatus.FS is not off. Out: f0 to f31 are 0. */
    .section .text.reset_floating_point_registers, "ax"
    .globl reset_floating_point_registers
reset_floating_point_registers:
    /* fmv.d.x fN, x0 */
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .word   0xf2000053 | (\n << 7)
    .endr
    ret

/* reset_vector_registers
 * In:  sstatus.VS is not off. Out: v0 to v31 are 0, vtype is vill, as after a reset of the machine. */
    .section .text.reset_vector_registers, "ax"
    .globl reset_vector_registers
reset_vector_registers:
    .word   0x0c3072d7          /* vsetvli t0, x0, e8, m8, ta, ma */
    .word   0x5e003057          /* vmv.v.i v0, 0 */
    .word   0x5e003457          /* vmv.v.i v8, 0 */
    .word   0x5e003857          /* vmv.v.i v16, 0 */
    .word   0x5e003c57          /* vmv.v.i v24, 0 */
    li      t0, -1
    .word   0x80507057          /* vsetvl x0, x0, t0: there is no such vtype */
    ret
