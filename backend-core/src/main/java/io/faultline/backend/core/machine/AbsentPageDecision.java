/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

/**
 * What becomes of a vCPU that touched a page that is not resident.
 *
 * @since 0.1
 */
public enum AbsentPageDecision {
    /** It goes back to the instruction: the page has come at once, or the guest is about to be told of the fault. */
    RETRY,
    /** It is elsewhere: an interrupt was taken in its name, in this trap, and it goes on at the vector. */
    DIVERTED,
    /** It waits for the page and still takes interrupts and events. */
    PARK,
    /** It waits for the page and does nothing else. */
    STOP,
    /** The data is lost: it takes a synchronous external abort. */
    ABORT
}
