/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pages.h"

        .section .faultline.absent, "a", %progbits
        .balign PAGE_SIZE
        .global absent_pages
absent_pages:
        .set    page, 0
        .rept   PAGES
        .set    block, 0
        .rept   PAGE_SIZE / BLOCK_SIZE
        .set    value, page + BLOCK_STEP * block
        .rept   BLOCK_SIZE
        .byte   value & 0xFF
        .set    value, value + BYTE_STEP
        .endr
        .set    block, block + 1
        .endr
        .set    page, page + 1
        .endr
