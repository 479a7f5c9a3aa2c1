/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.DispatchChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import io.faultline.hwmodel.cpu.EntryState;
import jakarta.inject.Inject;

/**
 * Handler entry of sdei.md, 3.2 and 3.3: X0 to X3 and PC are given, X4 to X30, the stack pointers and the exception
 * registers of EL1 stay as interrupted, PSTATE is that of an exception taken to EL1.
 *
 * @since 0.1
 */
public final class StandardHandlerEntry implements HandlerEntry {
    private static final int FIRST_UNUSED = 4;

    private final boolean zeroesRegisters;
    private final boolean inherits;

    /**
     * Makes the rule.
     *
     * @param policy what the registers hold
     */
    @Inject
    public StandardHandlerEntry(SdeiPolicy policy) {
        zeroesRegisters = policy.is(DispatchChoice.EntryRegisters.ZEROED);
        inherits = policy.is(DispatchChoice.EntryPstate.INHERIT);
    }

    /** What every choice has in common: the level of the client, its own stack pointer, everything masked. */
    static long fixed(ClientPe cpu) {
        return ProcessorState.DAIF | (long) cpu.level().number() << 2 | ProcessorState.SP;
    }

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
        for (int n = FIRST_UNUSED; zeroesRegisters && n < Sdei.SAVED_REGISTERS; n++) {
            cpu.x(n, 0);
        }
        long base = event.isRelative() ? cpu.vectorBase() : 0;
        cpu.resumeAt(base + event.entry(), state(cpu, context.pstate()));
    }

    private long state(ClientPe cpu, long interrupted) {
        return inherits
                ? interrupted & StandardCompletion.INHERITED | fixed(cpu)
                : EntryState.of(new ProcessorState(interrupted), cpu.level(), cpu.systemControl())
                        .spsr();
    }
}
