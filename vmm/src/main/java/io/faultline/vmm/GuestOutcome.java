/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import java.util.Objects;

/**
 * How the run of a guest ended.
 *
 * @since 0.1
 */
public sealed interface GuestOutcome {
    /**
     * Says what happened.
     *
     * @return one sentence for people, without a line break
     */
    String message();

    /** The guest turned the machine off (PSCI SYSTEM_OFF). */
    record PoweredOff() implements GuestOutcome {
        @Override
        public String message() {
            return "the guest turned the machine off";
        }
    }

    /** The guest asked for a restart (PSCI SYSTEM_RESET), which ends the run. */
    record ResetRequested() implements GuestOutcome {
        @Override
        public String message() {
            return "the guest asked for a reset, which ends the run";
        }
    }

    /**
     * The guest cannot go on.
     *
     * @param message names the vCPU, its PC and the reason
     */
    record Failed(String message) implements GuestOutcome {
        /** Checks for null. */
        public Failed {
            Objects.requireNonNull(message, "message");
        }
    }

    /**
     * The budget of instructions is used up.
     *
     * @param message names the PC of every vCPU
     */
    record BudgetExhausted(String message) implements GuestOutcome {
        /** Checks for null. */
        public BudgetExhausted {
            Objects.requireNonNull(message, "message");
        }
    }
}
