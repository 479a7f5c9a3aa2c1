/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.mmu.Stage2;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A hypervisor whose calls block, end and stop, and which writes down what it hears. */
final class BlockingPersonality implements Personality {
    /** Blocks until the time in X1. */
    static final int BLOCK = 0xC600_0001;
    /** Ends the run. */
    static final int EXIT = 0xC600_0002;
    /** SYSTEM_OFF if X1 is 0, else SYSTEM_RESET. */
    static final int SHUT_DOWN = 0xC600_0003;
    /** Takes as many nanoseconds as X1 says. */
    static final int ELAPSE = 0xC600_0004;
    /** What {@link #EXIT} gives the VMM. */
    static final VcpuExit BYE = new VcpuExit.BackendSpecific("test:bye", new TreeMap<>());

    private Host host;
    private long deadline = VirtualClock.NEVER;

    final List<String> seen = new ArrayList<>();
    boolean wakes;
    /** Whether what is forbidden is allowed when it is tried. */
    boolean allows;

    int attentions;
    Optional<VcpuExit> obstacle = Optional.empty();

    Host host() {
        return host;
    }

    void deadline(long nanos) {
        deadline = nanos;
    }

    @Override
    public void attach(Host newHost) {
        host = newHost;
    }

    @Override
    public AbsentPageHandler absentPages() {
        return new ScriptedPages(host);
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        switch (function) {
            case BLOCK -> vcpu.block(vcpu.pe().x(1));
            case EXIT -> vcpu.exit(BYE);
            case ELAPSE -> host.elapse(vcpu.pe().x(1));
            case SHUT_DOWN ->
                vcpu.shutDown(vcpu.pe().x(1) == 0 ? VcpuExit.SystemEvent.Kind.OFF : VcpuExit.SystemEvent.Kind.RESET);
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        attentions++;
        return false;
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return wakes;
    }

    @Override
    public void entered(VirtualProcessor vcpu) {
        seen.add("entered " + vcpu.index() + " " + host.now());
    }

    @Override
    public void left(VirtualProcessor vcpu) {
        String state = !vcpu.isOn() ? " off" : vcpu.isBlocked() ? " blocked" : vcpu.isWaitingForPage() ? " page" : "";
        seen.add("left " + vcpu.index() + " " + host.now() + state);
    }

    @Override
    public void trapped(VirtualProcessor vcpu) {
        seen.add("trapped " + vcpu.pe().trapSyndrome().exceptionClass().orElseThrow());
    }

    @Override
    public Optional<VcpuExit> obstacle(VirtualProcessor vcpu) {
        Optional<VcpuExit> once = obstacle;
        obstacle = Optional.empty();
        return once;
    }

    @Override
    public boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        seen.add("forbidden " + access + " 0x" + Long.toHexString(page) + (stage1Walk ? " walk" : ""));
        if (allows) {
            host.stage2().permit(page, Stage2.ALL);
        }
        return allows;
    }

    @Override
    public long nextDeadline(VirtualProcessor vcpu) {
        return vcpu.index() == 0 ? deadline : VirtualClock.NEVER;
    }

    @Override
    public long nextDeadline() {
        return deadline;
    }

    @Override
    public void deadlinePassed() {
        seen.add("deadline " + host.now());
        deadline = VirtualClock.NEVER;
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        seen.add("on " + vcpu.index());
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        seen.add("off " + vcpu.index());
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        // nothing is kept
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.empty();
    }

    @Override
    public String stateName() {
        return "blocking";
    }

    @Override
    public void reset() {
        deadline = VirtualClock.NEVER;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("deadline", deadline);
    }

    @Override
    public void restore(StateReader reader) {
        deadline = reader.word("deadline");
    }
}
