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
 * Completion of sdei.md, 3.5. X18 to X30 and the stack pointers stay as the handler left them (SDEI-149).
 *
 * @since 0.1
 */
public final class StandardCompletion implements Completion {
    /** What an inheriting client keeps of the interrupted PSTATE: all but level, stack pointer, nRW and masks. */
    static final long INHERITED = ~(0x1FL | ProcessorState.DAIF);

    private final SdeiPolicy policy;

    /**
     * Makes the rule.
     *
     * @param policy PSTATE after COMPLETE_AND_RESUME
     */
    @Inject
    public StandardCompletion(SdeiPolicy policy) {
        this.policy = policy;
    }

    @Override
    public void complete(PeState pe) {
        SavedContext context = pe.innermost();
        restore(pe.cpu(), context);
        pe.cpu().resumeAt(context.pc(), context.pstate());
    }

    @Override
    public void resume(PeState pe, long address) {
        SavedContext context = pe.innermost();
        ClientPe cpu = pe.cpu();
        restore(cpu, context);
        cpu.exceptionReturn(context.pc(), context.pstate());
        cpu.resumeAt(address, resumeState(cpu, context.pstate()));
    }

    private static void restore(ClientPe cpu, SavedContext context) {
        for (int n = 0; n < Sdei.SAVED_REGISTERS; n++) {
            cpu.x(n, context.x(n));
        }
    }

    private long resumeState(ClientPe cpu, long interrupted) {
        long fixed = StandardHandlerEntry.fixed(cpu);
        return switch (policy.choice(DispatchChoice.ResumePstate.class)) {
            case ENTRY ->
                EntryState.of(new ProcessorState(interrupted), cpu.level(), cpu.systemControl())
                        .spsr();
            case CLEAR -> fixed;
            case INHERIT -> interrupted & INHERITED | fixed;
        };
    }
}
