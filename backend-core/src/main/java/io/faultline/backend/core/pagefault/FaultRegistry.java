/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The faults that have not come to their end, by vCPU, by the page they await and by token. The only place where a fault
 * changes its state, so that indices, counts and ledger always agree with it.
 *
 * <p>What happens to one fault takes the same time however many others there are, and allocates nothing once there have
 * been as many before: a fault that is over is used for the next one that starts.
 */
final class FaultRegistry {
    private static final Comparator<Fault> IN_ORDER = Comparator.comparingLong(Fault::number);

    private final FaultLedger ledger;
    private final FaultIndex byVcpu = new FaultIndex(fault -> fault.ofVcpu);
    private final FaultIndex byPage = new FaultIndex(fault -> fault.ofPage);
    private final FaultIndex byToken = new FaultIndex(fault -> fault.ofToken);
    /** Those that await their page, by page and vCPU. */
    private final LongTable<Fault> awaiting = new LongTable<>();

    private final int[] outstanding;
    private final int[] unannounced;
    private final Deque<Fault> spare = new ArrayDeque<>();
    private long next;

    FaultRegistry(int vcpus, FaultLedger ledger) {
        if (vcpus > PageSize.BYTES) {
            throw new IllegalArgumentException(vcpus + " vCPUs are more than 4096");
        }
        this.ledger = ledger;
        outstanding = new int[vcpus];
        unannounced = new int[vcpus];
    }

    /** Makes the next fault; it is taken in by {@link #start}. */
    Fault create(int vcpu, long page, AccessKind access) {
        return create(next++, vcpu, page, access);
    }

    /** Makes a fault with the number that it was saved with; it is taken in by {@link #add}. */
    Fault create(long number, int vcpu, long page, AccessKind access) {
        Fault fault = spare.isEmpty() ? new Fault() : spare.removeLast();
        return fault.begin(number, vcpu, page, access);
    }

    /** Takes a fault in, new or saved. */
    void add(Fault fault) {
        next = Math.max(next, fault.number() + 1);
        byVcpu.add(fault.vcpu(), fault);
        byToken.add(fault.token(), fault);
        count(fault, 1);
        if (fault.state().awaitsPage()) {
            byPage.add(fault.page(), fault);
            awaiting.put(key(fault.vcpu(), fault.page()), fault);
        }
    }

    /** Starts a life with its first event. */
    void start(Fault fault, FaultEvent event) {
        FaultState first = FaultLife.next(fault.state(), event);
        ledger.move(fault.state(), first);
        fault.state(first);
        add(fault);
    }

    /** Moves a fault on. One that is over stays as it is until the next one is created. */
    void move(Fault fault, FaultEvent event) {
        FaultState from = fault.state();
        FaultState to = FaultLife.next(from, event);
        ledger.move(from, to);
        count(fault, -1);
        fault.state(to);
        count(fault, 1);
        if (from.awaitsPage() && !to.awaitsPage()) {
            byPage.remove(fault.page(), fault);
            awaiting.remove(key(fault.vcpu(), fault.page()));
        }
        if (to.isOver()) {
            byVcpu.remove(fault.vcpu(), fault);
            byToken.remove(fault.token(), fault);
            spare.addLast(fault);
        }
    }

    private void count(Fault fault, int amount) {
        FaultState state = fault.state();
        if (state.account() == FaultState.Account.OUTSTANDING) {
            outstanding[fault.vcpu()] += amount;
        } else if (state.isUnannounced()) {
            unannounced[fault.vcpu()] += amount;
        }
    }

    /** Takes the token of a fault away. */
    void withdrawToken(Fault fault) {
        byToken.remove(fault.token(), fault);
        fault.token(0);
        byToken.add(0, fault);
    }

    private static long key(int vcpu, long page) {
        return page | vcpu;
    }

    /** The fault that a further access of this vCPU to the page belongs to. */
    @Nullable
    Fault awaiting(int vcpu, long page) {
        return awaiting.get(key(vcpu, page));
    }

    /** The first of the faults that await a page. */
    @Nullable
    Fault firstWaiter(long page) {
        return byPage.first(page);
    }

    /** The pages that are awaited, by address; a copy. */
    long[] awaitedPages() {
        return byPage.keys();
    }

    /** The faults of a vCPU, in their order; a copy. */
    List<Fault> of(int vcpu) {
        List<Fault> faults = new ArrayList<>();
        for (Fault fault = byVcpu.first(vcpu); fault != null; fault = byVcpu.next(fault)) {
            faults.add(fault);
        }
        return faults;
    }

    /** All faults, in their order; a copy. */
    List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        for (int vcpu = 0; vcpu < outstanding.length; vcpu++) {
            all.addAll(of(vcpu));
        }
        all.sort(IN_ORDER);
        return all;
    }

    /** Announced faults of a vCPU that have not come to their end. */
    int outstanding(int vcpu) {
        return outstanding[vcpu];
    }

    /** Faults of a vCPU whose page is awaited and whose guest does not wait for ready. */
    int unannounced(int vcpu) {
        return unannounced[vcpu];
    }

    /** The oldest of those; there is one. */
    Fault oldestUnannounced(int vcpu) {
        Fault fault = byVcpu.first(vcpu);
        while (fault != null && !fault.state().isUnannounced()) {
            fault = byVcpu.next(fault);
        }
        if (fault == null) {
            throw new IllegalStateException("every fault of vCPU " + vcpu + " was announced");
        }
        return fault;
    }

    /** The first fault of a vCPU that holds a token and whose answer is missing. */
    @Nullable
    Fault unanswered(int vcpu, long token) {
        Fault fault = byToken.first(token);
        while (fault != null && (fault.vcpu() != vcpu || fault.isReplied())) {
            fault = byToken.next(fault);
        }
        return fault;
    }

    /** The first announced fault of a vCPU that holds a token and has not come to its end. */
    @Nullable
    Fault outstanding(int vcpu, long token) {
        Fault fault = byToken.first(token);
        while (fault != null && (fault.vcpu() != vcpu || fault.state().account() != FaultState.Account.OUTSTANDING)) {
            fault = byToken.next(fault);
        }
        return fault;
    }

    /** Whether any fault of the machine holds a token. */
    boolean isTokenInUse(long token) {
        return byToken.first(token) != null;
    }

    /** Forgets everything without a word. */
    void clear() {
        byVcpu.clear();
        byPage.clear();
        byToken.clear();
        awaiting.clear();
        Arrays.fill(outstanding, 0);
        Arrays.fill(unannounced, 0);
        next = 0;
    }
}
