/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What TF-A starts: QEMU has put the guest into memory already.
 */
        movz    x16, #0x4010, lsl #16
        br      x16
