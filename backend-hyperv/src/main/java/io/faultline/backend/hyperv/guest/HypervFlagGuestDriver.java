/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.guest;

import io.faultline.api.arm64.AccessWidth;

/**
 * The guest's half with ready by event flag.
 *
 * @since 0.1
 */
public final class HypervFlagGuestDriver extends PageFaultDriver {
    /** Name of the mechanism. */
    public static final String MECHANISM = "hyperv-flag";

    private static final long BY_FLAG = 1 << 2;
    private static final int SOURCE_BYTES = 256;
    private static final int TABLE = 0x800;
    private static final int NONE = -1;
    /** Code memory for one instruction, behind the vectors. */
    private static final int CODE = 0x1000;

    /** Makes a driver. */
    public HypervFlagGuestDriver() {
        super(MECHANISM, SynicGuest.FLAGS_PAGE, BY_FLAG);
    }

    private static int flags(SynicGuest guest) {
        return slots(guest) + 1;
    }

    private static long flagWord(SynicGuest guest, int word) {
        return guest.page() + SOURCE_BYTES * SynicGuest.SOURCE + (long) Long.BYTES * word;
    }

    @Override
    void clean(SynicGuest guest) {
        for (int word = 0; word < SOURCE_BYTES / Long.BYTES; word++) {
            guest.program().store(flagWord(guest, word), AccessWidth.DOUBLEWORD, 0);
        }
    }

    @Override
    boolean hasMore(SynicGuest guest) {
        return next(guest) != NONE;
    }

    /** The next flag in turn that is set. */
    private static int next(SynicGuest guest) {
        int count = flags(guest);
        int position = (int) guest.word(guest.own() + OWN_POSITION);
        long[] words = new long[(count + Long.SIZE - 1) / Long.SIZE];
        for (int word = 0; word < words.length; word++) {
            words[word] = guest.program().load(flagWord(guest, word), AccessWidth.DOUBLEWORD);
        }
        for (int i = 0; i < count; i++) {
            int flag = (position + i) % count;
            if ((words[flag / Long.SIZE] >>> flag & 1) != 0) {
                return flag;
            }
        }
        return NONE;
    }

    /** The token first: when the flag is clear it may be used again. */
    @Override
    long take(SynicGuest guest) {
        int flag = next(guest);
        long token = guest.word(guest.assist() + TABLE + 4L * flag);
        guest.program().clearAtomically(guest.setup().handler() + CODE, flagWord(guest, flag / Long.SIZE), 1L << flag);
        guest.word(guest.own() + OWN_POSITION, (flag + 1) % flags(guest));
        return token;
    }
}
