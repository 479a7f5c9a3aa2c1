/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.memory.MmioDevice;

/**
 * The distributor: which groups are enabled, identification, and the registers of the SPIs (IHI 0069, 12.9). One security
 * state, affinity routing always on, so that the registers of INTIDs 0 to 31 are with the redistributors.
 */
final class Distributor implements MmioDevice, StateElement {
    private static final int SIZE = 0x10000;
    private static final int CTLR = 0x0000;
    private static final int TYPER = 0x0004;
    private static final int IIDR = 0x0008;
    private static final int SETSPI = 0x0040;
    private static final int CLRSPI = 0x0048;
    private static final int IGROUPR = 0x0080;
    private static final int ISENABLER = 0x0100;
    private static final int ICENABLER = 0x0180;
    private static final int ISPENDR = 0x0200;
    private static final int ICPENDR = 0x0280;
    private static final int ISACTIVER = 0x0300;
    private static final int ICACTIVER = 0x0380;
    private static final int IPRIORITYR = 0x0400;
    private static final int ICFGR = 0x0C00;
    private static final int IROUTER = 0x6000;
    private static final int PIDR2 = 0xFFE8;

    private static final int ENABLE_GROUPS = 0b11;
    /** Affinity routing on, one security state; both read as one and cannot be changed. */
    private static final int ARE_AND_DS = 1 << 4 | 1 << 6;
    /** SPIs to 255, message-based ones too; 10 interrupt ID bits; affinity level 3; no 1 of N. */
    private static final int TYPER_VALUE = SharedInterrupts.WORDS - 1 | 1 << 16 | 9 << 19 | 1 << 24 | 1 << 25;

    private static final int INTID_MASK = 0x3FF;

    private final InterruptController controller;
    private final SharedInterrupts shared;
    private int enabledGroups;

    Distributor(InterruptController controller, SharedInterrupts shared) {
        this.controller = controller;
        this.shared = shared;
    }

    boolean isGroupEnabled(int group) {
        return (enabledGroups & 1 << group) != 0;
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
                int intid = register - IPRIORITYR + i;
                value = value << 8 | (shared.isDiverted(intid) ? 0 : shared.priority(intid));
            }
            return value;
        }
        if (isRoute(register, width)) {
            int intid = register - IROUTER >>> 3;
            long route = shared.isDiverted(intid) ? 0 : shared.route(intid);
            return width == AccessWidth.DOUBLEWORD ? route : route >>> 8 * (register & 4) & 0xFFFF_FFFFL;
        }
        return width == AccessWidth.WORD ? readWord(register) & 0xFFFF_FFFFL : 0;
    }

    private int readWord(int register) {
        int word = register >>> 2 & SharedInterrupts.WORDS - 1;
        int block = register & -4 * SharedInterrupts.WORDS;
        if (block >= IGROUPR && block < IPRIORITYR) {
            return word == 0 ? 0 : readBits(block, word);
        }
        int first = (register - ICFGR) * 4;
        if (SharedInterrupts.contains(first)) {
            return configuration(first);
        }
        return switch (register) {
            case CTLR -> enabledGroups | ARE_AND_DS;
            case TYPER -> TYPER_VALUE;
            case IIDR -> GicIdentity.IIDR;
            case PIDR2 -> GicIdentity.PIDR2;
            default -> 0;
        };
    }

    private int readBits(int block, int word) {
        int bits = switch (block) {
            case IGROUPR -> shared.groups(word);
            case ISENABLER, ICENABLER -> shared.enables(word);
            case ISPENDR, ICPENDR -> shared.pending(word);
            case ISACTIVER, ICACTIVER -> shared.actives(word);
            default -> 0;
        };
        return bits & ~shared.diverted(word);
    }

    /** Two bits for each of 16 interrupts, the upper one says edge-triggered. */
    private int configuration(int first) {
        int word = first >>> 5;
        int edges = (shared.edges(word) & ~shared.diverted(word)) >>> (first & 16);
        int value = 0;
        for (int i = 0; i < 16; i++) {
            value |= (edges >>> i & 1) << 2 * i + 1;
        }
        return value;
    }

    @Override
    public void write(long offset, AccessWidth width, long value) {
        int register = (int) offset;
        if (isPriority(register, width)) {
            for (int i = 0; i < width.bytes(); i++) {
                int intid = register - IPRIORITYR + i;
                if (!shared.isDiverted(intid)) {
                    shared.priority(intid, (int) (value >>> 8 * i) & 0xFF);
                }
            }
        } else if (isRoute(register, width)) {
            writeRoute(register, width, value);
        } else if (width == AccessWidth.WORD) {
            writeWord(register, (int) value);
        }
    }

    private void writeRoute(int register, AccessWidth width, long value) {
        int intid = register - IROUTER >>> 3;
        if (shared.isDiverted(intid)) {
            return;
        }
        if (width == AccessWidth.DOUBLEWORD) {
            shared.route(intid, value);
        } else {
            int shift = 8 * (register & 4);
            long kept = shared.route(intid) & ~(0xFFFF_FFFFL << shift);
            shared.route(intid, kept | (value & 0xFFFF_FFFFL) << shift);
        }
    }

    private void writeWord(int register, int value) {
        int word = register >>> 2 & SharedInterrupts.WORDS - 1;
        int block = register & -4 * SharedInterrupts.WORDS;
        int first = (register - ICFGR) * 4;
        if (block >= IGROUPR && block < IPRIORITYR) {
            if (word != 0) {
                writeBits(block, word, value);
            }
        } else if (SharedInterrupts.contains(first)) {
            configure(first, value);
        } else if (register == CTLR) {
            enabledGroups = value & ENABLE_GROUPS;
            controller.update();
        } else if (register == SETSPI || register == CLRSPI) {
            signal(value & INTID_MASK, register == SETSPI);
        }
    }

    private void writeBits(int block, int word, int written) {
        int kept = shared.diverted(word);
        int value = written & ~kept;
        switch (block) {
            case IGROUPR -> shared.groups(word, value | shared.groups(word) & kept);
            case ISENABLER -> shared.enables(word, shared.enables(word) | value);
            case ICENABLER -> shared.enables(word, shared.enables(word) & ~value);
            case ISPENDR -> shared.latch(word, value, 0);
            case ICPENDR -> shared.latch(word, 0, value);
            case ISACTIVER -> shared.actives(word, shared.actives(word) | value);
            case ICACTIVER -> shared.actives(word, shared.actives(word) & ~value);
            default -> {
                // RAZ/WI: reserved
            }
        }
    }

    private void configure(int first, int value) {
        int shift = first & 16;
        int edges = 0;
        for (int i = 0; i < 16; i++) {
            edges |= (value >>> 2 * i + 1 & 1) << i;
        }
        int word = first >>> 5;
        int written = 0xFFFF << shift & ~shared.diverted(word);
        shared.edges(word, shared.edges(word) & ~written | edges << shift & written);
    }

    private void signal(int intid, boolean set) {
        if (SharedInterrupts.contains(intid) && !shared.isDiverted(intid)) {
            int bit = 1 << intid;
            shared.latch(intid >>> 5, set ? bit : 0, set ? 0 : bit);
        }
    }

    private static boolean isPriority(int register, AccessWidth width) {
        return SharedInterrupts.contains(register - IPRIORITYR)
                && (width == AccessWidth.BYTE || width == AccessWidth.WORD && (register & 3) == 0);
    }

    private static boolean isRoute(int register, AccessWidth width) {
        return SharedInterrupts.contains(register - IROUTER >>> 3)
                && (width == AccessWidth.DOUBLEWORD && (register & 7) == 0
                        || width == AccessWidth.WORD && (register & 3) == 0);
    }

    @Override
    public String stateName() {
        return "distributor";
    }

    @Override
    public void reset() {
        enabledGroups = 0;
        shared.reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("enabled-groups", enabledGroups);
        writer.element(shared);
    }

    @Override
    public void restore(StateReader reader) {
        enabledGroups = reader.integer("enabled-groups", 0, ENABLE_GROUPS);
        reader.element(shared);
    }
}
