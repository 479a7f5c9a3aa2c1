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
 * The distributor without SPIs. With affinity routing its registers for private interrupts are RAZ/WI, so what is left
 * is control and identification.
 */
final class Distributor implements MmioDevice, StateElement {
    private static final int SIZE = 0x10000;
    private static final int CTLR = 0x0000;
    private static final int TYPER = 0x0004;
    private static final int IIDR = 0x0008;
    private static final int PIDR2 = 0xFFE8;

    private static final int ENABLE_GROUPS = 0b11;
    /** Affinity routing on, one security state; both read as one and cannot be changed. */
    private static final int ARE_AND_DS = 1 << 4 | 1 << 6;
    /** ITLinesNumber 0: no SPIs; 10 interrupt ID bits; affinity level 3; no 1 of N. */
    private static final int TYPER_VALUE = 9 << 19 | 1 << 24 | 1 << 25;

    private final InterruptController controller;
    private int enabledGroups;

    Distributor(InterruptController controller) {
        this.controller = controller;
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
        if (width != AccessWidth.WORD) {
            return 0;
        }
        return switch ((int) offset) {
            case CTLR -> enabledGroups | ARE_AND_DS;
            case TYPER -> TYPER_VALUE;
            case IIDR -> GicIdentity.IIDR;
            case PIDR2 -> GicIdentity.PIDR2;
            default -> 0;
        };
    }

    @Override
    public void write(long offset, AccessWidth width, long value) {
        if (width == AccessWidth.WORD && offset == CTLR) {
            enabledGroups = (int) value & ENABLE_GROUPS;
            controller.update();
        }
    }

    @Override
    public String stateName() {
        return "distributor";
    }

    @Override
    public void reset() {
        enabledGroups = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("enabled-groups", enabledGroups);
    }

    @Override
    public void restore(StateReader reader) {
        enabledGroups = reader.integer("enabled-groups", 0, ENABLE_GROUPS);
    }
}
