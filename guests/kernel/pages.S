/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The memory of EL0: pages that are absent at the start, pages of the tasks, stacks, numbers.
 */
#include "pages.h"

        .section .faultline.absent, "a", %progbits
        .balign PAGE_SIZE
        .global absent_pages
absent_pages:
        .set    page, 0
        .rept   ABSENT_PAGES
        .set    value, page * WORD_MULTIPLIER
        .rept   PAGE_WORDS
        .quad   value
        .set    value, value + WORD_STEP * WORD_MULTIPLIER
        .endr
        .set    page, page + 1
        .endr

        .section .user.bss, "aw", %nobits
        .balign PAGE_SIZE
        .global own_pages
own_pages:
        .space  MAX_TASKS * OWN_PAGES * PAGE_SIZE
        .global user_stacks
user_stacks:
        .space  MAX_TASKS * USER_STACK_SIZE
        .global progress
progress:
        .space  MAX_TASKS * PROGRESS_SIZE
        .balign PAGE_SIZE
