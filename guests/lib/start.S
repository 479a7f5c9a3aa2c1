/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where a guest begins: EL1, MMU off, everything masked, X0 = device tree or 0, no stack. The loader has
 * already put zeros where the ELF file wants them.
 */
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
        adrp    x1, vectors
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
