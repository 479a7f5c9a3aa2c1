/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.api.memory.MemoryRegion;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import java.util.List;

/**
 * Where the hypervisor's pages of a machine are: its own frames, and the guest-physical addresses that a toolstack chooses
 * for them (xen.md 2.4).
 */
public final class DomainLayout {
    /** Guest-physical address of the window for the grant table. */
    public static final long GRANT_WINDOW = 0x3800_0000L;
    /** Size of the window, in bytes. */
    public static final long GRANT_WINDOW_BYTES = 0x100_0000L;
    /** Guest-physical address of the pages of console and xenstore. */
    public static final long MAGIC = 0x3900_0000L;
    /** Guest frame number of the console's page. */
    public static final long CONSOLE_GFN = MAGIC >> 12;
    /** Guest frame number of xenstore's page. */
    public static final long STORE_GFN = CONSOLE_GFN + 1;
    /** What a machine may have no memory in. */
    public static final MemoryRegion RESERVED = MemoryRegion.ram(GRANT_WINDOW, GRANT_WINDOW_BYTES + 0x100_0000L);

    private static final int SHARED_INFO = 0;
    private static final int UNREAD_INFO = 1;
    private static final int CONSOLE = 2;
    private static final int STORE = 3;
    private static final int FIRST_GRANT = 4;

    private final Host host;
    private final int grantFrames;

    DomainLayout(Host host, int grantFrames) {
        this.host = host;
        this.grantFrames = grantFrames;
    }

    /**
     * Returns how many frames a machine needs.
     *
     * @param grantFrames number of frames of the grant table
     * @return number of pages
     */
    public static int frames(int grantFrames) {
        return FIRST_GRANT + grantFrames;
    }

    private Frame frame(int index) {
        return new Frame(host.ram(), host.privateFrame(index));
    }

    Frame sharedInfo() {
        return frame(SHARED_INFO);
    }

    /** The vcpu_info of every vCPU above 0 until it registers one: nobody reads it. */
    Frame unreadInfo() {
        return frame(UNREAD_INFO);
    }

    Frame console() {
        return frame(CONSOLE);
    }

    Frame store() {
        return frame(STORE);
    }

    Frame[] grants() {
        Frame[] grants = new Frame[grantFrames];
        for (int i = 0; i < grants.length; i++) {
            grants[i] = frame(FIRST_GRANT + i);
        }
        return grants;
    }

    /** Every frame is zero, and the guest finds the rings. */
    void reset() {
        for (int i = 0; i < frames(grantFrames); i++) {
            host.ram().makeResident(host.privateFrame(i), new byte[4096]);
        }
        host.stage2().map(CONSOLE_GFN << 12, console().physical());
        host.stage2().map(STORE_GFN << 12, store().physical());
    }

    /**
     * Finds memory that overlaps what the hypervisor has.
     *
     * @param memory regions of a machine
     * @return those that overlap
     */
    public static List<MemoryRegion> overlaps(List<MemoryRegion> memory) {
        return memory.stream()
                .filter(region -> region.base() < RESERVED.end() && RESERVED.base() < region.end())
                .toList();
    }
}
