/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;

/**
 * SCHEDOP_poll (xen.md 4.9). Nothing happens between looking at the ports and going to sleep, so that no event is missed
 * (XEN-160).
 */
final class Poll implements Hypercall {
    private static final int MOST_PORTS = 128;
    private static final int BYTES = 24;
    private static final int PORTS = 0;
    private static final int COUNT = 8;
    private static final int TIMEOUT = 16;
    private static final int PORT_BYTES = 4;

    private final Deliverable deliverable;
    private final PollPorts ports;
    private final Pollers pollers;

    @Inject
    Poll(Deliverable deliverable, PollPorts ports, Pollers pollers) {
        this.deliverable = deliverable;
        this.ports = ports;
        this.pollers = pollers;
    }

    @Override
    public long call(Caller caller) {
        if (!caller.readStruct(caller.argument(1), BYTES)) {
            return -XenError.EFAULT;
        }
        Struct struct = caller.struct();
        long array = struct.u64(PORTS);
        int count = struct.u32(COUNT);
        long timeout = struct.u64(TIMEOUT);
        if (Integer.compareUnsigned(count, MOST_PORTS) > 0) {
            return -XenError.EINVAL;
        }
        if (deliverable.isDue(caller.processor())) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            if (!caller.readStruct(array + (long) PORT_BYTES * i, PORT_BYTES)) {
                return -XenError.EFAULT;
            }
            int state = ports.state(struct.u32(0));
            if (state != PollPorts.QUIET) {
                return state == PollPorts.PENDING ? 0 : -XenError.EINVAL;
            }
        }
        pollers.begin(caller.vcpu(), count == 1 ? struct.u32(0) : Pollers.ANY_PORT);
        caller.processor().block(deadline(timeout));
        return 0;
    }

    /** The time is signed; 0 is none, and what is negative has passed. */
    private static long deadline(long timeout) {
        return timeout == 0 ? VirtualClock.NEVER : timeout;
    }
}
