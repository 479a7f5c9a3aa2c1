/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageDecision;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.kvm.pagefault.PageFaultFront;
import io.faultline.backend.kvm.sdei.SdeiInjector;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A machine whose pages are always there, so that nothing but events can happen to its guest. */
final class AllResident implements PageFaultFront, AbsentPageHandler, AsyncPageFaults {
    @Override
    public AbsentPageHandler attach(Host host, Optional<SdeiInjector> events) {
        return this;
    }

    @Override
    public boolean call(VirtualProcessor vcpu, int function) {
        return false;
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        throw new AssertionError("page " + Long.toHexString(page) + " is absent");
    }

    @Override
    public Optional<FaultTicket> awaited(VirtualProcessor vcpu, long page) {
        return Optional.empty();
    }

    @Override
    public void poll() {
        // nothing is under way
    }

    @Override
    public OptionalLong nextArrival() {
        return OptionalLong.empty();
    }

    @Override
    public PageResidency residency(long page) {
        return PageResidency.ABSENT;
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        // nothing to forget
    }

    @Override
    public AsyncPageFaults vmmSide() {
        return this;
    }

    @Override
    public String stateName() {
        return "all-resident";
    }

    @Override
    public void reset() {
        // nothing to forget
    }

    @Override
    public void save(StateWriter writer) {
        // nothing to save
    }

    @Override
    public void restore(StateReader reader) {
        // nothing to restore
    }

    @Override
    public SourceHandle attach(MemoryRegion range, PageSource source) {
        throw new AssertionError("no page is ever absent");
    }

    @Override
    public byte[] evict(long page) {
        throw new AssertionError("no page is ever absent");
    }

    @Override
    public void discard(long page) {
        throw new AssertionError("no page is ever absent");
    }

    @Override
    public void decideBy(FaultDecision decision) {
        // never asked
    }

    @Override
    public boolean complete(long page, byte[] content) {
        return false;
    }

    @Override
    public boolean fail(long page, String reason) {
        return false;
    }

    @Override
    public List<FaultTicket> outstanding() {
        return List.of();
    }

    @Override
    public FaultCounters counters() {
        return new FaultCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());
    }
}
