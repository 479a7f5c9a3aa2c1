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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    private final NotificationQueue[] queues;
    private final NotificationQueue[] shown;
    private final Deque<Notification> spare = new ArrayDeque<>();
    /** The vCPUs for which {@link #pump} may have an effect. */
    private final VcpuSet busy;

    private final boolean floating;
    /** The guest acknowledged while the slot was not clear, and no event has found it clear since. */
    private final boolean[] early;

    ReadyDelivery(int vcpus, PageFaultPorts ports, FaultRegistry registry, FaultLedger ledger, FaultTrace trace) {
        this.policy = ports.policy();
        this.ports = ports;
        this.registry = registry;
        this.ledger = ledger;
        this.trace = trace;
        this.early = new boolean[vcpus];
        this.floating = policy.readyScope() == ReadyScope.FLOATING;
        this.busy = new VcpuSet(vcpus);
        this.queues = queues(floating ? 1 : vcpus);
        this.shown = queues(vcpus);
    }

    private static NotificationQueue[] queues(int count) {
        NotificationQueue[] queues = new NotificationQueue[count];
        Arrays.setAll(queues, i -> new NotificationQueue());
        return queues;
    }

    private NotificationQueue queue(int vcpu) {
        return queues[floating ? 0 : vcpu];
    }

    private void addLast(NotificationQueue queue, int vcpu, @Nullable Fault fault) {
        Notification notification = spare.isEmpty() ? new Notification() : spare.removeLast();
        notification.vcpu = vcpu;
        notification.fault = fault;
        if (fault != null) {
            fault.notification = notification;
        }
        queue.addLast(notification);
    }

    /** Takes a notification out whose work is done. */
    private void remove(NotificationQueue queue, Notification notification) {
        queue.remove(notification);
        Fault fault = notification.fault;
        if (fault != null) {
            fault.notification = null;
            notification.fault = null;
        }
        spare.addLast(notification);
    }

    /** To be called when something has changed that decides whether a vCPU has to be looked at. */
    private void note(int vcpu) {
        boolean queued = !floating && !queues[vcpu].isEmpty();
        boolean clears = policy.acknowledgement() == Acknowledgement.WORD && !shown[vcpu].isEmpty();
        busy.set(vcpu, queued || clears || early[vcpu]);
    }

    /**
     * The next vCPU that a poll has to look at, or -1: one that has something to show or may have cleared what it was shown;
     * any while something floats, which each may take.
     */
    int next(int from) {
        if (floating && !queues[0].isEmpty()) {
            return from < shown.length ? from : -1;
        }
        return busy.next(from);
    }

    /** Puts a fault that has just become ready at the end. */
    void enqueue(Fault fault) {
        addLast(queue(fault.vcpu()), fault.vcpu(), fault);
        note(fault.vcpu());
    }

    /** Puts a wake-all at the end, unless one is waiting: one ends everything that is covered when it is shown. */
    void enqueueWakeAll(int vcpu) {
        if (!queue(vcpu).hasWakeAllOf(vcpu)) {
            addLast(queue(vcpu), vcpu, null);
            note(vcpu);
        }
    }

    /** Takes a fault out that is to end otherwise. */
    void remove(Fault fault) {
        Notification waiting = fault.notification;
        if (waiting != null && fault.state().isQueued()) {
            remove(queue(fault.vcpu()), waiting);
            note(fault.vcpu());
        }
    }

    /** Drops everything of a vCPU that is queued, and everything that is shown on it. */
    void clear(int vcpu) {
        NotificationQueue waiting = queue(vcpu);
        Notification each = waiting.first();
        while (each != null) {
            Notification behind = each.next;
            if (each.vcpu == vcpu) {
                remove(waiting, each);
            }
            each = behind;
        }
        early[vcpu] = false;
        NotificationQueue current = shown[vcpu];
        if (!current.isEmpty()) {
            for (Notification first = current.first(); first != null; first = current.first()) {
                Fault fault = first.fault;
                remove(current, first);
                if (fault != null) {
                    registry.move(fault, FaultEvent.CANCEL);
                }
            }
            ports.ready().cancel(vcpu);
        }
        note(vcpu);
    }

    /** The guest has acknowledged the oldest notification. */
    void acknowledge(int vcpu) {
        boolean byCall = policy.acknowledgement() == Acknowledgement.CALL
                || policy.acknowledgement() == Acknowledgement.WORD_AND_CALL;
        boolean retired = byCall && retire(vcpu);
        if (retired && policy.acknowledgement() == Acknowledgement.WORD_AND_CALL) {
            early[vcpu] = !ports.ready().isSlotFree(vcpu);
            note(vcpu);
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
        Notification oldest = shown[vcpu].first();
        if (oldest == null) {
            return false;
        }
        Fault fault = oldest.fault;
        long token = tokenOf(oldest);
        remove(shown[vcpu], oldest);
        ports.ready().acknowledged(vcpu);
        trace.acknowledged(vcpu, token);
        if (fault != null) {
            registry.move(fault, FaultEvent.ACKNOWLEDGE);
        }
        return true;
    }

    /**
     * Looks whether something can be shown although nothing happened that the engine was told of.
     *
     * <p>Not after an acknowledgement that came before the slot was clear: such a guest may acknowledge once more when it
     * has cleared the slot, and must not acknowledge what it has not seen (APF-100).
     */
    void poll() {
        for (int vcpu = next(0); vcpu >= 0; vcpu = next(vcpu + 1)) {
            if (!early[vcpu]) {
                pump(vcpu);
            }
        }
    }

    /** Shows what can be shown anywhere. */
    void pumpAll() {
        for (int vcpu = next(0); vcpu >= 0; vcpu = next(vcpu + 1)) {
            pump(vcpu);
        }
    }

    /** Shows what can be shown of the queue that a vCPU belongs to. */
    void pump(int vcpu) {
        ports.look(vcpu);
        early[vcpu] = early[vcpu] && !ports.ready().isSlotFree(vcpu);
        retireCleared(vcpu);
        NotificationQueue waiting = queue(vcpu);
        Notification each = waiting.first();
        while (each != null) {
            Notification behind = each.next;
            if (!each.isHeldBack()) {
                int target = target(each.vcpu);
                if (target < 0 || !ports.ready().show(target, tokenOf(each))) {
                    break;
                }
                int owner = each.vcpu;
                Fault fault = each.fault;
                remove(waiting, each);
                show(target, owner, fault);
                note(target);
            }
            each = behind;
        }
        note(vcpu);
    }

    private void retireCleared(int vcpu) {
        if (policy.acknowledgement() == Acknowledgement.WORD) {
            while (!shown[vcpu].isEmpty() && ports.ready().isSlotFree(vcpu)) {
                retire(vcpu);
            }
        }
    }

    private void show(int target, int owner, @Nullable Fault fault) {
        long token = tokenOf(fault);
        trace.ready(target, token);
        if (fault != null) {
            registry.move(fault, FaultEvent.SHOW);
            trace.completed(owner, token, "ready");
        } else {
            ledger.count(FaultLedger.Tally.WAKE_ALLS);
            endCovered(owner);
        }
        if (policy.acknowledgement() != Acknowledgement.NONE) {
            addLast(shown[target], owner, fault);
        } else if (fault != null) {
            registry.move(fault, FaultEvent.ACKNOWLEDGE);
        }
    }

    private void endCovered(int vcpu) {
        for (Fault fault : registry.of(vcpu)) {
            if (fault.state() == FaultState.COVERED_QUEUED) {
                registry.move(fault, FaultEvent.SHOW);
                trace.completed(fault.vcpu(), fault.token(), "wake-all");
            }
        }
    }

    private long tokenOf(Notification notification) {
        return tokenOf(notification.fault);
    }

    private long tokenOf(@Nullable Fault fault) {
        return fault != null ? fault.token() : ports.ready().wakeAllToken();
    }

    /** The vCPU that can be shown a notification of an owner now, or -1. */
    private int target(int owner) {
        if (canShow(owner)) {
            return owner;
        }
        if (floating) {
            for (int other = 0; other < shown.length; other++) {
                if (other != owner && canShow(other)) {
                    return other;
                }
            }
        }
        return -1;
    }

    private boolean canShow(int vcpu) {
        ReadyRoute route = ports.ready();
        boolean room = shown[vcpu].size() < policy.readyCapacity();
        boolean free = policy.acknowledgement() == Acknowledgement.CALL || route.isSlotFree(vcpu);
        boolean apart = policy.slots() == Slots.SEPARATE || ports.notPresent().isSlotFree(vcpu);
        boolean masks = policy.readyMasking() == ReadyMasking.WITHHELD || floating;
        return room && free && apart && (!masks || route.isOpen(vcpu));
    }

    /** Whether a notification of a vCPU waits to be shown. */
    boolean isQueued(int vcpu) {
        for (Notification each = queue(vcpu).first(); each != null; each = each.next) {
            if (each.vcpu == vcpu) {
                return true;
            }
        }
        return false;
    }

    /** Number of notifications that are shown on a vCPU and not acknowledged. */
    int shown(int vcpu) {
        return shown[vcpu].size();
    }

    void forget() {
        for (NotificationQueue queue : queues) {
            queue.clear();
        }
        Arrays.fill(early, false);
        for (int vcpu = 0; vcpu < shown.length; vcpu++) {
            shown[vcpu].clear();
            note(vcpu);
        }
    }

    /**
     * Writes queues and places.
     *
     * @param indices number of each fault to its index in the saved list
     */
    void save(StateWriter writer, Map<Long, Integer> indices) {
        List<Long> queued = new ArrayList<>();
        for (NotificationQueue queue : queues) {
            for (Notification each = queue.first(); each != null; each = each.next) {
                queued.add((long) each.vcpu);
                queued.add(indexOf(each, indices));
            }
        }
        List<Long> places = new ArrayList<>();
        for (int vcpu = 0; vcpu < shown.length; vcpu++) {
            for (Notification each = shown[vcpu].first(); each != null; each = each.next) {
                places.add((long) vcpu);
                places.add((long) each.vcpu);
                places.add(indexOf(each, indices));
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

    private static long indexOf(Notification notification, Map<Long, Integer> indices) {
        Fault fault = notification.fault;
        return fault == null ? WAKE_ALL : indices.get(fault.number());
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
            int owner = vcpu(reader, "queued", queued[i]);
            Fault fault = fault(reader, "queued", owner, queued[i + 1], faults);
            NotificationQueue queue = queue(owner);
            boolean fits = fault != null ? fault.state().isQueued() && !queue.has(fault) : !queue.hasWakeAllOf(owner);
            if (!fits) {
                throw reader.invalid("queued", "has a notification that cannot wait");
            }
            addLast(queue, owner, fault);
        }
        long[] places = reader.words("shown");
        requireRows(reader, "shown", places, SHOWN_WORDS);
        for (int i = 0; i < places.length; i += SHOWN_WORDS) {
            int vcpu = vcpu(reader, "shown", places[i]);
            int owner = vcpu(reader, "shown", places[i + 1]);
            Fault fault = fault(reader, "shown", owner, places[i + 2], faults);
            boolean fits = fault == null || fault.state().isShown() && !shown[vcpu].has(fault);
            if (!fits || shown[vcpu].size() >= policy.readyCapacity()) {
                throw reader.invalid("shown", "has a notification that cannot be shown");
            }
            addLast(shown[vcpu], owner, fault);
        }
        requireComplete(reader, faults);
        long[] flags = reader.words("early", early.length);
        for (int vcpu = 0; vcpu < flags.length; vcpu++) {
            if (flags[vcpu] != 0 && flags[vcpu] != 1) {
                throw reader.invalid("early", "has " + flags[vcpu] + " for vCPU " + vcpu);
            }
            early[vcpu] = flags[vcpu] == 1;
            note(vcpu);
        }
    }

    /** Every fault that says it is queued or shown is so exactly once, and nothing is covered without a wake-all. */
    private void requireComplete(StateReader reader, List<Fault> faults) {
        long queued = Arrays.stream(queues).mapToLong(NotificationQueue::faults).sum();
        long visible = Arrays.stream(shown).mapToLong(NotificationQueue::faults).sum();
        if (queued != faults.stream().filter(fault -> fault.state().isQueued()).count()) {
            throw reader.invalid("queued", "does not have every fault that is ready");
        }
        if (visible != faults.stream().filter(fault -> fault.state().isShown()).count()) {
            throw reader.invalid("shown", "does not have every fault that is shown");
        }
        for (Fault fault : faults) {
            if (fault.state() == FaultState.COVERED_QUEUED
                    && !queue(fault.vcpu()).hasWakeAllOf(fault.vcpu())) {
                throw reader.invalid("queued", "has no wake-all for a fault that is covered by one");
            }
        }
    }

    private static @Nullable Fault fault(StateReader reader, String name, int owner, long index, List<Fault> faults) {
        if (index == WAKE_ALL) {
            return null;
        }
        if (index < 0 || index >= faults.size() || faults.get((int) index).vcpu() != owner) {
            throw reader.invalid(name, "names a fault that does not exist");
        }
        return faults.get((int) index);
    }

    private int vcpu(StateReader reader, String name, long value) {
        if (value < 0 || value >= shown.length) {
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
