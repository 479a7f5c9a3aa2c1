/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where a host in the style of Hyper-V enters exceptions of its own. Those from EL0 are told apart from what the processor
 * takes by where they come in; there should be no others.
 */
        .text
        .balign 2048
        .global hyperv_vectors
hyperv_vectors:
        .irp    number, 0, 1, 2, 3, 4, 5, 6, 7
        .balign 128
        b       vectors + 128 * \number
        .endr
        .balign 128
        b       resume_entry
        .irp    number, 9, 10, 11, 12, 13, 14, 15
        .balign 128
        b       vectors + 128 * \number
        .endr
