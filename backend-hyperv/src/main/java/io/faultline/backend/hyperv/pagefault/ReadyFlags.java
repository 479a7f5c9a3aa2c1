/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.synic.EventFlags;

/**
 * Ready by event flags, on one vCPU: each flag that is set stands for the token that the table has for it. Flags are used in
 * turn, and never while they are set.
 *
 * @since 0.1
 */
public final class ReadyFlags {
    /** Flags that are kept for a wake-all. */
    static final int SPARE = 1;

    private static final int NONE = -1;

    private final int vcpu;
    private final EventFlags flags;
    private final FaultInformation information;
    private final int count;
    private int next;

    /**
     * Makes the flags of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @param flags sets them
     * @param information has the table of tokens
     * @param count how many flags are used
     */
    ReadyFlags(int vcpu, EventFlags flags, FaultInformation information, int count) {
        this.vcpu = vcpu;
        this.flags = flags;
        this.information = information;
        this.count = count;
    }

    /** Where the next search begins. */
    int next() {
        return next;
    }

    /** Begins the next search somewhere. */
    void next(int flag) {
        next = flag;
    }

    int count() {
        return count;
    }

    /**
     * Returns how many flags are clear.
     *
     * @param source synthetic interrupt source
     * @return 0 to the number of flags
     */
    int clear(int source) {
        int clear = 0;
        for (int flag = 0; flag < count; flag++) {
            clear += flags.isSet(vcpu, source, flag) ? 0 : 1;
        }
        return clear;
    }

    /**
     * Tells whether a token can be told now.
     *
     * @param source synthetic interrupt source
     * @return true if flags can be set and one is clear
     */
    boolean isFree(int source) {
        return flags.canSignal(vcpu, source) && nextClear(source) != NONE;
    }

    /** The next flag in turn that is clear. */
    private int nextClear(int source) {
        for (int i = 0; i < count; i++) {
            int flag = (next + i) % count;
            if (!flags.isSet(vcpu, source, flag)) {
                return flag;
            }
        }
        return NONE;
    }

    /**
     * Tells a token.
     *
     * @param source synthetic interrupt source
     * @param token the token, 32 bits
     * @return false if every flag is set, or none can be set now
     */
    boolean show(int source, long token) {
        int flag = flags.canSignal(vcpu, source) ? nextClear(source) : NONE;
        if (flag == NONE) {
            return false;
        }
        information.token(flag, token);
        boolean isTold = flags.signal(vcpu, source, flag) == Status.SUCCESS;
        if (isTold) {
            next = (flag + 1) % count;
        }
        return isTold;
    }
}
