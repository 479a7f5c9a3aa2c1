/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.backend.core.frame.Frame;
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

    private static final int SOURCE_BYTES = 256;
    private static final int NONE = -1;

    private final int vcpu;
    private final EventFlags flags;
    private final Frame page;
    private final FaultInformation information;
    private final int count;
    private int next;

    /**
     * Makes the flags of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @param flags sets them
     * @param page the hypervisor's page of flags
     * @param information has the table of tokens
     * @param count how many flags are used
     */
    ReadyFlags(int vcpu, EventFlags flags, Frame page, FaultInformation information, int count) {
        this.vcpu = vcpu;
        this.flags = flags;
        this.page = page;
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
        for (int first = 0; first < count; first += Integer.SIZE) {
            int used = count - first >= Integer.SIZE ? -1 : (1 << count - first) - 1;
            clear += Integer.bitCount(~page.load32(SOURCE_BYTES * source + first / Byte.SIZE) & used);
        }
        return clear;
    }

    private boolean isSet(int source, int flag) {
        int word = page.load32(SOURCE_BYTES * source + flag / Integer.SIZE * Integer.BYTES);
        return (word >>> flag & 1) != 0;
    }

    /** The next flag in turn that is clear. */
    private int nextClear(int source) {
        for (int i = 0; i < count; i++) {
            int flag = (next + i) % count;
            if (!isSet(source, flag)) {
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
        int flag = nextClear(source);
        if (flag == NONE) {
            return false;
        }
        information.token(flag, token);
        if (flags.signal(vcpu, source, flag) != Status.SUCCESS) {
            information.token(flag, 0);
            return false;
        }
        next = (flag + 1) % count;
        return true;
    }
}
