/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.ReadyMasking;
import io.faultline.backend.core.pagefault.Policy.ReadyScope;
import io.faultline.backend.core.pagefault.Policy.Slots;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shows ready notifications: in the order in which the data came, one place at a time, never the same twice.
 *
 * <p>A queue for each vCPU, or one for all if any vCPU may take what is ready. What waits for the guest's answer to
 * not-present is passed over until the answer is there, so that it cannot hold up the others.
 */
final class ReadyDelivery {
    private static final long WAKE_ALL = -1;
    private static final int QUEUE_WORDS = 2;
    private static final int SHOWN_WORDS = 3;

    private final Policy policy;
    private final PageFaultPorts ports;
    private final FaultRegistry registry;
    private final FaultLedger ledger;
    private final FaultTrace trace;
    private final List<Deque<Entry>> queues = new ArrayList<>();
    private final List<Deque<Entry>> shown = new ArrayList<>();
    /** The guest acknowledged while the slot was not clear, and no event has found it clear since. */
    private final boolean[] early;

    /**
     * One notification.
     *
     * @param vcpu the vCPU whose faults it ends
     * @param fault the fault; empty for a wake-all
     */
    private record Entry(int vcpu, Optional<Fault> fault) {
        boolean isHeldBack() {
            return fault.isPresent() && !fault.get().isReplied();
        }
    }

    ReadyDelivery(int vcpus, PageFaultPorts ports, FaultRegistry registry, FaultLedger ledger, FaultTrace trace) {
        this.policy = ports.policy();
        this.ports = ports;
        this.registry = registry;
        this.ledger = ledger;
        this.trace = trace;
        this.early = new boolean[vcpus];
        for (int i = 0; i < vcpus; i++) {
            queues.add(new ArrayDeque<>());
            shown.add(new ArrayDeque<>());
        }
    }

    private Deque<Entry> queue(int vcpu) {
        return queues.get(policy.readyScope() == ReadyScope.LOCAL ? vcpu : 0);
    }

    /** Puts a fault that has just become ready at the end. */
    void enqueue(Fault fault) {
        queue(fault.vcpu()).addLast(new Entry(fault.vcpu(), Optional.of(fault)));
    }

    /** Puts a wake-all at the end, unless one is waiting: one ends everything that is covered when it is shown. */
    void enqueueWakeAll(int vcpu) {
        for (Entry entry : queue(vcpu)) {
            if (entry.vcpu() == vcpu && entry.fault().isEmpty()) {
                return;
            }
        }
        queue(vcpu).addLast(new Entry(vcpu, Optional.empty()));
    }

    /** Takes a fault out that is to end otherwise. */
    void remove(Fault fault) {
        queue(fault.vcpu())
                .removeIf(entry -> entry.fault().filter(fault::equals).isPresent());
    }

    /** Drops everything of a vCPU that is queued, and everything that is shown on it. */
    void clear(int vcpu) {
        queue(vcpu).removeIf(entry -> entry.vcpu() == vcpu);
        early[vcpu] = false;
        Deque<Entry> current = shown.get(vcpu);
        if (!current.isEmpty()) {
            for (Entry entry : current) {
                entry.fault().ifPresent(fault -> registry.move(fault, FaultEvent.CANCEL));
            }
            current.clear();
            ports.ready().cancel(vcpu);
        }
    }

    /** The guest has acknowledged the oldest notification. */
    void acknowledge(int vcpu) {
        boolean byCall = policy.acknowledgement() == Acknowledgement.CALL
                || policy.acknowledgement() == Acknowledgement.WORD_AND_CALL;
        boolean retired = byCall && retire(vcpu);
        if (retired && policy.acknowledgement() == Acknowledgement.WORD_AND_CALL) {
            early[vcpu] = !ports.ready().isSlotFree(vcpu);
        }
        pump(vcpu);
    }

    /** The guest has acknowledged not-present, which may have held back ready. */
    void consumed(int vcpu) {
        early[vcpu] = policy.acknowledgement() == Acknowledgement.WORD_AND_CALL
                && !ports.ready().isSlotFree(vcpu);
        pump(vcpu);
    }

    /** Returns whether there was something to acknowledge. */
    private boolean retire(int vcpu) {
        Entry entry = shown.get(vcpu).pollFirst();
        if (entry == null) {
            return false;
        }
        ports.ready().acknowledged(vcpu);
        trace.acknowledged(vcpu, tokenOf(entry));
        entry.fault().ifPresent(fault -> registry.move(fault, FaultEvent.ACKNOWLEDGE));
        return true;
    }

    /**
     * Looks whether something can be shown although nothing happened that the engine was told of.
     *
     * <p>Not after an acknowledgement that came before the slot was clear: such a guest may acknowledge once more when it
     * has cleared the slot, and must not acknowledge what it has not seen (APF-100).
     */
    void poll(int vcpu) {
        if (!early[vcpu]) {
            pump(vcpu);
        }
    }

    /** Shows what can be shown of the queue that a vCPU belongs to. */
    void pump(int vcpu) {
        early[vcpu] = early[vcpu] && !ports.ready().isSlotFree(vcpu);
        retireCleared(vcpu);
        Iterator<Entry> entries = queue(vcpu).iterator();
        while (entries.hasNext()) {
            Entry entry = entries.next();
            if (entry.isHeldBack()) {
                continue;
            }
            int target = target(entry.vcpu());
            if (target < 0 || !ports.ready().show(target, tokenOf(entry))) {
                return;
            }
            entries.remove();
            show(target, entry);
        }
    }

    private void retireCleared(int vcpu) {
        if (policy.acknowledgement() == Acknowledgement.WORD) {
            while (!shown.get(vcpu).isEmpty() && ports.ready().isSlotFree(vcpu)) {
                retire(vcpu);
            }
        }
    }

    private void show(int target, Entry entry) {
        long token = tokenOf(entry);
        trace.ready(target, token);
        if (entry.fault().isPresent()) {
            registry.move(entry.fault().get(), FaultEvent.SHOW);
            trace.completed(entry.vcpu(), token, "ready");
        } else {
            ledger.count(FaultLedger.Tally.WAKE_ALLS);
            for (Fault fault : registry.of(entry.vcpu())) {
                if (fault.state() == FaultState.COVERED_QUEUED) {
                    registry.move(fault, FaultEvent.SHOW);
                    trace.completed(fault.vcpu(), fault.token(), "wake-all");
                }
            }
        }
        shown.get(target).addLast(entry);
        if (policy.acknowledgement() == Acknowledgement.NONE) {
            shown.get(target).removeLast();
            entry.fault().ifPresent(fault -> registry.move(fault, FaultEvent.ACKNOWLEDGE));
        }
    }

    private long tokenOf(Entry entry) {
        return entry.fault().map(Fault::token).orElseGet(() -> ports.ready().wakeAllToken());
    }

    /** The vCPU that can be shown a notification of an owner now, or -1. */
    private int target(int owner) {
        if (canShow(owner)) {
            return owner;
        }
        if (policy.readyScope() == ReadyScope.FLOATING) {
            for (int other = 0; other < shown.size(); other++) {
                if (other != owner && canShow(other)) {
                    return other;
                }
            }
        }
        return -1;
    }

    private boolean canShow(int vcpu) {
        ReadyRoute route = ports.ready();
        boolean room = shown.get(vcpu).size() < policy.readyCapacity();
        boolean free = policy.acknowledgement() == Acknowledgement.CALL || route.isSlotFree(vcpu);
        boolean apart = policy.slots() == Slots.SEPARATE || ports.notPresent().isSlotFree(vcpu);
        boolean masks = policy.readyMasking() == ReadyMasking.WITHHELD || policy.readyScope() == ReadyScope.FLOATING;
        return room && free && apart && (!masks || route.isOpen(vcpu));
    }

    /** Whether a notification of a vCPU waits to be shown. */
    boolean isQueued(int vcpu) {
        for (Entry entry : queue(vcpu)) {
            if (entry.vcpu() == vcpu) {
                return true;
            }
        }
        return false;
    }

    /** Number of notifications that are shown on a vCPU and not acknowledged. */
    int shown(int vcpu) {
        return shown.get(vcpu).size();
    }

    void forget() {
        queues.forEach(Deque::clear);
        shown.forEach(Deque::clear);
        Arrays.fill(early, false);
    }

    /**
     * Writes queues and places.
     *
     * @param indices number of each fault to its index in the saved list
     */
    void save(StateWriter writer, Map<Long, Integer> indices) {
        List<Long> queued = new ArrayList<>();
        for (Deque<Entry> queue : queues) {
            for (Entry entry : queue) {
                queued.add((long) entry.vcpu());
                queued.add(indexOf(entry, indices));
            }
        }
        List<Long> places = new ArrayList<>();
        for (int vcpu = 0; vcpu < shown.size(); vcpu++) {
            for (Entry entry : shown.get(vcpu)) {
                places.add((long) vcpu);
                places.add((long) entry.vcpu());
                places.add(indexOf(entry, indices));
            }
        }
        writer.words("queued", queued.stream().mapToLong(Long::longValue).toArray());
        long[] flags = new long[early.length];
        for (int vcpu = 0; vcpu < flags.length; vcpu++) {
            flags[vcpu] = early[vcpu] ? 1 : 0;
        }
        writer.words("early", flags);
        writer.words("shown", places.stream().mapToLong(Long::longValue).toArray());
    }

    private static long indexOf(Entry entry, Map<Long, Integer> indices) {
        return entry.fault().map(fault -> (long) indices.get(fault.number())).orElse(WAKE_ALL);
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @param faults the saved list
     */
    void restore(StateReader reader, List<Fault> faults) {
        forget();
        long[] queued = reader.words("queued");
        requireRows(reader, "queued", queued, QUEUE_WORDS);
        for (int i = 0; i < queued.length; i += QUEUE_WORDS) {
            Entry entry = entry(reader, "queued", queued[i], queued[i + 1], faults);
            boolean fits = entry.fault().isPresent()
                    ? entry.fault().get().state().isQueued()
                    : queue(entry.vcpu()).stream()
                            .noneMatch(other -> other.vcpu() == entry.vcpu()
                                    && other.fault().isEmpty());
            if (!fits || queue(entry.vcpu()).contains(entry)) {
                throw reader.invalid("queued", "has a notification that cannot wait");
            }
            queue(entry.vcpu()).addLast(entry);
        }
        long[] places = reader.words("shown");
        requireRows(reader, "shown", places, SHOWN_WORDS);
        for (int i = 0; i < places.length; i += SHOWN_WORDS) {
            int vcpu = vcpu(reader, "shown", places[i]);
            Entry entry = entry(reader, "shown", places[i + 1], places[i + 2], faults);
            boolean fits =
                    entry.fault().isEmpty() || entry.fault().get().state().isShown();
            if (!fits
                    || shown.get(vcpu).size() >= policy.readyCapacity()
                    || entry.fault().isPresent() && shown.get(vcpu).contains(entry)) {
                throw reader.invalid("shown", "has a notification that cannot be shown");
            }
            shown.get(vcpu).addLast(entry);
        }
        requireComplete(reader, faults);
        long[] flags = reader.words("early", early.length);
        for (int vcpu = 0; vcpu < flags.length; vcpu++) {
            if (flags[vcpu] != 0 && flags[vcpu] != 1) {
                throw reader.invalid("early", "has " + flags[vcpu] + " for vCPU " + vcpu);
            }
            early[vcpu] = flags[vcpu] == 1;
        }
    }

    /** Every fault that says it is queued or shown is so exactly once, and nothing is covered without a wake-all. */
    private void requireComplete(StateReader reader, List<Fault> faults) {
        long queued = queues.stream()
                .flatMap(Deque::stream)
                .filter(entry -> entry.fault().isPresent())
                .count();
        long visible = shown.stream()
                .flatMap(Deque::stream)
                .filter(entry -> entry.fault().isPresent())
                .count();
        if (queued != faults.stream().filter(fault -> fault.state().isQueued()).count()) {
            throw reader.invalid("queued", "does not have every fault that is ready");
        }
        if (visible != faults.stream().filter(fault -> fault.state().isShown()).count()) {
            throw reader.invalid("shown", "does not have every fault that is shown");
        }
        for (Fault fault : faults) {
            if (fault.state() == FaultState.COVERED_QUEUED
                    && queue(fault.vcpu()).stream()
                            .noneMatch(entry -> entry.vcpu() == fault.vcpu()
                                    && entry.fault().isEmpty())) {
                throw reader.invalid("queued", "has no wake-all for a fault that is covered by one");
            }
        }
    }

    private Entry entry(StateReader reader, String name, long vcpu, long index, List<Fault> faults) {
        int owner = vcpu(reader, name, vcpu);
        if (index == WAKE_ALL) {
            return new Entry(owner, Optional.empty());
        }
        if (index < 0 || index >= faults.size() || faults.get((int) index).vcpu() != owner) {
            throw reader.invalid(name, "names a fault that does not exist");
        }
        return new Entry(owner, Optional.of(faults.get((int) index)));
    }

    private int vcpu(StateReader reader, String name, long value) {
        if (value < 0 || value >= shown.size()) {
            throw reader.invalid(name, "names vCPU " + value);
        }
        return (int) value;
    }

    private static void requireRows(StateReader reader, String name, long[] words, int length) {
        if (words.length % length != 0) {
            throw reader.invalid(name, "has " + words.length + " words, not a multiple of " + length);
        }
    }
}
