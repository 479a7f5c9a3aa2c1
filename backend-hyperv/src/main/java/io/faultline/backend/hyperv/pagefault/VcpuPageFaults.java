/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

/**
 * What there is of page faults on one vCPU.
 *
 * @since 0.1
 */
public final class VcpuPageFaults {
    /** No token. */
    static final long NOTHING = -1;

    private final FaultInformation information;
    private final ReadyMessages messages;
    private final ReadyFlags flags;
    private Control control = Control.NONE;
    private long inHand = NOTHING;

    VcpuPageFaults(FaultInformation information, ReadyMessages messages, ReadyFlags flags) {
        this.information = information;
        this.messages = messages;
        this.flags = flags;
    }

    /**
     * Returns what the assist page says.
     *
     * @return the fault information
     */
    public FaultInformation information() {
        return information;
    }

    /**
     * Returns ready by messages.
     *
     * @return the messages
     */
    ReadyMessages messages() {
        return messages;
    }

    /**
     * Returns ready by event flags.
     *
     * @return the flags
     */
    ReadyFlags flags() {
        return flags;
    }

    /**
     * Returns the control register.
     *
     * @return what was written last
     */
    public Control control() {
        return control;
    }

    void control(Control value) {
        control = value;
    }

    /**
     * Returns the token of the fault that the guest has been told of and has not answered.
     *
     * @return 32 bits, or -1 if there is none
     */
    public long inHand() {
        return inHand;
    }

    void hold(long token) {
        inHand = token;
    }

    void answered() {
        inHand = NOTHING;
    }

    /** Begins with nothing told. */
    void begin(Control value) {
        information.begin(flags.count());
        flags.next(0);
        inHand = NOTHING;
        control = value;
    }

    /** Tells nothing any more. */
    void end(Control value) {
        messages.withdraw();
        inHand = NOTHING;
        control = value;
    }
}
