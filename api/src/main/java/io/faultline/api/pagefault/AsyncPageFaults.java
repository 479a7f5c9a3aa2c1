/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageSource;
import java.util.List;

/**
 * The VMM's side of absent pages.
 *
 * <p>Called by the thread that drives the machine, never while a vCPU runs. None of the methods blocks.
 *
 * @since 0.1
 */
public interface AsyncPageFaults {
    /**
     * Makes a source responsible for a range. Residency does not change: evict what the source is to supply.
     *
     * @param range whole pages of guest memory that no other source serves
     * @param source the source
     * @return a handle; closing it ends the responsibility and leaves absent pages without a source
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if the range is not memory, with
     *     RESOURCE_CONFLICT if another source serves a page of it
     */
    SourceHandle attach(MemoryRegion range, PageSource source);

    /**
     * Takes a resident page away from the guest.
     *
     * @param page address of the page
     * @return its content, 4096 bytes; the caller must be able to supply it again
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if it is not memory, with
     *     ILLEGAL_STATE if the page is not resident or {@linkplain #isPinned pinned}
     */
    byte[] evict(long page);

    /**
     * Tells whether the hypervisor itself relies on a page, so that it cannot be taken away. Such a page moves with the
     * {@linkplain io.faultline.api.machine.Machine#save() saved state}.
     *
     * @param page address of a page of memory
     * @return true until the guest has ended what the hypervisor needs the page for
     */
    default boolean isPinned(long page) {
        return false;
    }

    /**
     * Takes a page away from the guest without its content, for a range whose source already has it.
     *
     * @param page address of the page
     * @throws io.faultline.api.error.HypervisorException as {@link #evict}
     */
    void discard(long page);

    /**
     * Asks the source of an absent page for it on behalf of the VMM, which needs its content. No vCPU waits for it. Nothing
     * happens if the page is not absent, is being fetched, or has no source.
     *
     * @param page address of the page
     * @param access what for
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if it is not memory
     */
    void request(long page, AccessKind access);

    /**
     * Sets who decides whether a fault is announced.
     *
     * @param decision asked for every fault from now on
     */
    void decideBy(FaultDecision decision);

    /**
     * Hands over an absent page as if its source had answered.
     *
     * @param page address of the page
     * @param content exactly 4096 bytes
     * @return true if the page was absent or being fetched; false if the answer was dropped because it is there already
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if it is not memory, with
     *     INVALID_ARGUMENT if the content has another length
     */
    boolean complete(long page, byte[] content);

    /**
     * Says that a page that is being fetched could not be brought in this time.
     *
     * @param page address of the page
     * @param reason one clause for people
     * @return true if the page was being fetched; false if nobody waited for it
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if it is not memory
     */
    boolean fail(long page, String reason);

    /**
     * Asks every source for what has arrived by the present virtual time. The machine does this by itself before a vCPU
     * runs and when one stops.
     */
    void poll();

    /**
     * Returns the faults that have not come to their end.
     *
     * @return tickets in the order of the faults
     */
    List<FaultTicket> outstanding();

    /**
     * Returns the counters of the whole machine.
     *
     * @return the counters now
     */
    FaultCounters counters();

    /** Ends the responsibility of a page source. */
    interface SourceHandle extends AutoCloseable {
        /** Ends it. Closing twice has no further effect. */
        @Override
        void close();
    }
}
