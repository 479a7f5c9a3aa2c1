/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the absent pages hold. pages.S writes it into the ELF file, task.c checks it.
 *
 * byte(page, offset) = (page + 7 * offset + 11 * (offset / 256)) mod 256
 *
 * Two pages differ in every byte, so a page that comes back in the wrong place is seen everywhere; so are
 * two quarter-KiB blocks of one page.
 */
#ifndef PAGES_H
#define PAGES_H

#define PAGES 256
#define PAGE_SIZE 4096
#define BLOCK_SIZE 256
#define BYTE_STEP 7
#define BLOCK_STEP 11

#endif
