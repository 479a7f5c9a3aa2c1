/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.StateElement;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.List;
import java.util.Optional;

/**
 * What one kind of hypervisor adds to the machine that all kinds share. Each machine has an instance of its own.
 *
 * <p>Called by the thread that drives the machine, with the vCPU stopped. No behaviour of a guest may make a method throw,
 * and the work of each call is bounded.
 *
 * @since 0.1
 */
public interface Personality extends StateElement {
    /**
     * Gives the personality its machine. Called once, before anything else. The machine is complete but for the
     * handler of absent pages.
     *
     * @param host the machine
     */
    void attach(Host host);

    /**
     * Makes the handler of absent pages. Called once, after {@link #attach}.
     *
     * @return the handler
     */
    AbsentPageHandler absentPages();

    /**
     * Handles a firmware or hypervisor call with immediate 0. Arguments are in X1 and up; the return address of the
     * trap is after the instruction, for both conduits. Results go to X0 and up, or the return address and state of
     * the trap are rewritten to send the guest
     * elsewhere.
     *
     * @param vcpu the vCPU
     * @param conduit the instruction
     * @param function function identifier, W0
     * @return false if the function is not of this personality: the machine answers it then (PSCI, SMCCC_VERSION,
     *     SMCCC_ARCH_FEATURES, NOT_SUPPORTED for all others), and nothing was changed
     */
    boolean call(VirtualProcessor vcpu, Conduit conduit, int function);

    /**
     * Handles a hypervisor call with an immediate other than 0. Registers and the return address of the trap are as for
     * {@link #call}.
     *
     * @param vcpu the vCPU
     * @param immediate 1 to 65535
     * @return false if such calls are not of this personality: the machine answers NOT_SUPPORTED then
     */
    default boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        return false;
    }

    /**
     * Does what is due on a vCPU that is about to execute an instruction, after
     * {@link VirtualProcessor#requestAttention()}. PC, PSTATE and registers are the guest's, not those of a trap. Due
     * interrupts are taken afterwards.
     *
     * @param vcpu the vCPU
     * @return true if the guest was diverted, for example into the handler of an event; that is a step of its own
     */
    boolean attention(VirtualProcessor vcpu);

    /**
     * Tells whether a vCPU that waits has a reason of this personality to go on: an event that it could take right now.
     * Interrupts do not count here.
     *
     * @param vcpu a vCPU that waits for an interrupt or, interruptibly, for a page
     * @return true if it goes on; {@link #attention} is called then
     */
    boolean wakes(VirtualProcessor vcpu);

    /**
     * A vCPU is about to execute instructions, in a run or step of the VMM.
     *
     * @param vcpu the vCPU
     */
    default void entered(VirtualProcessor vcpu) {
        // of interest to those who account for time
    }

    /**
     * A vCPU has stopped executing instructions, the run or step of the VMM ends. Called after each
     * {@link #entered}, before anybody else executes.
     *
     * @param vcpu the vCPU
     */
    default void left(VirtualProcessor vcpu) {
        // of interest to those who account for time
    }

    /**
     * A vCPU has trapped, by HVC, SMC, a stage 2 abort or WFI; what the trap is about comes afterwards.
     *
     * @param vcpu the vCPU
     */
    default void trapped(VirtualProcessor vcpu) {
        // of interest to those who look at memory of the guest at each trap
    }

    /**
     * Handles an access to memory that permissions of stage 2 do not allow. The vCPU is stopped in the stage 2 abort.
     *
     * @param vcpu the vCPU
     * @param access how it touched the page
     * @param page intermediate physical address of the page
     * @param stage1Walk whether the access was made by a stage 1 table walk
     * @return true if the guest goes back to the instruction; false if the access is none of the personality's, so that it goes
     *     where accesses without memory go
     */
    default boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        return false;
    }

    /**
     * Tells what keeps a vCPU that is on from executing, beyond what the machine knows of. Asked before each stretch of
     * instructions.
     *
     * @param vcpu the vCPU
     * @return the exit that the VMM gets; empty if nothing does
     */
    default Optional<VcpuExit> obstacle(VirtualProcessor vcpu) {
        return Optional.empty();
    }

    /**
     * Returns when {@link #deadlinePassed} is to be called. Asked before each stretch of instructions.
     *
     * @return virtual time in nanoseconds, or {@link VirtualClock#NEVER}
     */
    default long nextDeadline() {
        return VirtualClock.NEVER;
    }

    /**
     * Returns when something of this personality happens by itself that may end a wait of a vCPU.
     *
     * @param vcpu the vCPU
     * @return virtual time in nanoseconds, at least {@link #nextDeadline()}, or {@link VirtualClock#NEVER}
     */
    default long nextDeadline(VirtualProcessor vcpu) {
        return VirtualClock.NEVER;
    }

    /** The time of {@link #nextDeadline()} has come; the next one is later. Called exactly then, between two instructions. */
    default void deadlinePassed() {
        // there is none
    }

    /**
     * A vCPU was turned on by CPU_ON and has its reset state, entry point and context. Not called for vCPU 0 at cold
     * reset.
     *
     * @param vcpu the vCPU
     */
    void turnedOn(VirtualProcessor vcpu);

    /**
     * Tells whether a vCPU may lose its context in CPU_SUSPEND. If not, a power-down request is a standby.
     *
     * @param vcpu the vCPU that makes the call
     * @return true unless the personality needs the context
     */
    default boolean canPowerDown(VirtualProcessor vcpu) {
        return true;
    }

    /**
     * A vCPU wakes from a power-down in CPU_SUSPEND and has its reset state, entry point and context (SDEI-175).
     *
     * @param vcpu the vCPU
     */
    default void resumed(VirtualProcessor vcpu) {
        // nothing of a personality is lost unless it says so
    }

    /**
     * A vCPU is being turned off, by CPU_OFF or with the whole machine by SYSTEM_OFF or SYSTEM_RESET (SDEI-178). It is
     * still on.
     *
     * @param vcpu the vCPU
     */
    void turnedOff(VirtualProcessor vcpu);

    /**
     * A vCPU is put into its state after cold reset by the VMM. {@link #reset()} does this for all of them when the
     * machine is reset.
     *
     * @param vcpu the vCPU
     */
    void reset(VirtualProcessor vcpu);

    /**
     * Returns how many pages of memory the personality has for itself. Guests reach them where it maps them.
     *
     * @param request what the machine is made of
     * @return at least 0, the same for the same request
     */
    default int privateFrames(MachineRequest request) {
        return 0;
    }

    /**
     * Tells whether the personality accesses a page without being ready for its absence.
     *
     * @param page physical address of a page of RAM
     * @return true if the page must stay
     */
    default boolean needs(long page) {
        return false;
    }

    /**
     * Returns the host's end of a console of this personality.
     *
     * @return the console, the same each time; empty if there is none
     */
    default Optional<ParavirtualConsole> console() {
        return Optional.empty();
    }

    /**
     * Returns the pager's side of a paging protocol of this personality.
     *
     * @return the interface, the same each time; empty if there is none
     */
    default Optional<MemoryPager> memoryPager() {
        return Optional.empty();
    }

    /**
     * Returns the VMM's side of synthetic interrupt controllers of this personality.
     *
     * @return the interface, the same each time; empty if there is none
     */
    default Optional<SyntheticInterrupts> syntheticInterrupts() {
        return Optional.empty();
    }

    /**
     * Returns the VMM's side of memory intercepts of this personality.
     *
     * @return the interface, the same each time; empty if there is none
     */
    default Optional<MemoryIntercepts> memoryIntercepts() {
        return Optional.empty();
    }

    /**
     * Returns what the guest's device tree needs to have.
     *
     * @return nodes; unmodifiable
     */
    default List<PlatformNode> platformNodes() {
        return List.of();
    }

    /**
     * Returns the name that a guest finds in ACPI tables.
     *
     * @return as {@link io.faultline.api.machine.Machine#acpiIdentity}
     */
    default Optional<String> acpiIdentity() {
        return Optional.empty();
    }

    /** The machine is closed: nothing is called any more. */
    default void closed() {
        // nothing outlives a machine unless a personality says so
    }

    /**
     * Returns the interface by which the VMM raises events.
     *
     * @return the interface, the same each time; empty if there is none
     */
    Optional<EventNotifications> notifications();
}
