/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.pagefault.FaultTicket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Synchronous paging: a page is asked for once and the vCPU waits. */
public final class ScriptedFaults implements AsyncPageFaults, PageSink {
    private final ScriptedMachine machine;
    private final ScriptedMemory memory;
    private final Map<MemoryRegion, PageSource> sources = new LinkedHashMap<>();
    private final Set<Long> fetching = new TreeSet<>();
    private FaultDecision decision = FaultDecision.ACCEPT_ALL;
    private long pageIns;
    private long failures;

    ScriptedFaults(ScriptedMachine machine, ScriptedMemory memory) {
        this.machine = machine;
        this.memory = memory;
    }

    /** Touches a page as a guest; false if it is not there yet. A lost page is an abort, which the script ignores. */
    boolean touch(long page) {
        return touch(page, 0, AccessKind.READ);
    }

    private boolean touch(long page, int vcpu, AccessKind access) {
        if (memory.residency(page) == PageResidency.RESIDENT) {
            return true;
        }
        sources.forEach((range, source) -> {
            if (range.contains(page, PageSize.BYTES)) {
                source.fetchNow(page, this);
            }
        });
        if (memory.residency(page) == PageResidency.POISONED) {
            return true;
        }
        if (fetching.add(page)) {
            pageIns++;
            sources.forEach((range, source) -> {
                if (range.contains(page, PageSize.BYTES)) {
                    source.request(new PageRequest(page, vcpu, access, machine.nanos()));
                }
            });
        }
        return false;
    }

    /** The ranges that sources serve, in the order in which they were attached. */
    public List<MemoryRegion> attached() {
        return List.copyOf(sources.keySet());
    }

    @Override
    public SourceHandle attach(MemoryRegion range, PageSource source) {
        sources.put(range, source);
        return () -> sources.remove(range);
    }

    @Override
    public byte[] evict(long page) {
        return memory.remove(page);
    }

    @Override
    public void discard(long page) {
        memory.remove(page);
    }

    @Override
    public void request(long page, AccessKind access) {
        touch(page, -1, access);
    }

    @Override
    public void decideBy(FaultDecision newDecision) {
        decision = newDecision;
    }

    /** Who decides. */
    public FaultDecision decision() {
        return decision;
    }

    @Override
    public boolean complete(long page, byte[] content) {
        arrived(page, content);
        return true;
    }

    @Override
    public boolean fail(long page, String reason) {
        failed(page, reason);
        return true;
    }

    @Override
    public void poll() {
        sources.values().forEach(source -> source.poll(machine.nanos(), this));
    }

    @Override
    public List<FaultTicket> outstanding() {
        return List.of();
    }

    @Override
    public FaultCounters counters() {
        return new FaultCounters(
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, pageIns, failures, 13, new TreeMap<>(Map.of("not-enabled", pageIns)));
    }

    @Override
    public void arrived(long page, byte[] content) {
        fetching.remove(page);
        memory.put(page, content);
    }

    @Override
    public void failed(long page, String reason) {
        fetching.remove(page);
        failures++;
    }

    @Override
    public void poisoned(long page) {
        memory.poison(page);
    }
}
