/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.hwmodel.cpu.ProcessingElement;
import jakarta.inject.Inject;

/** Looks at PSTATE.I first: with interrupts masked nothing is deliverable. */
public final class StandardDeliverable implements Deliverable {
    private final EventInterrupt interrupt;

    @Inject
    StandardDeliverable(EventInterrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public boolean isDue(VirtualProcessor vcpu) {
        ProcessingElement pe = vcpu.pe();
        boolean masked = (pe.returnState() & ProcessorState.I) != 0;
        // Brings the timers up to date, too.
        return !masked && (pe.isInterruptPending() || interrupt.wakes(vcpu.index()));
    }
}
