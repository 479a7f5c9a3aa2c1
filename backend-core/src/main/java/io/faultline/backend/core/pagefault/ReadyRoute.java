/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

/**
 * How a guest is told that a page is ready.
 *
 * <p>Called by the thread that runs the machine, never while a vCPU executes. Nothing a guest does may make a method
 * throw.
 *
 * @since 0.1
 */
public interface ReadyRoute {
    /**
     * Tells whether the place where the notification is shown can be written now.
     *
     * @param vcpu index of the vCPU
     * @return true if it is free: the guest has cleared it, and its memory is there
     */
    boolean isSlotFree(int vcpu);

    /**
     * Tells whether the vCPU could take the notification now if it were shown. Asked only if the policy withholds masked
     * notifications, or lets any vCPU take them.
     *
     * @param vcpu index of the vCPU
     * @return true if nothing masks it
     */
    boolean isOpen(int vcpu);

    /**
     * Shows a notification. The token is visible before the notification can be taken (APF-032).
     *
     * @param vcpu index of the vCPU
     * @param token the token, or {@link #wakeAllToken()}
     * @return false if it could not be shown; then nothing the guest can see has changed
     */
    boolean show(int vcpu, long token);

    /**
     * The guest has acknowledged the oldest notification that was shown.
     *
     * @param vcpu index of the vCPU
     */
    void acknowledged(int vcpu);

    /**
     * Takes back whatever signals a notification that is shown: it is no longer valid.
     *
     * @param vcpu index of the vCPU
     */
    void cancel(int vcpu);

    /**
     * Returns the token that means all of them.
     *
     * @return a value that no fault has as token
     */
    long wakeAllToken();
}
