/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import jakarta.inject.Inject;

/**
 * Timer messages as Hyper-V sends them (hyperv.md 5.1, HV-135).
 *
 * @since 0.1
 */
public final class StandardTimerSignals implements TimerSignals {
    /** HvMessageTimerExpired. */
    public static final int TYPE = 0x8000_0010;
    /** Bytes of the payload. */
    public static final int BYTES = 24;
    /** Offset of the index of the timer in the payload, 4 bytes. */
    public static final int INDEX_AT = 0;
    /** Offset of the time at which it was due, 8 bytes. */
    public static final int EXPIRATION_AT = 8;
    /** Offset of the time at which the message was written, 8 bytes. */
    public static final int DELIVERY_AT = 16;

    private static final int RESERVED_AT = 4;
    private static final long ORIGINATION = 0;

    private final MessageQueues queues;
    private final InterruptRequest interrupts;
    private final ReferenceTime time;

    /**
     * Makes the signals of a machine.
     *
     * @param queues where messages wait
     * @param interrupts raises interrupts
     * @param time for the time of delivery
     */
    @Inject
    public StandardTimerSignals(MessageQueues queues, InterruptRequest interrupts, ReferenceTime time) {
        this.queues = queues;
        this.interrupts = interrupts;
        this.time = time;
    }

    @Override
    public void interrupt(int vcpu, int intid) {
        interrupts.raise(vcpu, intid);
    }

    @Override
    public void message(int vcpu, int source, MessageBuffer buffer, int timer, long due) {
        buffer.message(TYPE, BYTES, ORIGINATION);
        buffer.payload32(INDEX_AT, timer);
        buffer.payload32(RESERVED_AT, 0);
        buffer.payload64(EXPIRATION_AT, due);
        buffer.payload64(DELIVERY_AT, 0);
        queues.post(vcpu, source, buffer);
    }

    @Override
    public void placing(MessageBuffer buffer) {
        buffer.payload64(DELIVERY_AT, time.now());
    }
}
