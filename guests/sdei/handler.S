/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The handler of every event, and the calls that leave it. The client keeps X18 to X30 and SP itself, so leaving the
 * handler from the middle of C code means to put back what it entered with.
 */
        .equ    EVENT_COMPLETE, 0xC4000025

/* Each processor has a place of its own in every area. */
        .equ    AREA_SHIFT, 7
        .equ    PROCESSORS, 2

        .macro  area register, scratch, name
        adrp    \register, \name
        add     \register, \register, :lo12:\name
        mrs     \scratch, mpidr_el1
        and     \scratch, \scratch, #(PROCESSORS - 1)
        add     \register, \register, \scratch, lsl #AREA_SHIFT
        .endm

        .text
        .global event_entry
        .type   event_entry, %function
event_entry:
        area    x6, x7, entered
        stp     x0, x1, [x6]
        stp     x2, x3, [x6, #16]
        stp     x4, x5, [x6, #32]
        mrs     x7, elr_el1
        mrs     x8, spsr_el1
        stp     x7, x8, [x6, #48]
        mrs     x7, daif
        mrs     x8, spsel
        stp     x7, x8, [x6, #64]
        area    x6, x7, outside
        stp     x18, x19, [x6]
        stp     x20, x21, [x6, #16]
        stp     x22, x23, [x6, #32]
        stp     x24, x25, [x6, #48]
        stp     x26, x27, [x6, #64]
        stp     x28, x29, [x6, #80]
        mov     x7, sp
        stp     x30, x7, [x6, #96]
        bl      event_handler
        mov     x1, #0
        ldr     w0, =EVENT_COMPLETE
        bl      leave_handler
0:      b       0b                      /* a refused completion has no way out */
        .size   event_entry, . - event_entry

/* uint64_t leave_handler(uint64_t function, uint64_t argument): returns only if the call is refused. */
        .global leave_handler
        .type   leave_handler, %function
leave_handler:
        area    x6, x7, inside
        stp     x18, x19, [x6]
        stp     x20, x21, [x6, #16]
        stp     x22, x23, [x6, #32]
        stp     x24, x25, [x6, #48]
        stp     x26, x27, [x6, #64]
        stp     x28, x29, [x6, #80]
        mov     x7, sp
        stp     x30, x7, [x6, #96]
        area    x6, x7, outside
        ldp     x18, x19, [x6]
        ldp     x20, x21, [x6, #16]
        ldp     x22, x23, [x6, #32]
        ldp     x24, x25, [x6, #48]
        ldp     x26, x27, [x6, #64]
        ldp     x28, x29, [x6, #80]
        ldp     x30, x7, [x6, #96]
        mov     sp, x7
        smc     #0
        area    x6, x7, inside
        ldp     x18, x19, [x6]
        ldp     x20, x21, [x6, #16]
        ldp     x22, x23, [x6, #32]
        ldp     x24, x25, [x6, #48]
        ldp     x26, x27, [x6, #64]
        ldp     x28, x29, [x6, #80]
        ldp     x30, x7, [x6, #96]
        mov     sp, x7
        ret
        .size   leave_handler, . - leave_handler

/* Where COMPLETE_AND_RESUME goes: notes how it got here and returns to what the event interrupted. */
        .global resumed_here
        .type   resumed_here, %function
resumed_here:
        stp     x0, x1, [sp, #-32]!
        stp     x2, x3, [sp, #16]
        adrp    x0, resumed
        add     x0, x0, :lo12:resumed
        mrs     x1, elr_el1
        mrs     x2, spsr_el1
        stp     x1, x2, [x0]
        mrs     x1, daif
        mrs     x2, spsel
        stp     x1, x2, [x0, #16]
        mrs     x1, currentel
        str     x1, [x0, #32]
        ldp     x2, x3, [sp, #16]
        ldp     x0, x1, [sp], #32
        eret
        .size   resumed_here, . - resumed_here

/* uint64_t signal_marked(uint64_t event, uint64_t target): EVENT_SIGNAL with X4 to X17 full of marks, at a known place. */
        .global signal_marked
        .global signalled_here
        .type   signal_marked, %function
signal_marked:
        mov     x2, x1
        mov     x1, x0
        ldr     w0, =0xC400002F
        mov     x3, #0x1003
        .irp    n, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
        mov     x\n, #0x1000 + \n
        .endr
        cmp     x3, x3                  /* Z and C */
        smc     #0
signalled_here:
        adrp    x3, after
        add     x3, x3, :lo12:after
        stp     x0, x1, [x3]
        stp     x4, x17, [x3, #16]
        mrs     x1, nzcv
        str     x1, [x3, #32]
        ret
        .size   signal_marked, . - signal_marked

        .bss
        .balign 16
        .global entered, resumed, after
entered:        .space  PROCESSORS << AREA_SHIFT
outside:        .space  PROCESSORS << AREA_SHIFT
inside:         .space  PROCESSORS << AREA_SHIFT
resumed:        .space  48
after:          .space  48
