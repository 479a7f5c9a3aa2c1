/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.FaultTicket;
import java.util.Objects;

/**
 * What the engine decided about one fault.
 *
 * @since 0.1
 */
public sealed interface FaultVerdict {
    /** The guest is being told: the vCPU goes back to the instruction and takes the notification first. */
    record Announced() implements FaultVerdict {}

    /** The guest has been told: the vCPU is at the first instruction of the handler. */
    record Entered() implements FaultVerdict {}

    /** The vCPU goes back to the instruction and touches the page again, as often as it takes. */
    record TryAgain() implements FaultVerdict {}

    /**
     * The vCPU waits for the page.
     *
     * @param ticket the fault
     * @param interruptible whether it still takes interrupts and events
     */
    record Wait(FaultTicket ticket, boolean interruptible) implements FaultVerdict {
        /** Checks for null. */
        public Wait {
            Objects.requireNonNull(ticket, "ticket");
        }
    }
}
