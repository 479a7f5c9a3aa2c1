/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

/**
 * What the ports of a backend tell the engine. Every method may be called at any time a guest can cause it, in any order,
 * and does nothing if it makes no sense then.
 *
 * @since 0.1
 */
public interface PageFaultControl {
    /**
     * The guest has enabled the mechanism on a vCPU. The route for ready notifications must work before this call: a
     * wake-all may be shown inside it.
     *
     * @param vcpu index of the vCPU
     */
    void enable(int vcpu);

    /**
     * The guest has disabled the mechanism on a vCPU. Both routes must still work: what they show is taken back inside
     * this call.
     *
     * @param vcpu index of the vCPU
     */
    void disable(int vcpu);

    /**
     * Tells whether the mechanism is enabled.
     *
     * @param vcpu index of the vCPU
     * @return true between {@link #enable} and {@link #disable} or reset
     */
    boolean isEnabled(int vcpu);

    /**
     * Returns how many announced faults still need a notification: what a mechanism has to keep room for.
     *
     * @param vcpu index of the vCPU
     * @return those that are announced and whose ready is not shown yet, a covering wake-all included
     */
    int outstanding(int vcpu);

    /**
     * The guest has acknowledged the oldest ready notification; further ones are shown before this returns (APF-103).
     *
     * @param vcpu index of the vCPU
     */
    void acknowledge(int vcpu);

    /**
     * The guest has acknowledged a not-present notification, in a mechanism in which these are acknowledged, too. What it
     * held back is shown before this returns.
     *
     * @param vcpu index of the vCPU
     */
    void consumed(int vcpu);

    /**
     * The guest has answered a not-present notification.
     *
     * @param vcpu index of the vCPU
     * @param token token of the fault
     * @param reply the answer
     */
    void answer(int vcpu, long token, GuestReply reply);

    /**
     * A not-present notification that was delivered is gone and the guest will never take it.
     *
     * @param vcpu index of the vCPU
     * @param token token of the fault
     */
    void lost(int vcpu, long token);

    /**
     * Something that held back ready notifications may have changed. The engine looks by itself at every poll.
     *
     * @param vcpu index of the vCPU
     */
    void rescan(int vcpu);

    /**
     * Asks for a page that the host itself needs, to show a notification in it. Nothing happens if it is there or on its
     * way; what waits for it is shown when it comes.
     *
     * @param page address of a page of guest memory
     */
    void bringIn(long page);
}
