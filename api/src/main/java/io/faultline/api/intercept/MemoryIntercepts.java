/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.intercept;

import io.faultline.api.arm64.AccessKind;
import java.util.Set;

/**
 * Memory intercepts: accesses of the guest of which the VMM hears by messages of Hyper-V, as a parent partition does
 * (hyperv.md 6.1). The guest never sees them.
 *
 * <p>They are off at first, and a reset turns them off. While they are on, an access to a page that is absent, or of a kind that
 * the VMM has forbidden, does not happen: the vCPU is suspended, its run ends with
 * {@link io.faultline.api.machine.VcpuExit.BackendSpecific} of kind {@link #EXIT} with the details {@code vcpu}, {@code type}
 * (unsigned), {@code gpa} (guest-physical address of the first byte on the page, or the page itself where a table walk or the
 * hypervisor makes the access) and {@code access} (0 read, 1 write, 2 execute; a table walk reads), and so does every further
 * run until {@link #resume}. It takes no interrupts meanwhile. As long as it is suspended, {@link #message} is what the parent partition would read from its slot. The VMM hands over the page (for example by
 * {@link io.faultline.api.pagefault.AsyncPageFaults#complete}), allows the access, or carries it out itself and moves registers
 * of the vCPU to where they are after the instruction; then it lets the vCPU go on, which executes the instruction at its PC. If
 * nothing was done about the access, there is another message.
 *
 * <p>No page source is asked for an absent page by an access that is intercepted, and no asynchronous page fault is announced.
 * The VMM may {@linkplain io.faultline.api.pagefault.AsyncPageFaults#request ask for it} instead. Accesses that the VMM itself
 * makes are not intercepted. What the hypervisor needs for a call of the guest, it accesses in the name of the guest: the vCPU
 * is suspended before the call, and makes the call again (bit 2 of the access information says that output was to be written).
 *
 * <p>Everything here is state of the machine. Called by the thread that drives the machine, never while a vCPU runs. None of the
 * methods blocks.
 *
 * @since 0.1
 */
public interface MemoryIntercepts {
    /** Kind of the exit of a vCPU that is suspended. */
    String EXIT = "hyperv:memory-intercept";
    /** Size of a message in bytes. */
    int MESSAGE_BYTES = 256;
    /** Type of the message for a page that is absent: HvMessageTypeUnmappedGpa. */
    int UNMAPPED_GPA = 0x8000_0000;
    /** Type of the message for an access that is forbidden: HvMessageTypeGpaIntercept. */
    int GPA_INTERCEPT = 0x8000_0001;

    /** Turns intercepts on. Every access to pages that are there is allowed at first. Nothing happens if they are on. */
    void enable();

    /**
     * Turns intercepts off: everything is allowed, and vCPUs that are suspended go on. Nothing happens if they are off.
     */
    void disable();

    /**
     * Tells whether intercepts are on.
     *
     * @return true between {@link #enable()} and {@link #disable()}, also in a machine that took over such a state
     */
    boolean isEnabled();

    /**
     * Says how the guest may access a page, whether it is there or not: the access flags of its mapping. Where the hypervisor has
     * put a page of its own in the place of the guest's, they hold when that has gone.
     *
     * @param page address of a page of memory that the guest may write to
     * @param allowed kinds of access that do not stop it; empty if every access does
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if intercepts are off, with NOT_GUEST_MEMORY if
     *     there is no such memory, with INVALID_ARGUMENT if it is no page, or one that guests can only read
     */
    void permit(long page, Set<AccessKind> allowed);

    /**
     * Returns how the guest may access a page.
     *
     * @param page address of a page, any value
     * @return what {@link #permit} said; every kind if nothing was said
     */
    Set<AccessKind> permitted(long page);

    /**
     * Tells whether a vCPU is suspended, as the register HvRegisterInterceptSuspend does.
     *
     * @param vcpu index of the vCPU
     * @return true from the intercept until {@link #resume}, or until the vCPU is reset or turned off
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if there is no such vCPU
     */
    boolean isSuspended(int vcpu);

    /**
     * Returns the message of a vCPU that is suspended. Each vCPU has one buffer for it. Layout: HV_MESSAGE with the arm64 payload
     * of a memory intercept, 64 bytes (hyperv.md 3.3 and 6.3), little-endian.
     *
     * @param vcpu index of the vCPU
     * @return {@value #MESSAGE_BYTES} bytes, a copy
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if there is no such vCPU, with ILLEGAL_STATE if
     *     it is not suspended
     */
    byte[] message(int vcpu);

    /**
     * Lets a vCPU go on with the instruction at its PC. Its buffer is free.
     *
     * @param vcpu index of the vCPU
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if there is no such vCPU, with ILLEGAL_STATE if
     *     it is not suspended
     */
    void resume(int vcpu);
}
