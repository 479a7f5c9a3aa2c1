/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Absent pages without an engine: every answer is scripted by the test. */
final class ScriptedPages implements AbsentPageHandler, AsyncPageFaults {
    private final Host host;
    private final TreeMap<Long, Long> arrivals = new TreeMap<>();
    private final TreeSet<Long> poisoned = new TreeSet<>();
    private final TreeMap<Long, byte[]> stored = new TreeMap<>();

    /** What {@link #absent} answers for pages that are neither poisoned nor there at once. */
    AbsentPageDecision decision = AbsentPageDecision.STOP;
    /** How long a page takes. */
    long delay = 1_000_000;
    /** Every access brings its page at once. */
    boolean atOnce;
    /** The page is said to be there and is not. */
    boolean lies;

    final List<String> seen = new ArrayList<>();
    int polls;

    ScriptedPages(Host host) {
        this.host = host;
    }

    @Override
    public void replaced(long page) {
        // nothing is kept
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        seen.add(vcpu.index() + " " + access + " " + Long.toHexString(page));
        if (lies) {
            return AbsentPageDecision.RETRY;
        }
        if (poisoned.contains(page)) {
            return AbsentPageDecision.ABORT;
        }
        if (atOnce) {
            arrive(page);
            return AbsentPageDecision.RETRY;
        }
        arrivals.putIfAbsent(page, host.now() + delay);
        return decision;
    }

    @Override
    public Optional<FaultTicket> awaited(VirtualProcessor vcpu, long page) {
        return arrivals.containsKey(page)
                ? Optional.of(
                        new FaultTicket(vcpu.index(), page, AccessKind.READ, FaultPhase.HIDDEN, 0, Optional.empty()))
                : Optional.empty();
    }

    @Override
    public void poll() {
        polls++;
        for (long page : List.copyOf(arrivals.keySet())) {
            if (arrivals.get(page) <= host.now()) {
                arrive(page);
            }
        }
    }

    private void arrive(long page) {
        arrivals.remove(page);
        host.ram().makeResident(page, stored.getOrDefault(page, new byte[PageSize.BYTES]));
    }

    byte[] evictedContent(long page) {
        return stored.get(page);
    }

    void fail(long page) {
        arrivals.remove(page);
    }

    void poison(long page) {
        arrivals.remove(page);
        poisoned.add(page);
    }

    @Override
    public OptionalLong nextArrival() {
        return arrivals.values().stream().mapToLong(Long::longValue).min();
    }

    @Override
    public PageResidency residency(long page) {
        return poisoned.contains(page)
                ? PageResidency.POISONED
                : arrivals.containsKey(page) ? PageResidency.FETCHING : PageResidency.ABSENT;
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        seen.add("reset " + vcpu.index());
    }

    @Override
    public AsyncPageFaults vmmSide() {
        return this;
    }

    @Override
    public String stateName() {
        return "pages";
    }

    @Override
    public void reset() {
        arrivals.clear();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("poisoned", poisoned.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public void restore(StateReader reader) {
        arrivals.clear();
        poisoned.clear();
        for (long page : reader.words("poisoned")) {
            poisoned.add(page);
        }
    }

    @Override
    public SourceHandle attach(MemoryRegion range, PageSource source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] evict(long page) {
        byte[] content = new byte[PageSize.BYTES];
        host.ram().read(page, content, 0, content.length);
        stored.put(page, content);
        host.ram().makeAbsent(page);
        return content;
    }

    @Override
    public void discard(long page) {
        host.ram().makeAbsent(page);
    }

    @Override
    public void request(long page, AccessKind access) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void decideBy(FaultDecision decision) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean complete(long page, byte[] content) {
        arrivals.remove(page);
        host.ram().makeResident(page, content);
        return true;
    }

    @Override
    public boolean fail(long page, String reason) {
        fail(page);
        return true;
    }

    @Override
    public List<FaultTicket> outstanding() {
        return List.of();
    }

    @Override
    public FaultCounters counters() {
        TreeMap<String, Long> vetoes = new TreeMap<>();
        vetoes.put("limit-reached", 2L);
        return new FaultCounters(0, 0, 0, 0, 0, 0, 0, 0, seen.size(), 0, 0, 0, 0, vetoes);
    }
}
