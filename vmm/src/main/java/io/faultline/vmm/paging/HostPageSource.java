/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.memory.PageSource;
import java.util.OptionalLong;

/**
 * A page source whose answers come from outside the machine: from a connection, say. They collect in a mailbox, which is
 * emptied at defined points, so that nothing happens to a machine in the middle of a slice.
 *
 * <p>All methods are called by the thread that drives the machine. These two may block, unlike those of
 * {@link PageSource}, which hands over only what {@link #exchange} has taken out of the mailbox.
 *
 * @since 0.1
 */
public interface HostPageSource extends PageSource {
    /**
     * Empties the mailbox. Called before each slice of a vCPU.
     *
     * @param now virtual time in nanoseconds
     * @return true if {@link #poll} has something to hand over that it did not have before
     * @throws io.faultline.api.error.HypervisorException with MIGRATION_FAILED if pages will never come
     */
    boolean exchange(long now);

    /**
     * Waits, since no vCPU can go on by itself.
     *
     * @param now virtual time in nanoseconds
     * @param deadline virtual time at which something else happens in the machine; while pages are on their way, idle time
     *     passes as fast as the host's
     * @return true if {@link #exchange} has something to hand over now; false if nothing came by the deadline, or nothing
     *     is on its way
     * @throws io.faultline.api.error.HypervisorException with MIGRATION_FAILED if pages will never come
     */
    boolean await(long now, OptionalLong deadline);
}
