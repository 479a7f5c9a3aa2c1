/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.guest;

import io.faultline.api.arm64.AccessWidth;

/**
 * The guest's half with ready by message.
 *
 * @since 0.1
 */
public final class HypervMessageGuestDriver extends PageFaultDriver {
    /** Name of the mechanism. */
    public static final String MECHANISM = "hyperv-message";

    private static final int SLOT_BYTES = 256;
    private static final int FLAGS = 5;
    private static final int COUNT = 16;
    private static final int TOKENS = 24;
    private static final long TYPE = 0x8000_0F00L;
    private static final long EMPTY = 0;
    private static final long PENDING = 1;

    /** Makes a driver. */
    public HypervMessageGuestDriver() {
        super(MECHANISM, SynicGuest.MESSAGES_PAGE, 0);
    }

    private static long slot(SynicGuest guest) {
        return guest.page() + SLOT_BYTES * SynicGuest.SOURCE;
    }

    /** The slot first, then whether more is there: what comes in between is seen by one of both (hyperv.md 3.5). */
    @Override
    void clean(SynicGuest guest) {
        guest.word(slot(guest), EMPTY);
        if ((guest.program().load(slot(guest) + FLAGS, AccessWidth.BYTE) & PENDING) != 0) {
            guest.set(SynicGuest.END_OF_MESSAGE, 0);
        }
    }

    @Override
    boolean hasMore(SynicGuest guest) {
        return guest.word(slot(guest)) != EMPTY;
    }

    @Override
    long take(SynicGuest guest) {
        long slot = slot(guest);
        long type = guest.word(slot);
        long count = guest.word(slot + COUNT);
        long position = guest.word(guest.own() + OWN_POSITION);
        if (type != TYPE || position >= count) {
            throw guest.program().violation("a message of type " + type + " has " + count + " tokens");
        }
        long token = guest.word(slot + TOKENS + 4 * position);
        boolean isLast = position + 1 == count;
        guest.word(guest.own() + OWN_POSITION, isLast ? 0 : position + 1);
        if (isLast) {
            clean(guest);
        }
        return token;
    }
}
