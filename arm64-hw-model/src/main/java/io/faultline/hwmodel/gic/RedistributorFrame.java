/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.hwmodel.memory.MmioDevice;

/** The registers of a redistributor: RD_base at 0, SGI_base at 64 KiB. Private interrupts only, no LPIs. */
final class RedistributorFrame implements MmioDevice {
    private static final int SIZE = 0x20000;
    private static final int IIDR = 0x0004;
    private static final int TYPER = 0x0008;
    private static final int TYPER_HIGH = 0x000C;
    private static final int WAKER = 0x0014;
    private static final int PIDR2 = 0xFFE8;
    private static final int SGI_BASE = 0x10000;
    private static final int IGROUPR0 = SGI_BASE + 0x080;
    private static final int ISENABLER0 = SGI_BASE + 0x100;
    private static final int ICENABLER0 = SGI_BASE + 0x180;
    private static final int ISPENDR0 = SGI_BASE + 0x200;
    private static final int ICPENDR0 = SGI_BASE + 0x280;
    private static final int ISACTIVER0 = SGI_BASE + 0x300;
    private static final int ICACTIVER0 = SGI_BASE + 0x380;
    private static final int IPRIORITYR0 = SGI_BASE + 0x400;
    private static final int IPRIORITYR_END = IPRIORITYR0 + 32;
    private static final int ICFGR0 = SGI_BASE + 0xC00;
    private static final int ICFGR1 = SGI_BASE + 0xC04;
    private static final int PROCESSOR_SLEEP = 1 << 1;
    private static final int CHILDREN_ASLEEP = 1 << 2;

    private final Redistributor state;

    RedistributorFrame(Redistributor state) {
        this.state = state;
    }

    @Override
    public long size() {
        return SIZE;
    }

    @Override
    public long read(long offset, AccessWidth width) {
        int register = (int) offset;
        if (isPriority(register, width)) {
            long value = 0;
            for (int i = width.bytes() - 1; i >= 0; i--) {
                int intid = register - IPRIORITYR0 + i;
                value = value << 8 | (isDiverted(intid) ? 0 : state.priority(intid));
            }
            return value;
        }
        return switch (width) {
            case WORD -> readWord(register) & 0xFFFF_FFFFL;
            case DOUBLEWORD -> register == TYPER ? typer() : 0;
            default -> 0;
        };
    }

    private int readWord(int register) {
        return switch (register) {
            case IIDR -> GicIdentity.IIDR;
            case TYPER -> (int) typer();
            case TYPER_HIGH -> (int) (typer() >>> 32);
            case WAKER -> state.isAsleep() ? PROCESSOR_SLEEP | CHILDREN_ASLEEP : 0;
            case PIDR2, SGI_BASE + PIDR2 -> GicIdentity.PIDR2;
            case IGROUPR0 -> state.groups() & ~state.diverted();
            case ISENABLER0, ICENABLER0 -> state.enables() & ~state.diverted();
            case ISPENDR0, ICPENDR0 -> state.pending() & ~state.diverted();
            case ISACTIVER0, ICACTIVER0 -> state.actives() & ~state.diverted();
            case ICFGR0 -> configuration(0);
            case ICFGR1 -> configuration(16);
            default -> 0;
        };
    }

    /** Processor number in 23:8, Last in bit 4, affinity in 63:32. */
    private long typer() {
        long mpidr = state.affinity().mpidr();
        long affinity = (mpidr >>> 32 & 0xFF) << 24 | mpidr & 0xFF_FFFF;
        return affinity << 32 | (long) state.index() << 8 | (state.isLast() ? 1 << 4 : 0);
    }

    /** Two bits for each interrupt, the upper one says edge-triggered. */
    private int configuration(int first) {
        int edges = state.edges() & ~state.diverted();
        int value = 0;
        for (int i = 0; i < 16; i++) {
            value |= (edges >>> first + i & 1) << 2 * i + 1;
        }
        return value;
    }

    @Override
    public void write(long offset, AccessWidth width, long value) {
        int register = (int) offset;
        if (isPriority(register, width)) {
            for (int i = 0; i < width.bytes(); i++) {
                int intid = register - IPRIORITYR0 + i;
                if (!isDiverted(intid)) {
                    state.priority(intid, (int) (value >>> 8 * i) & 0xFF);
                }
            }
        } else if (width == AccessWidth.WORD) {
            writeWord(register, (int) value);
        }
    }

    private boolean isDiverted(int intid) {
        return (state.diverted() >>> intid & 1) != 0;
    }

    private void writeWord(int register, int value) {
        int kept = state.diverted();
        int bits = value & ~kept;
        switch (register) {
            case WAKER -> state.sleep((value & PROCESSOR_SLEEP) != 0);
            case IGROUPR0 -> state.groups(bits | state.groups() & kept);
            case ISENABLER0 -> state.enables(state.enables() | bits);
            case ICENABLER0 -> state.enables(state.enables() & ~bits);
            case ISPENDR0 -> state.latch(bits, 0);
            case ICPENDR0 -> state.latch(0, bits);
            case ISACTIVER0 -> state.actives(state.actives() | bits);
            case ICACTIVER0 -> state.actives(state.actives() & ~bits);
            case ICFGR1 -> {
                int edges = 0;
                for (int i = 0; i < 16; i++) {
                    edges |= (value >>> 2 * i + 1 & 1) << 16 + i;
                }
                state.ppiEdges(edges & ~kept | state.edges() & kept);
            }
            default -> {
                // RAZ/WI: read-only, reserved, or for a feature that the ID registers say is absent
            }
        }
    }

    private static boolean isPriority(int register, AccessWidth width) {
        return register >= IPRIORITYR0
                && register < IPRIORITYR_END
                && (width == AccessWidth.BYTE || width == AccessWidth.WORD && (register & 3) == 0);
    }
}
