/* A guest whose restart is measured: it sleeps until its last start is long ago, and ends. partition_costs.py builds
   it. */

#define SBI_SRST    0x53525354
#define COLD_REBOOT 1
#define STIE        (1 << 5)
#define LONG_ENOUGH 1500000     /* ticks of 10 MHz. One that was started less than a tenth of a second ago waits. */

    .text
    .globl _start
_start:
    li      t0, LONG_ENOUGH
    csrw    stimecmp, t0
    li      t1, STIE
    csrs    sie, t1
1:  wfi
    rdtime  t1
    bltu    t1, t0, 1b
    li      a7, SBI_SRST
    li      a6, 0
    li      a0, COLD_REBOOT
    li      a1, 0
    la      t0, end
    jr      t0

    .org    0x100000            /* where nothing of the hypervisor's is executed: a breakpoint is this guest's */
end:
#ifdef ENDS_BY_REBOOT
    ecall
#else
    lb      zero, (zero)        /* nothing is there, and no handler either */
#endif
    j       end
