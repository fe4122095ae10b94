/* The vector registers and their CSRs, as a whole. Only where V is there and sstatus.VS is not off. */

/* save_vector
 * In:  a0 = room for v0 to v31, a1 = bytes of one register.
 * vl and vtype are not kept: read them before. */
    .text
    .globl save_vector
save_vector:
    vsetvli t0, zero, e8, m8, ta, ma
    slli    t1, a1, 3
    vse8.v  v0, (a0)
    add     a0, a0, t1
    vse8.v  v8, (a0)
    add     a0, a0, t1
    vse8.v  v16, (a0)
    add     a0, a0, t1
    vse8.v  v24, (a0)
    ret

/* load_vector
 * In:  the same, filled. */
    .globl load_vector
load_vector:
    vsetvli t0, zero, e8, m8, ta, ma
    slli    t1, a1, 3
    vle8.v  v0, (a0)
    add     a0, a0, t1
    vle8.v  v8, (a0)
    add     a0, a0, t1
    vle8.v  v16, (a0)
    add     a0, a0, t1
    vle8.v  v24, (a0)
    ret

/* set_vector_type
 * Sets vl to a0 of 32-bit elements; returns the vl that there is. */
    .globl set_vector_type
set_vector_type:
    vsetvli a0, a0, e32, m2, ta, ma
    ret
