/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The faults that have not come to their end, by vCPU and by the page they await. The only place where a fault changes its
 * state, so that index and ledger always agree with it.
 */
final class FaultRegistry {
    private static final Comparator<Fault> IN_ORDER = Comparator.comparingLong(Fault::number);

    private final FaultLedger ledger;
    private final List<List<Fault>> byVcpu = new ArrayList<>();
    private final TreeMap<Long, List<Fault>> byPage = new TreeMap<>();
    private long next;

    FaultRegistry(int vcpus, FaultLedger ledger) {
        this.ledger = ledger;
        for (int i = 0; i < vcpus; i++) {
            byVcpu.add(new ArrayList<>());
        }
    }

    /** Number for the next fault. */
    long nextNumber() {
        return next++;
    }

    /** Takes a fault in, new or saved. */
    void add(Fault fault) {
        next = Math.max(next, fault.number() + 1);
        byVcpu.get(fault.vcpu()).add(fault);
        if (fault.state().awaitsPage()) {
            byPage.computeIfAbsent(fault.page(), page -> new ArrayList<>()).add(fault);
        }
    }

    /** Starts a life with its first event. */
    void start(Fault fault, FaultEvent event) {
        FaultState first = FaultLife.next(fault.state(), event);
        ledger.move(fault.state(), first);
        fault.state(first);
        add(fault);
    }

    /** Moves a fault on. */
    void move(Fault fault, FaultEvent event) {
        FaultState from = fault.state();
        FaultState to = FaultLife.next(from, event);
        ledger.move(from, to);
        fault.state(to);
        if (from.awaitsPage() && !to.awaitsPage()) {
            List<Fault> waiters = byPage.getOrDefault(fault.page(), List.of());
            requirePresent(waiters.remove(fault), fault);
            if (waiters.isEmpty()) {
                byPage.remove(fault.page());
            }
        }
        if (to.isOver()) {
            requirePresent(byVcpu.get(fault.vcpu()).remove(fault), fault);
        }
    }

    private static void requirePresent(boolean present, Fault fault) {
        if (!present) {
            throw new HypervisorException(
                    ErrorId.INTERNAL, "a page fault is not where it belongs", "vCPU " + fault.vcpu(), "");
        }
    }

    /** The fault that a further access of this vCPU to the page belongs to. */
    Optional<Fault> awaiting(int vcpu, long page) {
        for (Fault fault : byPage.getOrDefault(page, List.of())) {
            if (fault.vcpu() == vcpu) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }

    /** The faults that await a page, in their order; a copy. */
    List<Fault> waiters(long page) {
        return List.copyOf(byPage.getOrDefault(page, List.of()));
    }

    /** The pages that are awaited, by address; a copy. */
    SortedSet<Long> awaitedPages() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(byPage.keySet()));
    }

    /** The faults of a vCPU, in their order; a copy. */
    List<Fault> of(int vcpu) {
        return List.copyOf(byVcpu.get(vcpu));
    }

    /** All faults, in their order; a copy. */
    List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        byVcpu.forEach(all::addAll);
        all.sort(IN_ORDER);
        return all;
    }

    /** Announced faults of a vCPU that have not come to their end. */
    int outstanding(int vcpu) {
        return count(vcpu, FaultState.Account.OUTSTANDING);
    }

    private int count(int vcpu, FaultState.Account account) {
        int count = 0;
        for (Fault fault : byVcpu.get(vcpu)) {
            if (fault.state().account() == account) {
                count++;
            }
        }
        return count;
    }

    /** Whether any fault of the machine holds a token. */
    boolean isTokenInUse(long token) {
        for (List<Fault> faults : byVcpu) {
            for (Fault fault : faults) {
                if (fault.holds(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Forgets everything without a word. */
    void clear() {
        byVcpu.forEach(List::clear);
        byPage.clear();
        next = 0;
    }
}
