/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.sdei.Sdei;
import io.faultline.hwmodel.cpu.EntryState;
import jakarta.inject.Inject;

/**
 * Handler entry of sdei.md, 3.2 and 3.3: X0 to X3 and PC are given, X4 to X30, the stack pointers and the exception
 * registers of EL1 stay as interrupted, PSTATE is that of an exception taken to EL1.
 *
 * @since 0.1
 */
public final class StandardHandlerEntry implements HandlerEntry {
    /** Makes the rule. */
    @Inject
    public StandardHandlerEntry() {}

    @Override
    public void enter(PeState pe, EventInstance event) {
        ClientPe cpu = pe.cpu();
        SavedContext context = pe.push(event);
        for (int n = 0; n < Sdei.SAVED_REGISTERS; n++) {
            context.x(n, cpu.x(n));
        }
        context.interrupted(cpu.pc(), cpu.pstate());
        cpu.x(0, event.definition().number());
        cpu.x(1, event.argument());
        cpu.x(2, context.pc());
        cpu.x(3, context.pstate());
        ProcessorState state =
                EntryState.of(new ProcessorState(context.pstate()), ExceptionLevel.EL1, cpu.systemControl());
        cpu.resumeAt(event.entry(), state.spsr());
    }
}
