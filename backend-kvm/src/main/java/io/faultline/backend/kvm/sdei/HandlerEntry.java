/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * The registers at the beginning of a handler, and what is kept of those that it interrupts.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HandlerEntry {
    /**
     * Keeps the interrupted context and makes the registers those of the handler. The state of the event is already
     * that of a running one.
     *
     * @param pe the PE
     * @param event the event
     */
    void enter(PeState pe, EventInstance event);
}
