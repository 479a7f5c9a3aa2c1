/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.EventWord;
import java.util.ArrayList;
import java.util.List;

/**
 * A vCPU of a guest that consumes FIFO queues as the ABI wants it: it takes the ready bits, goes through the queues by
 * priority, keeps the head of each for itself while it has not reached the end.
 */
final class FifoGuest {
    private final TestMachine machine;
    private final int vcpu;
    private final int[] head = new int[16];
    private int ready;

    FifoGuest(TestMachine machine, int vcpu) {
        this.machine = machine;
        this.vcpu = vcpu;
    }

    /** Consumes everything. Returns the ports that were handled, in order. */
    List<Integer> drain() {
        List<Integer> handled = new ArrayList<>();
        while (takesReady()) {
            step(handled);
        }
        return handled;
    }

    /** Consumes one element, if there is one; looks for events of higher priority before. */
    List<Integer> once() {
        List<Integer> handled = new ArrayList<>();
        if (takesReady()) {
            step(handled);
        }
        return handled;
    }

    private boolean takesReady() {
        var info = machine.upcalls.infoFrame(vcpu);
        info.store8(machine.upcalls.infoOffset(vcpu), 0);
        ready |= machine.ready(vcpu);
        machine.ready(vcpu, 0);
        return ready != 0;
    }

    private void step(List<Integer> handled) {
        int queue = Integer.numberOfTrailingZeros(ready);
        int port = head[queue] != 0 ? head[queue] : machine.head(vcpu, queue);
        int word = machine.word(port);
        machine.word(port, word & ~(EventWord.LINKED | EventWord.LINK));
        head[queue] = word & EventWord.LINK;
        if (head[queue] == 0) {
            ready &= ~(1 << queue);
        }
        if ((word & EventWord.PENDING) != 0 && (word & EventWord.MASKED) == 0) {
            machine.word(port, machine.word(port) & ~EventWord.PENDING);
            handled.add(port);
        }
    }

    /** Masks a port. */
    void mask(int port) {
        machine.word(port, machine.word(port) | EventWord.MASKED);
    }

    /** Unmasks a port: by itself if nothing came, otherwise by a call. */
    void unmask(int port) {
        int word = machine.word(port);
        if ((word & EventWord.PENDING) == 0) {
            machine.word(port, word & ~EventWord.MASKED);
        } else if ((word & EventWord.MASKED) != 0) {
            machine.unmask(port);
        }
    }

    /** The same vCPU, with what it holds, on a machine that goes on where this one was saved. */
    FifoGuest on(TestMachine next) {
        FifoGuest guest = new FifoGuest(next, vcpu);
        System.arraycopy(head, 0, guest.head, 0, head.length);
        guest.ready = ready;
        return guest;
    }

    /** Consumes nothing, but forgets what it holds, as a vCPU that went off and came back. */
    void forget() {
        ready = 0;
        java.util.Arrays.fill(head, 0);
    }
}
