/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import java.io.Serial;

/**
 * A scenario used up its budget of operations, instructions or trace events. The verdict is TIMED_OUT.
 *
 * @since 0.1
 */
public final class BudgetExceeded extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message which budget and how large it was
     */
    public BudgetExceeded(String message) {
        super(message);
    }
}
