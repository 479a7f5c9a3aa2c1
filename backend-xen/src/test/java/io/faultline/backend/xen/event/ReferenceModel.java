/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.EventWord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a guest of one machine sees, thought from the guest's side: ports are objects, a FIFO queue is a list of what the guest
 * has not taken yet. There are no tails and no event words: what those must be is found out when they are compared.
 */
final class ReferenceModel {
    private static final int EINVAL = -22;

    static final class Port {
        String kind = "closed";
        int peer;
        int virq;
        int vcpu;
        int priority = 7;
        boolean latched;
        boolean pending;
        boolean masked;
        /** The queue in which the port is, null for none. */
        Deque<Integer> queue;
        /** Masked and pending of the other ABI, as they were left. */
        boolean bitPending;

        boolean bitMasked;
    }

    private final int vcpus;
    private final int limit;
    final Map<Integer, Port> ports = new TreeMap<>();
    final List<List<Deque<Integer>>> queues = new ArrayList<>();
    final int[] edges;
    final boolean[] upcall;
    final List<TreeSet<Integer>> selector = new ArrayList<>();
    final List<TreeSet<Integer>> ready = new ArrayList<>();
    /** Per vCPU and priority: whether the guest holds the rest of the queue already. */
    final boolean[][] held;

    boolean fifo;
    int pages;
    int known = 64;
    long wakes;

    ReferenceModel(int vcpus, int limit) {
        this.vcpus = vcpus;
        this.limit = limit;
        edges = new int[vcpus];
        upcall = new boolean[vcpus];
        held = new boolean[vcpus][16];
        for (int i = 0; i < vcpus; i++) {
            selector.add(new TreeSet<>());
            ready.add(new TreeSet<>());
            List<Deque<Integer>> own = new ArrayList<>();
            for (int j = 0; j < 16; j++) {
                own.add(new ArrayDeque<>());
            }
            queues.add(own);
        }
    }

    Port port(int number) {
        return ports.computeIfAbsent(number, n -> new Port());
    }

    private boolean has(int number) {
        return number >= 0 && number < known;
    }

    private boolean isOpen(int number) {
        return has(number) && number > 0 && !port(number).kind.equals("closed");
    }

    private int lowest() {
        for (int number = 1; number <= limit; number++) {
            Port port = port(number);
            if (port.kind.equals("closed") && (!fifo || port.queue == null)) {
                return number;
            }
        }
        return -28;
    }

    private int take(String kind, int vcpu) {
        int number = lowest();
        if (number > 0) {
            known = Math.max(known, (number / 64 + 1) * 64);
            Port port = port(number);
            port.kind = kind;
            port.vcpu = vcpu;
            port.priority = 7;
        }
        return number;
    }

    int allocUnbound() {
        return take("unbound", 0);
    }

    int bindIpi(int vcpu) {
        return vcpu >= vcpus ? -2 : take("ipi", vcpu);
    }

    int bindVirq(int virq, int vcpu) {
        if (virq > 23 || virq != 0 && virq != 1 && virq != 7 && virq != 13 && vcpu != 0) {
            return EINVAL;
        }
        if (vcpu >= vcpus) {
            return -2;
        }
        boolean perVcpu = virq == 0 || virq == 1 || virq == 7 || virq == 13;
        if (!perVcpu && virq != 11) {
            return -16;
        }
        for (Port port : ports.values()) {
            if (port.kind.equals("virq") && port.virq == virq && (!perVcpu || port.vcpu == vcpu)) {
                return -17;
            }
        }
        int number = take("virq", vcpu);
        if (number > 0) {
            port(number).virq = virq;
        }
        return number;
    }

    int connect(int remote) {
        boolean offered = has(remote) && remote > 0 && port(remote).kind.equals("unbound");
        if (!offered) {
            return lowest() < 0 ? lowest() : EINVAL;
        }
        int number = take("connected", 0);
        if (number < 0) {
            return number;
        }
        port(number).peer = remote;
        port(remote).kind = "connected";
        port(remote).peer = number;
        event(number);
        return number;
    }

    int close(int number) {
        if (!isOpen(number)) {
            return EINVAL;
        }
        Port port = port(number);
        if (port.kind.equals("connected")) {
            port(port.peer).kind = "unbound";
        }
        port.kind = "closed";
        port.vcpu = 0;
        if (fifo) {
            port.pending = false;
        } else {
            port.bitPending = false;
        }
        return 0;
    }

    int send(int number) {
        if (!isOpen(number) || port(number).kind.equals("virq")) {
            return EINVAL;
        }
        Port port = port(number);
        if (port.kind.equals("connected")) {
            event(port.peer);
        } else if (port.kind.equals("ipi")) {
            event(number);
        }
        return 0;
    }

    void virq(int virq, int vcpu) {
        for (Map.Entry<Integer, Port> entry : ports.entrySet()) {
            Port port = entry.getValue();
            if (port.kind.equals("virq") && port.virq == virq && (virq == 11 || port.vcpu == vcpu)) {
                event(entry.getKey());
                return;
            }
        }
    }

    int bindVcpu(int number, int vcpu) {
        if (vcpu >= vcpus) {
            return -2;
        }
        if (!isOpen(number)) {
            return EINVAL;
        }
        Port port = port(number);
        if (port.kind.equals("ipi") || port.kind.equals("virq") && port.virq != 11) {
            return EINVAL;
        }
        port.vcpu = vcpu;
        return 0;
    }

    int setPriority(int number, int priority) {
        if (!has(number)) {
            return EINVAL;
        }
        if (!fifo) {
            return -38;
        }
        if (!isOpen(number)) {
            return -13;
        }
        if (priority > 15) {
            return EINVAL;
        }
        port(number).priority = priority;
        return 0;
    }

    int unmask(int number) {
        if (!has(number)) {
            return EINVAL;
        }
        if (!isOpen(number)) {
            return 0;
        }
        Port port = port(number);
        if (fifo) {
            if (number < pages * 1024) {
                port.masked = false;
                if (port.pending) {
                    event(number);
                }
            }
        } else if (port.bitMasked) {
            port.bitMasked = false;
            if (port.bitPending && selector.get(port.vcpu).add(number / 64)) {
                interrupt(port.vcpu);
            }
        }
        return 0;
    }

    private void event(int number) {
        Port port = port(number);
        if (!fifo) {
            if (!port.bitPending) {
                port.bitPending = true;
                if (!port.bitMasked && selector.get(port.vcpu).add(number / 64)) {
                    interrupt(port.vcpu);
                }
                wakes++;
            }
            return;
        }
        if (number >= pages * 1024) {
            port.latched = true;
            return;
        }
        boolean before = port.pending;
        port.pending = true;
        if (!port.masked && port.queue == null) {
            Deque<Integer> queue = queues.get(port.vcpu).get(port.priority);
            boolean first = queue.isEmpty();
            queue.addLast(number);
            port.queue = queue;
            if (first && ready.get(port.vcpu).add(port.priority)) {
                interrupt(port.vcpu);
            }
        }
        if (!before) {
            wakes++;
        }
    }

    private void interrupt(int vcpu) {
        if (!upcall[vcpu]) {
            upcall[vcpu] = true;
            edges[vcpu]++;
        }
    }

    /** The guest turns the FIFO ABI on for all vCPUs, in zeroed memory. */
    void useFifo() {
        fifo = true;
        for (Port port : ports.values()) {
            port.latched |= port.bitPending;
            port.priority = 7;
        }
    }

    void expand() {
        pages++;
        for (Map.Entry<Integer, Port> entry : ports.entrySet()) {
            int number = entry.getKey();
            if (number / 1024 == pages - 1 && number < known && entry.getValue().latched) {
                event(number);
            }
        }
    }

    /** The guest takes the first element of the first queue that it knows not to be empty. Returns the port if handled. */
    int takeOne(int vcpu) {
        upcall[vcpu] = false;
        for (int priority : ready.get(vcpu)) {
            held[vcpu][priority] = true;
        }
        ready.get(vcpu).clear();
        for (int priority = 0; priority < 16; priority++) {
            if (held[vcpu][priority]) {
                Deque<Integer> queue = queues.get(vcpu).get(priority);
                int number = queue.removeFirst();
                held[vcpu][priority] = !queue.isEmpty();
                Port port = port(number);
                port.queue = null;
                if (port.pending && !port.masked) {
                    port.pending = false;
                    return number;
                }
                return 0;
            }
        }
        return -1;
    }

    String told(int number) {
        if (!has(number)) {
            return "error -22";
        }
        Port port = port(number);
        switch (port.kind) {
            case "unbound":
                return "unbound for 1 vcpu " + port.vcpu;
            case "connected":
                return "connected to 1:" + port.peer + " vcpu " + port.vcpu;
            case "virq":
                return "virq " + port.virq + " vcpu " + port.vcpu;
            default:
                return port.kind + " vcpu " + port.vcpu;
        }
    }

    /** The event word of a port: its link is whatever comes after it. */
    int word(int number) {
        Port port = port(number);
        int next = 0;
        if (port.queue != null) {
            boolean found = false;
            for (int other : port.queue) {
                if (found) {
                    next = other;
                    break;
                }
                found = other == number;
            }
        }
        return (port.pending ? EventWord.PENDING : 0)
                | (port.masked ? EventWord.MASKED : 0)
                | (port.queue != null ? EventWord.LINKED : 0)
                | next;
    }
}
