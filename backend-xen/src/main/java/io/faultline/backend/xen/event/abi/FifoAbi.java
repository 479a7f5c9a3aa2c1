/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.vcpu.Upcalls;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The FIFO ABI: an event word for each port, linked into 16 queues for each vCPU (xen.md 4.5).
 *
 * <p>Nothing that is read from the guest is used as an index: the guest can lose its own events, and that is all.
 *
 * @since 0.1
 */
@Singleton
public class FifoAbi implements EventAbi {
    /** How often the queues of a port may change while they are being locked (XEN-133). */
    static final int LOCK_TRIES = 3;

    private static final int CONTENDED = -1;

    private final PortTable ports;
    private final EventArray array;
    private final FifoQueues queues;
    private final LinkWriter links;
    private final Interleaving interleaving;
    private final Upcalls upcalls;
    private final Undeliverable undeliverable;

    /**
     * Makes the ABI.
     *
     * @param ports the ports
     * @param array the event words
     * @param queues the queues
     * @param links how a port is appended
     * @param interleaving what happens in between
     * @param upcalls the vCPUs
     * @param undeliverable what becomes of an event that has nowhere to go
     */
    @Inject
    public FifoAbi(
            PortTable ports,
            EventArray array,
            FifoQueues queues,
            LinkWriter links,
            Interleaving interleaving,
            Upcalls upcalls,
            Undeliverable undeliverable) {
        this.ports = ports;
        this.array = array;
        this.queues = queues;
        this.links = links;
        this.interleaving = interleaving;
        this.upcalls = upcalls;
        this.undeliverable = undeliverable;
    }

    @Override
    public int capacity() {
        return PortTable.MOST_PORTS;
    }

    @Override
    public void setPending(int port, int vcpu) {
        if (!array.covers(port)) {
            ports.latch(port);
            return;
        }
        int last = lockQueues(port, vcpu);
        if (last == CONTENDED) {
            return;
        }
        boolean hasBlock = queues.hasBlock(vcpu);
        if (!hasBlock && undeliverable == Undeliverable.DROPPED) {
            return;
        }
        boolean wasPending = array.testAndSet(port, EventWord.PENDING);
        if (hasBlock && (array.load(port) & EventWord.MASKED) == 0 && !array.testAndSet(port, EventWord.LINKED)) {
            link(port, vcpu, last);
        }
        if (!wasPending) {
            upcalls.wakePollers(port);
        }
    }

    /** The queue on which the port was last; nobody else uses it or the one to which the port goes until this is over. */
    private int lockQueues(int port, int vcpu) {
        for (int i = 0; i < LOCK_TRIES; i++) {
            int last = ports.lastQueue(port);
            int queue = FifoQueues.queue(vcpu, ports.priority(port));
            interleaving.beforeQueueLock(port);
            if (ports.lastQueue(port) == last && FifoQueues.queue(vcpu, ports.priority(port)) == queue) {
                return last;
            }
        }
        return CONTENDED;
    }

    private void link(int port, int vcpu, int last) {
        int queue = FifoQueues.queue(vcpu, ports.priority(port));
        if (queues.tail(last) == port) {
            queues.tail(last, 0);
        }
        if (queue != last) {
            ports.lastQueue(port, queue);
        }
        int tail = queues.tail(queue);
        boolean appended = tail != 0 && links.append(tail, port);
        if (!appended) {
            queues.head(queue, port);
        }
        queues.tail(queue, port);
        if (!appended && !queues.testAndSetReady(queue)) {
            upcalls.markPending(vcpu);
        }
    }

    @Override
    public void unmask(int port, int vcpu) {
        if (array.covers(port)) {
            array.testAndClear(port, EventWord.MASKED);
            if (isPending(port)) {
                setPending(port, vcpu);
            }
        }
    }

    @Override
    public void clearPending(int port) {
        if (array.covers(port)) {
            array.testAndClear(port, EventWord.PENDING);
        }
    }

    @Override
    public boolean isPending(int port) {
        return array.covers(port) && (array.load(port) & EventWord.PENDING) != 0;
    }

    @Override
    public Readiness readiness(int port, int vcpu) {
        if (!array.covers(port) || !queues.hasBlock(vcpu)) {
            return Readiness.NOWHERE;
        }
        int word = array.load(port);
        if ((word & EventWord.MASKED) != 0) {
            return Readiness.MASKED;
        }
        int queue = FifoQueues.queue(vcpu, ports.priority(port));
        int tail = queues.tail(queue);
        boolean empty = tail == 0 || (array.load(tail) & EventWord.LINKED) == 0;
        boolean idle = (word & (EventWord.PENDING | EventWord.LINKED)) == 0 && empty && !queues.isReady(queue);
        return idle && !upcalls.isMarked(vcpu) ? Readiness.SIGNALS : Readiness.BUSY;
    }

    @Override
    public boolean isBusy(int port) {
        return array.covers(port) && (array.load(port) & EventWord.LINKED) != 0;
    }

    /** The event stays in the queue in which it is (XEN-120): no emulator has this ABI. */
    @Override
    public void redeliver(int port, int vcpu) {}

    void clear() {
        queues.clear();
        array.clear();
    }

    void save(StateWriter writer) {
        array.save(writer);
        queues.save(writer);
    }

    void restore(StateReader reader, GuestFrames guest) {
        array.restore(reader, guest);
        queues.restore(reader, guest, array);
    }
}
