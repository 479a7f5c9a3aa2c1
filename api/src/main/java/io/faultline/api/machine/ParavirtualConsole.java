/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

/**
 * The host's end of a console that the hypervisor itself gives to a guest, without a device of the VMM.
 *
 * <p>Used by the thread that drives the machine, between two runs of vCPUs. The hypervisor keeps a bounded amount of what
 * the guest sends: a guest that nobody listens to waits.
 *
 * @since 0.1
 */
public interface ParavirtualConsole {
    /**
     * Takes what the guest has sent since the last call.
     *
     * @return the bytes, in order; empty if there are none
     */
    byte[] takeOutput();

    /**
     * Sends to the guest.
     *
     * @param input the bytes
     * @return how many were taken, from the first on; the rest is to be offered again later
     */
    int offer(byte[] input);

    /**
     * Tells whether the guest uses this console: it has sent something, or has said in the interface's own way that it
     * listens.
     *
     * @return true from then on
     */
    boolean isInUse();
}
