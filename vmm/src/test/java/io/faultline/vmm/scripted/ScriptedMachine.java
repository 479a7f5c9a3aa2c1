/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.machine.InterruptLines;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VirtualClock;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A machine of {@link ScriptedBackend}: one nanosecond per instruction. */
public final class ScriptedMachine implements Machine, VirtualClock {
    private final List<ScriptedVcpu> vcpus = new ArrayList<>();
    private final List<Integer> log = new ArrayList<>();
    private final ScriptedMemory memory;
    private final Optional<ScriptedFaults> faults;
    private final Optional<ScriptedNotifications> notifications;
    private final CapabilitySet capabilities;
    private long nanos;
    private OptionalLong timer = OptionalLong.empty();
    private boolean closed;
    private final List<String> lineLog = new ArrayList<>();
    private final InterruptLines lines = new Lines();
    private final Optional<ScriptedConsole> console;
    private final List<PlatformNode> nodes;
    private final Optional<ScriptedSynic> synic;

    ScriptedMachine(
            MachineRequest request,
            List<List<Move>> scripts,
            boolean paging,
            CapabilitySet capabilities,
            Optional<ScriptedConsole> console,
            List<PlatformNode> nodes) {
        this.console = console;
        this.nodes = nodes;
        this.capabilities = capabilities;
        this.notifications = capabilities.has(Capabilities.SDEI)
                ? Optional.of(new ScriptedNotifications(request.channels()))
                : Optional.empty();
        this.synic = capabilities.has(Capabilities.SYNIC)
                ? Optional.of(new ScriptedSynic(request.vcpus()))
                : Optional.empty();
        this.memory = new ScriptedMemory(request.memory());
        this.faults = paging ? Optional.of(new ScriptedFaults(this, memory)) : Optional.empty();
        for (int i = 0; i < request.vcpus(); i++) {
            vcpus.add(new ScriptedVcpu(this, i, i < scripts.size() ? scripts.get(i) : List.of(Move.powerOff())));
        }
    }

    /** The indices of the vCPUs in the order in which they were run. */
    public List<Integer> log() {
        return log;
    }

    public ScriptedVcpu scripted(int index) {
        return vcpus.get(index);
    }

    public ScriptedFaults faults() {
        return faults.orElseThrow();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Loses the content of a page. */
    public void poison(long page) {
        memory.poison(page);
    }

    /** Sets what nextDeadline reports, apart from page sources. */
    public void timer(long deadline) {
        timer = OptionalLong.of(deadline);
    }

    void executed(long instructions) {
        nanos += instructions;
    }

    void poll() {
        faults.ifPresent(ScriptedFaults::poll);
    }

    @Override
    public CapabilitySet capabilities() {
        return capabilities;
    }

    @Override
    public List<Vcpu> vcpus() {
        return List.copyOf(vcpus);
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public VirtualClock clock() {
        return this;
    }

    @Override
    public Optional<AsyncPageFaults> asyncPageFaults() {
        return faults.map(AsyncPageFaults.class::cast);
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return notifications.map(EventNotifications.class::cast);
    }

    public ScriptedNotifications events() {
        return notifications.orElseThrow();
    }

    @Override
    public Optional<InterruptLines> interruptLines() {
        return faults.isEmpty() ? Optional.empty() : Optional.of(lines);
    }

    /** What was done to the lines, for example {@code 33+} and {@code 33-}. */
    public List<String> lineLog() {
        return lineLog;
    }

    private final class Lines implements InterruptLines {
        private final TreeSet<Integer> high = new TreeSet<>();

        @Override
        public int count() {
            return 224;
        }

        @Override
        public void setLevel(InterruptId interrupt, boolean level) {
            if (level ? high.add(interrupt.number()) : high.remove(interrupt.number())) {
                lineLog.add(interrupt.number() + (level ? "+" : "-"));
            }
        }

        @Override
        public boolean isHigh(InterruptId interrupt) {
            return high.contains(interrupt.number());
        }
    }

    @Override
    public Optional<ParavirtualConsole> console() {
        return console.map(ParavirtualConsole.class::cast);
    }

    @Override
    public List<PlatformNode> platformNodes() {
        return nodes;
    }

    @Override
    public Optional<SyntheticInterrupts> syntheticInterrupts() {
        return synic.map(SyntheticInterrupts.class::cast);
    }

    @Override
    public Optional<String> acpiIdentity() {
        return synic.map(present -> "Scripted");
    }

    public ScriptedSynic synic() {
        return synic.orElseThrow();
    }

    @Override
    public SortedMap<String, Long> counters() {
        return new TreeMap<>(java.util.Map.of("scripted.runs", (long) log.size()));
    }

    @Override
    public void reset() {}

    @Override
    public SavedState save() {
        StateWriter writer = new StateWriter();
        writer.word("nanos", nanos);
        memory.save(writer.section("memory"));
        synic.ifPresent(present -> present.save(writer.section("synic")));
        vcpus.forEach(vcpu -> vcpu.save(writer.section("vcpu." + vcpu.index())));
        return new SavedState("scripted", 1, writer.values());
    }

    @Override
    public void restore(SavedState state) {
        StateReader reader = state.reader();
        nanos = reader.word("nanos");
        memory.restore(reader.section("memory"));
        synic.ifPresent(present -> present.restore(reader.section("synic")));
        vcpus.forEach(vcpu -> vcpu.restore(reader.section("vcpu." + vcpu.index())));
        reader.finish();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public OptionalLong nextDeadline() {
        return timer;
    }

    @Override
    public void skipTo(long time) {
        nanos = Math.max(nanos, time);
    }
}
