/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.cpu.EntryState;
import io.faultline.hwmodel.cpu.ProcessingElement;

/** Enters an exception of the hypervisor's own, in the trap of an access: the vectors are laid out as those of EL1 are. */
final class SyntheticEntry {
    private static final long VECTORS = -0x800;
    private static final long LOWER_LEVEL = 0x400;
    private static final long SAME_LEVEL = 0x200;

    private SyntheticEntry() {}

    static void enter(Host host, int vcpu, long vectors, long syndrome) {
        ProcessingElement pe = host.vcpu(vcpu).pe();
        long address = pe.returnAddress();
        ProcessorState interrupted = new ProcessorState(pe.returnState());
        long vector = (vectors & VECTORS) + group(interrupted);
        pe.write(SystemRegister.ELR_EL1, address);
        pe.write(SystemRegister.SPSR_EL1, interrupted.spsr());
        pe.returnAddress(vector);
        pe.returnState(EntryState.of(interrupted, ExceptionLevel.EL1, pe.read(SystemRegister.SCTLR_EL1))
                .spsr());
        if (host.tracing()) {
            int from = interrupted.level().number();
            host.trace()
                    .emit(
                            host.now(),
                            new TraceEvent.ExceptionEntry(
                                    vcpu, from, ExceptionLevel.EL1.number(), vector, syndrome, address));
        }
    }

    private static long group(ProcessorState interrupted) {
        if (interrupted.level() == ExceptionLevel.EL0) {
            return LOWER_LEVEL;
        }
        return interrupted.has(ProcessorState.SP) ? SAME_LEVEL : 0;
    }
}
