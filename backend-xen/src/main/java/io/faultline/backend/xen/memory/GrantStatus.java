/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

/** Results of single grant operations; they go into the structure, and the call itself returns 0. */
final class GrantStatus {
    static final int OKAY = 0;
    static final int GENERAL_ERROR = -1;
    static final int BAD_DOMAIN = -2;
    static final int BAD_REFERENCE = -3;
    static final int BAD_HANDLE = -4;
    static final int PERMISSION_DENIED = -8;

    private GrantStatus() {}
}
