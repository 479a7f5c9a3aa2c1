/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The hypercall event_channel_op, number 32: the command is in argument 0, the address of its structure in argument 1 (xen.md
 * 4.2).
 *
 * @since 0.1
 */
@Singleton
public final class EventChannelOps implements Hypercall {
    /** Connect to a port that was offered. */
    public static final int BIND_INTERDOMAIN = 0;
    /** Make a port for a virtual interrupt. */
    public static final int BIND_VIRQ = 1;
    /** Make a port for a physical interrupt. */
    public static final int BIND_PIRQ = 2;
    /** Close a port. */
    public static final int CLOSE = 3;
    /** Send an event. */
    public static final int SEND = 4;
    /** Ask what a port is. */
    public static final int STATUS = 5;
    /** Offer a port. */
    public static final int ALLOC_UNBOUND = 6;
    /** Make a port for the domain itself. */
    public static final int BIND_IPI = 7;
    /** Choose the vCPU that is told. */
    public static final int BIND_VCPU = 8;
    /** Unmask a port. */
    public static final int UNMASK = 9;
    /** Close all ports. */
    public static final int RESET = 10;
    /** Give a vCPU a control block. */
    public static final int INIT_CONTROL = 11;
    /** Give a page of event words. */
    public static final int EXPAND_ARRAY = 12;
    /** Choose the priority of a port. */
    public static final int SET_PRIORITY = 13;
    /** Go on with {@link #RESET}. */
    public static final int RESET_CONT = 14;

    private static final int COMMANDS = 15;
    private static final Hypercall UNKNOWN = caller -> -XenError.ENOSYS;

    private final Hypercall[] commands = new Hypercall[COMMANDS];

    @Inject
    EventChannelOps(BindingCalls binding, PortCalls port, FifoCalls fifo, ResetCalls reset, EventSettings settings) {
        commands[BIND_INTERDOMAIN] = binding::bindInterdomain;
        commands[BIND_VIRQ] = binding::bindVirq;
        commands[BIND_PIRQ] = binding::bindPirq;
        commands[CLOSE] = port::close;
        commands[SEND] = port::send;
        commands[STATUS] = port::status;
        commands[ALLOC_UNBOUND] = binding::allocateUnbound;
        commands[BIND_IPI] = binding::bindIpi;
        commands[BIND_VCPU] = port::bindVcpu;
        commands[UNMASK] = port::unmask;
        commands[RESET] = reset::begin;
        commands[RESET_CONT] = reset::resume;
        boolean hasFifo = settings.fifo() == EventSettings.Fifo.PRESENT;
        commands[INIT_CONTROL] = hasFifo ? fifo::initControl : UNKNOWN;
        commands[EXPAND_ARRAY] = hasFifo ? fifo::expandArray : UNKNOWN;
        commands[SET_PRIORITY] = hasFifo ? fifo::setPriority : UNKNOWN;
    }

    /**
     * Returns a command.
     *
     * @param command any value; compared as unsigned
     * @return what carries it out; of those that do not exist, one that returns -ENOSYS (XEN-018)
     */
    public Hypercall command(int command) {
        return Integer.compareUnsigned(command, COMMANDS) < 0 ? commands[command] : UNKNOWN;
    }

    @Override
    public long call(Caller caller) {
        return command(caller.word(0)).call(caller);
    }
}
