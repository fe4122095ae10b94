/* The first user program of a Linux whose boot is measured: switches the machine off. linux_costs.py builds it. */

#define REBOOT 142

    .text
    .globl _start
_start:
    li      a0, 0xfee1dead      /* LINUX_REBOOT_MAGIC1, 2, and LINUX_REBOOT_CMD_POWER_OFF */
    li      a1, 0x28121969
    li      a2, 0x4321fedc
    li      a7, REBOOT
    ecall
1:  j       1b
