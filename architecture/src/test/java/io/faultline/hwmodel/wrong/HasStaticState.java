/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.wrong;

public final class HasStaticState {
    static int instructions;

    static final int LIMIT = 1;

    private HasStaticState() {}
}
