/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import java.io.Serial;

/** Tells the JUnit Platform why a rule has neither passed nor failed. */
final class RuleNotJudged extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    RuleNotJudged(String message) {
        super(message, null, false, false);
    }
}
