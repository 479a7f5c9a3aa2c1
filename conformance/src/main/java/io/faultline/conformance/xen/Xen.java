/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.conformance.scenario.A64;

/** Numbers of the hypercall interface on ARM64 as a guest knows them (xen.md 1 to 4). */
final class Xen {
    /** Immediate of the HVC instruction. */
    static final int TAG = 0xEA1;

    // Hypercalls
    static final long SCHED_OP_COMPAT = 6;
    static final long MEMORY_OP = 12;
    static final long MULTICALL = 13;
    static final long EVENT_CHANNEL_OP_COMPAT = 16;
    static final long XEN_VERSION = 17;
    static final long PHYSDEV_OP_COMPAT = 19;
    static final long VM_ASSIST = 21;
    static final long VCPU_OP = 24;
    static final long SCHED_OP = 29;
    static final long EVENT_CHANNEL_OP = 32;
    static final long HVM_OP = 34;

    // event_channel_op
    static final int BIND_INTERDOMAIN = 0;
    static final int BIND_VIRQ = 1;
    static final int BIND_PIRQ = 2;
    static final int CLOSE = 3;
    static final int SEND = 4;
    static final int STATUS = 5;
    static final int ALLOC_UNBOUND = 6;
    static final int BIND_IPI = 7;
    static final int BIND_VCPU = 8;
    static final int UNMASK = 9;
    static final int RESET = 10;
    static final int INIT_CONTROL = 11;
    static final int EXPAND_ARRAY = 12;
    static final int SET_PRIORITY = 13;
    static final int RESET_CONT = 14;

    // memory_op, vcpu_op, sched_op, hvm_op
    static final int ADD_TO_PHYSMAP = 7;
    static final int REMOVE_FROM_PHYSMAP = 15;
    static final int REGISTER_RUNSTATE = 5;
    static final int REGISTER_VCPU_INFO = 10;
    static final int YIELD = 0;
    static final int BLOCK = 1;
    static final int POLL = 3;
    static final int SET_PARAM = 0;
    static final int GET_PARAM = 1;

    // HVM parameters
    static final int CALLBACK_IRQ = 0;
    static final int STORE_PFN = 1;
    static final int STORE_EVTCHN = 2;
    static final int CONSOLE_PFN = 17;
    static final int CONSOLE_EVTCHN = 18;
    static final int MONITOR_RING_PFN = 28;

    // Errors
    static final long EPERM = -1;
    static final long ENOENT = -2;
    static final long ESRCH = -3;
    static final long ENXIO = -6;
    static final long EAGAIN = -11;
    static final long EACCES = -13;
    static final long EFAULT = -14;
    static final long EBUSY = -16;
    static final long EEXIST = -17;
    static final long EINVAL = -22;
    static final long ENOSPC = -28;
    static final long ENOSYS = -38;
    static final long EOPNOTSUPP = -95;

    // States of a port in EVTCHNOP_status
    static final int CLOSED = 0;
    static final int UNBOUND = 1;
    static final int INTERDOMAIN = 2;
    static final int VIRQ = 4;
    static final int IPI = 5;

    // Domains
    static final int SELF = 0x7FF0;
    /** A number that the tests never reach. */
    static final int NO_DOMAIN = 0x7000;

    // Virtual interrupts
    static final int VIRQ_TIMER = 0;
    static final int VIRQ_DEBUG = 1;
    static final int VIRQ_CONSOLE = 2;
    static final int VIRQ_ARGO = 11;

    // vcpu_info and shared_info
    static final int UPCALL = 0;
    static final int SELECTOR = 8;
    static final int VCPU_INFO_BYTES = 48;
    static final int PENDING_BITS = 0x30;
    static final int MASK_BITS = 0x230;
    static final int WALL_CLOCK = 0x430;
    static final int SHARED_INFO_BYTES = 0x440;
    static final int TWO_LEVEL_WORDS = 64;

    // FIFO
    static final int WORDS_OF_PAGE = 1024;
    static final int PAGES_OF_ARRAY = 128;
    static final int QUEUES = 16;
    static final int DEFAULT_PRIORITY = 7;
    static final int LINK_BITS = 17;
    static final int CONTROL_BYTES = 72;
    static final int PENDING = 1 << 31;
    static final int MASKED = 1 << 30;
    static final int LINKED = 1 << 29;
    static final int BUSY = 1 << 28;
    static final int LINK = (1 << LINK_BITS) - 1;
    static final int UNUSED = 0x0FFE_0000;

    /** The INTID of the upcall if CALLBACK_IRQ says nothing. */
    static final int USUAL_INTERRUPT = 31;

    private Xen() {}

    /** The instruction of a hypercall. */
    static int hypercall() {
        return A64.hvc(TAG);
    }
}
