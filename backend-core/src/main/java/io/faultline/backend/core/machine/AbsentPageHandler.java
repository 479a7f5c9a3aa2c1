/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateElement;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything that a machine needs to know of pages that are not resident.
 *
 * <p>Called by the thread that drives the machine. The memory itself and whether a page of it is resident belong to the
 * RAM; what is on its way, lost or announced belongs here.
 *
 * @since 0.1
 */
public interface AbsentPageHandler extends StateElement {
    /**
     * Decides what becomes of an access to a page that is not resident. The vCPU is stopped in the stage 2 abort:
     * The PE is in the trap: return address, state and syndrome are those of the access.
     *
     * <p>A vCPU that waits is asked again through {@link #awaited} each time it runs; if it left the wait for an interrupt
     * or event and touches the page again, this method is called again.
     *
     * @param vcpu the vCPU
     * @param access how it touched the page
     * @param page address of the page
     * @param stage1Walk whether the access was made by a stage 1 table walk
     * @return the decision; after PARK and STOP, {@link #awaited} returns the fault
     */
    AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk);

    /**
     * Returns the fault that a waiting vCPU waits for.
     *
     * @param vcpu a vCPU for which {@link #absent} answered PARK or STOP for the page, maybe in a machine whose saved
     *     state was restored here
     * @param page address of the page
     * @return the fault; empty if there is nothing to wait for any more, so that the access is to be tried again: the
     *     page came, could not be brought in, or is lost
     */
    Optional<FaultTicket> awaited(VirtualProcessor vcpu, long page);

    /**
     * Tells whether there is something that a waiting vCPU waits for.
     *
     * @param vcpu as for {@link #awaited}
     * @param page as for {@link #awaited}
     * @return true if {@link #awaited} would return a fault
     */
    default boolean isAwaited(VirtualProcessor vcpu, long page) {
        return awaited(vcpu, page).isPresent();
    }

    /**
     * The hypervisor has put an empty page in the place of one that was not resident: what was to come for it is of no
     * interest any more, and whoever waits for it goes on.
     *
     * @param page address of the page, which is resident now
     */
    void replaced(long page);

    /**
     * Asks every page source for what has arrived by the present virtual time. Called before a vCPU runs, when one
     * stops, and after the VMM skipped time.
     */
    void poll();

    /**
     * Returns when the next answer of a page source is due.
     *
     * @return virtual time in nanoseconds, possibly in the past; empty if nothing is due
     */
    OptionalLong nextArrival();

    /**
     * Says what is known of a page that is not resident in RAM.
     *
     * @param page address of a page of RAM
     * @return ABSENT, FETCHING or POISONED
     */
    PageResidency residency(long page);

    /**
     * A vCPU is reset, turned on or turned off: its faults end without a word to the guest.
     *
     * @param vcpu the vCPU
     */
    void reset(VirtualProcessor vcpu);

    /**
     * Returns the interface for the VMM.
     *
     * @return the interface, the same each time
     */
    AsyncPageFaults vmmSide();
}
