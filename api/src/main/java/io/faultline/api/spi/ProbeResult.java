/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import java.util.Objects;

/**
 * Whether a backend can work here.
 *
 * @since 0.1
 */
public sealed interface ProbeResult {
    /**
     * It can.
     *
     * @param score how well it suits, 0 to 100; the highest score wins when the user names no backend
     * @param detail one sentence for people
     */
    record Available(int score, String detail) implements ProbeResult {
        /**
         * Checks the score.
         *
         * @throws IllegalArgumentException if the score is outside 0 to 100
         */
        public Available {
            if (score < 0 || score > 100) {
                throw new IllegalArgumentException("score " + score + " is outside 0 to 100");
            }
            Objects.requireNonNull(detail, "detail");
        }
    }

    /**
     * It cannot.
     *
     * @param reason what is missing
     * @param hint what the user can do
     */
    record Unavailable(String reason, String hint) implements ProbeResult {
        /** Checks for null. */
        public Unavailable {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(hint, "hint");
        }
    }
}
