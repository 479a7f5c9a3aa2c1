/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where a guest begins: EL1 or EL2, MMU off, everything masked, X0 = device tree or 0, no stack. The loader has
 * already put zeros where the ELF file wants them. At EL2 it goes on as a host there: the names of EL1's registers
 * are then those of EL2's, and EL0 is below EL2.
 */
        .equ    HCR_HOST, (1 << 34) | (1 << 31) | (1 << 27)     /* E2H, RW, TGE */
        .arch   armv8.1-a

        .section .text.start, "ax"

        .global _start
        .type   _start, %function
_start:
        mov     x19, x0
        adrp    x1, boot_stack_top
        add     x1, x1, :lo12:boot_stack_top
        mov     sp, x1
        bl      prepare
        bl      console_init
        mov     x0, x19
        bl      guest_main
        b       power_off
        .size   _start, . - _start

        .global secondary_start
        .type   secondary_start, %function
secondary_start:
        mov     sp, x0
        bl      prepare
        bl      secondary_main
0:      wfi
        b       0b
        .size   secondary_start, . - secondary_start

        .type   prepare, %function
prepare:
        msr     spsel, #1
        mrs     x1, currentel
        cmp     x1, #8
        b.ne    1f
        ldr     x1, =HCR_HOST
        msr     hcr_el2, x1
        isb
1:      adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     vbar_el1, x1
        isb
        ret
        .size   prepare, . - prepare

        /* A guest without processors to turn on needs no code for them. */
        .weak   secondary_main

        .section .bss.stack, "aw", %nobits
        .balign 16
        .space  16384
boot_stack_top:
