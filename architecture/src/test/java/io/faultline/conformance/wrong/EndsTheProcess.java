/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.wrong;

public final class EndsTheProcess {
    void end() {
        System.exit(1);
    }
}
