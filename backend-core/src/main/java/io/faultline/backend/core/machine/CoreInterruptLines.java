/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.InterruptLines;
import io.faultline.hwmodel.gic.InterruptController;

/** The lines of the SPIs of a machine. */
final class CoreInterruptLines implements InterruptLines {
    private static final int FIRST = 32;

    private final CoreMachine machine;
    private final InterruptController gic;

    CoreInterruptLines(CoreMachine machine, InterruptController gic) {
        this.machine = machine;
        this.gic = gic;
    }

    @Override
    public int count() {
        return gic.sharedInterrupts();
    }

    @Override
    public void setLevel(InterruptId interrupt, boolean high) {
        gic.setLevel(require(interrupt, "driving a line"), high);
    }

    @Override
    public boolean isHigh(InterruptId interrupt) {
        return gic.isLineHigh(require(interrupt, "reading a line"));
    }

    private int require(InterruptId interrupt, String attempted) {
        machine.requireOpen();
        int number = interrupt.number();
        if (number < FIRST || number >= FIRST + count()) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    attempted + " of INTID " + number + ", which is not an SPI of this machine",
                    "backend " + machine.identity().backend(),
                    "use an INTID from " + FIRST + " to " + (FIRST + count() - 1));
        }
        return number;
    }
}
