/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.backend.core.frame.Frame;
import java.util.Objects;

/**
 * What the assist page of a vCPU says of page faults: the virtualization fault information, and the table of the tokens of
 * event flags. The guest may write to all of it at any time; nothing is read but two bits of the state.
 *
 * @param frame the hypervisor's page, which is there whether the guest sees it or not
 * @since 0.1
 */
public record FaultInformation(Frame frame) {
    /** Bit of the state: the guest has not consumed the information yet. */
    public static final int VALID = 1;
    /** Bit of the state, when the other one is clear: the guest waits for the page at the access. */
    public static final int SYNCHRONOUS = 2;

    /** Offset of the state in the page. */
    public static final int STATE = 0x40;
    /** Offset of the code: what happened. */
    public static final int CODE = 0x44;
    /** Offset of the token. */
    public static final int TOKEN = 0x48;
    /** Offset of the virtual address of the page. */
    public static final int VIRTUAL = 0x50;
    /** Offset of the guest-physical address of the page. */
    public static final int PHYSICAL = 0x58;
    /** Offset of the kind of the access. */
    public static final int ACCESS = 0x60;
    /** Offset of the table of tokens, one word for each event flag. */
    public static final int TABLE = 0x800;

    /** Code: a page is not present. */
    public static final int NOT_PRESENT = 1;
    /** Number of event flags whose tokens the table has room for. */
    public static final int MOST_FLAGS = 0x800 / Integer.BYTES;

    private static final int END = 0x68;

    /** Checks for null. */
    public FaultInformation {
        Objects.requireNonNull(frame, "frame");
    }

    /** Makes all of it zero. */
    void begin(int flags) {
        for (int at = STATE; at < END; at += Integer.BYTES) {
            frame.store32(at, 0);
        }
        for (int flag = 0; flag < flags; flag++) {
            token(flag, 0);
        }
    }

    /**
     * Returns the state.
     *
     * @return what guest or hypervisor wrote last
     */
    public int state() {
        return frame.load32(STATE);
    }

    /**
     * Tells whether the guest has consumed the information.
     *
     * @return true if it can be written
     */
    public boolean isFree() {
        return (state() & VALID) == 0;
    }

    void free() {
        frame.store32(STATE, 0);
    }

    /**
     * Writes not-present: the state last, so that whoever sees it sees the rest.
     *
     * @param token the token, 32 bits
     * @param virtual virtual address of the page
     * @param physical guest-physical address of the page
     * @param access how it was touched
     */
    public void notPresent(long token, long virtual, long physical, AccessKind access) {
        frame.store32(CODE, NOT_PRESENT);
        frame.store64(TOKEN, token);
        frame.store64(VIRTUAL, virtual);
        frame.store64(PHYSICAL, physical);
        frame.store32(ACCESS, code(access));
        frame.store32(STATE, VALID);
    }

    private static int code(AccessKind access) {
        return switch (access) {
            case READ -> 0;
            case WRITE -> 1;
            case EXECUTE -> 2;
        };
    }

    /**
     * Writes the token of an event flag.
     *
     * @param flag 0 to {@link #MOST_FLAGS} minus 1
     * @param token the token, 32 bits
     */
    public void token(int flag, long token) {
        frame.store32(TABLE + Integer.BYTES * flag, (int) token);
    }
}
