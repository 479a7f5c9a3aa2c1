/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The memory of one machine, by guest frame number and by physical address. */
final class MachineFrames implements GuestFrames {
    private static final int GFN_BITS = 36;
    private static final int FRAME_SHIFT = 12;
    private static final int WRITABLE = Stage2.READ | Stage2.WRITE;

    private final Host host;
    private final LongConsumer lacking;

    /**
     * Makes the view.
     *
     * @param host the machine
     * @param lacking told of a page that is needed and not resident
     */
    MachineFrames(Host host, LongConsumer lacking) {
        this.host = host;
        this.lacking = lacking;
    }

    @Override
    public @Nullable Frame ram(long gfn) {
        if (gfn >>> GFN_BITS != 0) {
            return null;
        }
        long page = gfn << FRAME_SHIFT;
        long physical = host.stage2().physical(page);
        boolean usable = physical != Stage2.HOLE
                && host.ram().contains(physical)
                && (host.stage2().permissions(page) & WRITABLE) == WRITABLE;
        if (!usable) {
            return null;
        }
        if (!host.ram().isResident(physical)) {
            lacking.accept(page);
            return null;
        }
        return new Frame(host.ram(), physical);
    }

    @Override
    public @Nullable Frame physical(long physical) {
        boolean isPage = physical >= 0 && (physical & (1L << FRAME_SHIFT) - 1) == 0;
        return isPage && host.ram().isResident(physical) ? new Frame(host.ram(), physical) : null;
    }
}
