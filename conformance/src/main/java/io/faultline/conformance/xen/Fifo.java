/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The FIFO ABI as a guest sees it: event words in array pages, a control block for each vCPU, and the walk along the
 * queues that Linux makes, with a head of its own for each queue (xen.md 4.5).
 */
final class Fifo {
    private static final int FIRST_CONTROL_PAGE = 2;
    private static final int FIRST_ARRAY_PAGE = 16;
    private static final int HEADS = 8;
    private static final int LARGEST_WALK = 100_000;

    private final XenGuest guest;
    private final int[][] heads;

    Fifo(XenGuest guest) {
        this.guest = guest;
        this.heads = new int[guest.vcpus()][Xen.QUEUES];
    }

    /** Boots a guest that uses the FIFO ABI on all vCPUs, with one array page, and has nothing to look at. */
    static Fifo boot(Scenario s, int vcpus) {
        Fifo fifo = new Fifo(XenGuest.boot(s, vcpus));
        fifo.guest.mapSharedInfo();
        fifo.guest.listen();
        fifo.start();
        return fifo;
    }

    /** Switches the domain to the FIFO ABI and adds the first array page, with all words 0. */
    void start() {
        for (int i = 0; i < guest.vcpus(); i++) {
            guest.scenario().expectEqual("result of init_control of vCPU " + i, 0, initControl(i));
        }
        guest.scenario().expectEqual("result of expand_array", 0, expand(0));
    }

    XenGuest guest() {
        return guest;
    }

    // Set-up

    GuestBlock control(int vcpu) {
        return guest.block(GuestLayout.dataPage(FIRST_CONTROL_PAGE + vcpu));
    }

    GuestBlock arrayPage(int n) {
        return guest.block(GuestLayout.dataPage(FIRST_ARRAY_PAGE + n));
    }

    /** Zeroes a control block and hands it over. */
    long initControl(int vcpu) {
        control(vcpu).fill(Xen.CONTROL_BYTES, 0);
        Arrays.fill(heads[vcpu], 0);
        return initControl(control(vcpu).gfn(), 0, vcpu);
    }

    long initControl(long gfn, long offset, long vcpu) {
        return guest.event(Xen.INIT_CONTROL, gfn, gfn >>> 32, offset, vcpu, 0, 0);
    }

    /** Adds an array page, with all words 0. */
    long expand(int page) {
        arrayPage(page).fill(4096, 0);
        return expandBy(arrayPage(page).gfn());
    }

    long expandBy(long gfn) {
        return guest.event(Xen.EXPAND_ARRAY, gfn, gfn >>> 32);
    }

    // Words

    private GuestBlock place(int port) {
        return arrayPage(port / Xen.WORDS_OF_PAGE).at(4L * (port % Xen.WORDS_OF_PAGE));
    }

    /** Address of the event word of a port. */
    long address(int port) {
        return place(port).address();
    }

    int word(int port) {
        return place(port).word(0);
    }

    void setWord(int port, int value) {
        place(port).word(0, value);
    }

    void setBits(int port, int bits) {
        setWord(port, word(port) | bits);
    }

    void clearBits(int port, int bits) {
        setWord(port, word(port) & ~bits);
    }

    boolean isPending(int port) {
        return (word(port) & Xen.PENDING) != 0;
    }

    boolean isLinked(int port) {
        return (word(port) & Xen.LINKED) != 0;
    }

    int link(int port) {
        return word(port) & Xen.LINK;
    }

    int ready(int vcpu) {
        return control(vcpu).word(0);
    }

    void setReady(int vcpu, int value) {
        control(vcpu).word(0, value);
    }

    int head(int vcpu, int queue) {
        return control(vcpu).word(HEADS + 4 * queue);
    }

    void expectWord(String when, int port, int value) {
        guest.scenario()
                .expectEqual(
                        "event word of port " + port + " " + when, value & 0xFFFF_FFFFL, word(port) & 0xFFFF_FFFFL);
    }

    void expectReady(String when, int vcpu, int bits) {
        guest.scenario().expectEqual("ready bits of vCPU " + vcpu + " " + when, bits, ready(vcpu));
    }

    void expectHead(String when, int vcpu, int queue, int port) {
        guest.scenario()
                .expectEqual("head of queue " + queue + " of vCPU " + vcpu + " " + when, port, head(vcpu, queue));
    }

    /** A connection of which nothing is pending or linked. */
    XenGuest.Channel channel() {
        XenGuest.Channel channel = guest.channel();
        drainAll();
        guest.quiet();
        return channel;
    }

    // Consuming

    /** Takes the first event from a queue; returns the port whose word was dequeued, or 0 if the queue says nothing. */
    int dequeue(int vcpu, int queue) {
        int port = heads[vcpu][queue] != 0 ? heads[vcpu][queue] : head(vcpu, queue);
        if (port == 0) {
            return 0;
        }
        int before = word(port);
        setWord(port, before & ~(Xen.LINKED | Xen.LINK));
        heads[vcpu][queue] = before & Xen.LINK;
        return port;
    }

    /** Whether the guest is in the middle of a queue. */
    boolean isInside(int vcpu, int queue) {
        return heads[vcpu][queue] != 0;
    }

    /** Handles everything that is queued for a vCPU, the highest priority first; returns the ports in order. */
    List<Integer> drain(int vcpu) {
        List<Integer> handled = new ArrayList<>();
        guest.setUpcall(vcpu, 0);
        int ready = exchangeReady(vcpu);
        for (int q = 0; q < Xen.QUEUES; q++) {
            ready |= isInside(vcpu, q) ? 1 << q : 0;
        }
        for (int steps = 0; ready != 0; steps++) {
            if (steps == LARGEST_WALK) {
                throw guest.scenario().failure("walk along the queues of vCPU " + vcpu, "to end", "no end");
            }
            int queue = Integer.numberOfTrailingZeros(ready);
            int port = dequeue(vcpu, queue);
            if (port == 0 || !isInside(vcpu, queue)) {
                ready &= ~(1 << queue);
            }
            if (port != 0 && (word(port) & (Xen.PENDING | Xen.MASKED)) == Xen.PENDING) {
                clearBits(port, Xen.PENDING);
                handled.add(port);
            }
            ready |= exchangeReady(vcpu);
        }
        return handled;
    }

    private int exchangeReady(int vcpu) {
        int ready = ready(vcpu);
        setReady(vcpu, 0);
        return ready;
    }

    void drainAll() {
        for (int i = 0; i < guest.vcpus(); i++) {
            if (guest.cpu(i).vcpu().isOn()) {
                drain(i);
            }
        }
    }

    void expectDrained(String when, int vcpu, Integer... ports) {
        guest.scenario().expectEqual("events handled by vCPU " + vcpu + " " + when, List.of(ports), drain(vcpu));
    }

    /** Demands that nothing is left over: no event pending and unmasked that no queue leads to. */
    void expectAtRest(String when, int... ports) {
        for (int port : ports) {
            int word = word(port);
            guest.scenario().expectThat("BUSY of port " + port + " is clear " + when, (word & Xen.BUSY) == 0);
            guest.scenario()
                    .expectThat(
                            "port " + port + " is not left pending, unmasked and unlinked " + when,
                            (word & (Xen.PENDING | Xen.MASKED | Xen.LINKED)) != Xen.PENDING);
        }
    }
}
