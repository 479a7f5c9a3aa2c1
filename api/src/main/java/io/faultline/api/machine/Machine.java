/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.SavedState;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A virtual machine.
 *
 * <p>Not thread-safe: one thread drives it. After {@link #close()} every method but {@code close} throws
 * {@link io.faultline.api.error.HypervisorException} with CLOSED.
 *
 * @since 0.1
 */
public interface Machine extends AutoCloseable {
    /**
     * Returns what this machine can do.
     *
     * @return the capabilities, as the plan promised them
     */
    CapabilitySet capabilities();

    /**
     * Returns the vCPUs.
     *
     * @return the vCPUs by index; unmodifiable
     */
    List<Vcpu> vcpus();

    /**
     * Returns the memory.
     *
     * @return guest memory
     */
    GuestMemory memory();

    /**
     * Returns the clock.
     *
     * @return the virtual clock of the machine
     */
    VirtualClock clock();

    /**
     * Returns the VMM's side of absent pages.
     *
     * @return the interface, or empty if pages of this machine cannot be absent
     */
    Optional<AsyncPageFaults> asyncPageFaults();

    /**
     * Returns the VMM's side of event notification.
     *
     * @return the interface, or empty if the backend has no channel that a VMM can use
     */
    Optional<EventNotifications> notifications();

    /**
     * Returns the lines by which devices of the VMM interrupt the guest.
     *
     * @return the lines, or empty if the interrupt controller of this machine has no shared interrupts
     */
    Optional<InterruptLines> interruptLines();

    /**
     * Returns the console that the hypervisor itself gives to the guest.
     *
     * @return the host's end, the same each time, or empty if the backend has none
     */
    default Optional<ParavirtualConsole> console() {
        return Optional.empty();
    }

    /**
     * Returns the pager's side of a paging protocol that is the hypervisor's own.
     *
     * @return the interface, the same each time, or empty if the backend has none
     */
    default Optional<MemoryPager> memoryPager() {
        return Optional.empty();
    }

    /**
     * Returns the VMM's side of the synthetic interrupt controllers of Hyper-V.
     *
     * @return the interface, the same each time, or empty if the backend has none
     */
    default Optional<SyntheticInterrupts> syntheticInterrupts() {
        return Optional.empty();
    }

    /**
     * Returns the VMM's side of memory intercepts of Hyper-V.
     *
     * @return the interface, the same each time, or empty if the backend has none
     */
    default Optional<MemoryIntercepts> memoryIntercepts() {
        return Optional.empty();
    }

    /**
     * Returns what a VMM adds to the device tree, so that the guest finds the interfaces of this hypervisor.
     *
     * @return nodes with different names; unmodifiable
     */
    default List<PlatformNode> platformNodes() {
        return List.of();
    }

    /**
     * Returns the name of the hypervisor by which a guest that reads ACPI tables finds its interfaces: the field Hypervisor
     * Vendor Identity of the FADT (HV-033).
     *
     * @return 1 to 8 printable ASCII characters, the same each time; empty if guests look for no name
     */
    default Optional<String> acpiIdentity() {
        return Optional.empty();
    }

    /**
     * Returns deterministic counters: the same guest and seed give the same numbers.
     *
     * @return name to count, sorted; names are lower-case words joined by {@code -} and {@code .}
     */
    SortedMap<String, Long> counters();

    /** Puts the machine into the state it had when it was built, memory contents excepted. */
    void reset();

    /**
     * Saves the complete state. Page sources and the trace sink belong to the VMM and are not part of it; pages that
     * are being fetched are saved as absent.
     *
     * @return the state
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if a vCPU waits for the answer to an MMIO
     *     read
     */
    SavedState save();

    /**
     * Takes over a saved state, completely or not at all.
     *
     * @param state written by a machine of the same backend, with the same vCPUs, memory and channels
     * @throws io.faultline.api.error.HypervisorException with INVALID_STATE or INCOMPATIBLE_STATE; the machine is as it
     *     was before the call then
     */
    void restore(SavedState state);

    /** Ends the machine and gives everything back. Closing twice has no further effect. */
    @Override
    void close();
}
