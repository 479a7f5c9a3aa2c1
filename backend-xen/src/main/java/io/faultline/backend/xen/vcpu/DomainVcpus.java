/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/**
 * Everything of this package that lives: what a {@link Personality} hears of its vCPUs goes here, under the same name.
 */
public final class DomainVcpus implements StateElement {
    private static final String UPCALL = "upcall";

    private final VcpuPolicy policy;
    private final EventInterrupt interrupt;
    private final StandardUpcalls upcalls;
    private final Runstates runstates;
    private final Pollers pollers;
    private final Shutdowns shutdowns;
    private final Watchdogs watchdogs;
    private final List<StateElement> elements;

    @Inject
    DomainVcpus(
            VcpuPolicy policy,
            EventInterrupt interrupt,
            StandardUpcalls upcalls,
            Runstates runstates,
            Pollers pollers,
            Shutdowns shutdowns,
            Watchdogs watchdogs) {
        this.policy = policy;
        this.interrupt = interrupt;
        this.upcalls = upcalls;
        this.runstates = runstates;
        this.pollers = pollers;
        this.shutdowns = shutdowns;
        this.watchdogs = watchdogs;
        elements = List.of(upcalls, runstates, pollers, shutdowns, watchdogs);
    }

    /**
     * Hears {@link Personality#entered}.
     *
     * @param vcpu the vCPU
     */
    public void entered(VirtualProcessor vcpu) {
        runstates.entered(vcpu);
    }

    /**
     * Hears {@link Personality#left}.
     *
     * @param vcpu the vCPU
     */
    public void left(VirtualProcessor vcpu) {
        runstates.left(vcpu);
    }

    /**
     * A vCPU that has stopped is paused: it does not run before somebody outside the guest lets it.
     *
     * @param vcpu the vCPU
     */
    public void paused(VirtualProcessor vcpu) {
        runstates.paused(vcpu.index());
    }

    /** The hypervisor cannot go on with the guest: every vCPU that is on stops, as if the guest had said that it crashed. */
    public void crash() {
        shutdowns.crash();
    }

    /**
     * Hears {@link Personality#trapped}.
     *
     * @param vcpu the vCPU
     */
    public void trapped(VirtualProcessor vcpu) {
        interrupt.trapped(vcpu.index());
    }

    /**
     * Hears {@link Personality#attention}; never diverts the guest.
     *
     * @param vcpu the vCPU
     */
    public void attention(VirtualProcessor vcpu) {
        // Whatever it slept for, it does not any more.
        pollers.end(vcpu.index());
    }

    /**
     * Answers {@link Personality#wakes}.
     *
     * @param vcpu the vCPU
     * @return true if it goes on
     */
    public boolean wakes(VirtualProcessor vcpu) {
        return interrupt.wakes(vcpu.index());
    }

    /**
     * Answers {@link Personality#obstacle}.
     *
     * @param vcpu the vCPU
     * @return the exit, or empty
     */
    public Optional<VcpuExit> obstacle(VirtualProcessor vcpu) {
        return shutdowns.exit(vcpu.index());
    }

    /**
     * Answers {@link Personality#nextDeadline}.
     *
     * @return when a watchdog runs out
     */
    public long nextDeadline() {
        return watchdogs.nextDeadline();
    }

    /** Hears {@link Personality#deadlinePassed}. */
    public void deadlinePassed() {
        watchdogs.pass();
    }

    /**
     * Hears {@link Personality#turnedOn}.
     *
     * @param vcpu the vCPU
     */
    public void turnedOn(VirtualProcessor vcpu) {
        runstates.turnedOn(vcpu.index());
    }

    /**
     * Hears {@link Personality#turnedOff}. The vcpu_info stays where it is.
     *
     * @param vcpu the vCPU
     */
    public void turnedOff(VirtualProcessor vcpu) {
        runstates.turnedOff(vcpu.index());
        pollers.end(vcpu.index());
        shutdowns.forget(vcpu.index());
    }

    /**
     * Hears {@link Personality#reset(VirtualProcessor)}: the vCPU has registered nothing.
     *
     * @param vcpu the vCPU
     */
    public void reset(VirtualProcessor vcpu) {
        upcalls.reset(vcpu.index());
        runstates.reset(vcpu.index());
        pollers.end(vcpu.index());
        shutdowns.forget(vcpu.index());
    }

    /**
     * Tells whether a page holds a vcpu_info that a vCPU has registered.
     *
     * @param physical physical address of the page
     * @return true if the hypervisor writes to it
     */
    public boolean uses(long physical) {
        return upcalls.uses(physical);
    }

    @Override
    public String stateName() {
        return "vcpus";
    }

    /** Memory, interrupt controller and clock are reset already. */
    @Override
    public void reset() {
        elements.forEach(StateElement::reset);
    }

    @Override
    public void save(StateWriter writer) {
        writer.text(UPCALL, variant());
        elements.forEach(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        String saved = reader.text(UPCALL);
        if (!saved.equals(variant())) {
            throw reader.invalid(UPCALL, "is " + saved + ", and this machine was configured with " + variant());
        }
        elements.forEach(reader::element);
    }

    /** What the state of the interrupt controller depends on. */
    private String variant() {
        return policy.upcall().text() + " on " + policy.eventInterrupt();
    }
}
