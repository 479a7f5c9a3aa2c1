/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An arm64 Image around guest.bin, whose first byte comes to a page and 0xFF000 bytes behind the beginning of RAM. Without
 * it, an Image that sleeps: domain 0 has nothing to do but to exist.
 */
        .equ    PAGE, 4096

        .text
0:      b       1f
        nop
        .quad   OFFSET                  /* from the beginning of RAM */
        .quad   2f - 0b
        .quad   0xA                     /* 4 KiB pages, anywhere */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .word   0
        .balign PAGE
1:
#ifdef GUEST
        .incbin GUEST
#else
        wfi
        b       1b
#endif
        .balign PAGE
2:
