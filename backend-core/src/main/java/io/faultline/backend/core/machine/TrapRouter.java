/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.cpu.TrapHandler;
import java.util.Optional;

/** The software at EL2: what each trap means for a guest. */
final class TrapRouter implements TrapHandler {
    private static final int INSTRUCTION_BYTES = 4;
    private static final int ZERO_REGISTER = 31;

    /** A walk that leaves memory does so at a level that EL2 is not told; the last one is where most of them end. */
    private static final long VECTOR_TABLE_BYTES = 0x800;

    private final CoreMachine machine;

    TrapRouter(CoreMachine machine) {
        this.machine = machine;
    }

    @Override
    public void hypervisorCall(ProcessingElement pe) {
        trapped(pe);
        machine.calls().call(machine.core(pe.index()), Conduit.HVC, pe.trapImmediate());
    }

    @Override
    public void secureMonitorCall(ProcessingElement pe) {
        trapped(pe);
        int immediate = pe.trapImmediate();
        if (pe.topLevel() == ExceptionLevel.EL1) {
            // Trapped by HCR_EL2.TSC, before the instruction; at EL3 it would arrive after it.
            pe.completeTrapped();
        }
        machine.calls().call(machine.core(pe.index()), Conduit.SMC, immediate);
    }

    @Override
    public void stage2Abort(ProcessingElement pe, AccessKind access, long ipa, boolean stage1Walk) {
        CoreVcpu vcpu = machine.core(pe.index());
        trapped(pe);
        machine.counts().count(Counter.STAGE2_ABORTS);
        Syndrome syndrome = pe.trapSyndrome();
        boolean isForbidden = FaultStatus.isPermission(syndrome.faultStatus());
        if (machine.isMemory(ipa) && !isForbidden) {
            absentPage(vcpu, access, ipa, stage1Walk);
        } else if (isForbidden && machine.personality().forbidden(vcpu, access, PageSize.pageOf(ipa), stage1Walk)) {
            vcpu.retry();
        } else if (access == AccessKind.EXECUTE && isVectorMissing(pe)) {
            unrecoverable(pe, "the vector of an exception is not in memory");
        } else {
            device(vcpu, access, ipa, stage1Walk, syndrome);
        }
    }

    private void trapped(ProcessingElement pe) {
        machine.personality().trapped(machine.core(pe.index()));
    }

    private void device(CoreVcpu vcpu, AccessKind access, long ipa, boolean stage1Walk, Syndrome syndrome) {
        ProcessingElement pe = vcpu.pe();
        Optional<IndexedAccess> indexed = IndexedAccess.of(pe.trappedInstruction());
        if (access == AccessKind.EXECUTE || stage1Walk) {
            externalAbort(vcpu, access);
        } else if (syndrome.isCacheMaintenance()) {
            // No cache holds a device, and those of memory are coherent.
            pe.completeTrapped();
        } else if (syndrome.hasAccessDetails()) {
            mmio(vcpu, syndrome, ipa);
        } else if (indexed.isPresent()) {
            vcpu.undo(indexed.get().updateBase(pe));
            mmio(vcpu, indexed.get().syndrome(), ipa);
        } else {
            externalAbort(vcpu, access);
        }
    }

    @Override
    public void waitForInterrupt(ProcessingElement pe) {
        trapped(pe);
        pe.completeTrapped();
        machine.core(pe.index()).waitForInterrupt();
    }

    /** No system register is configured to trap, so the guest meets one that does not exist. */
    @Override
    public void systemRegister(ProcessingElement pe) {
        pe.injectUndefined();
    }

    @Override
    public boolean attention(ProcessingElement pe) {
        boolean diverted = machine.personality().attention(machine.core(pe.index()));
        if (diverted) {
            machine.counts().count(Counter.DIVERSIONS);
        }
        return diverted;
    }

    @Override
    public void unrecoverable(ProcessingElement pe, String reason) {
        CoreVcpu vcpu = machine.core(pe.index());
        vcpu.stop(new VcpuExit.Unrecoverable(pe.returnAddress(), pe.read(SystemRegister.ESR_EL1), reason));
    }

    private void absentPage(CoreVcpu vcpu, AccessKind access, long ipa, boolean stage1Walk) {
        long page = PageSize.pageOf(ipa);
        machine.counts().count(Counter.ABSENT_PAGES);
        if (!await(vcpu, access, page, stage1Walk)) {
            externalAbort(vcpu, access);
        }
    }

    /** Has the vCPU go back to the trapped instruction for a page; false if the page is lost. */
    boolean await(CoreVcpu vcpu, AccessKind access, long page, boolean stage1Walk) {
        AbsentPageDecision decision = machine.absentPages().absent(vcpu, access, page, stage1Walk);
        switch (decision) {
            case RETRY -> vcpu.retry();
            case DIVERTED -> machine.counts().count(Counter.DIVERSIONS);
            case PARK -> vcpu.waitForPage(page, true);
            case STOP -> vcpu.waitForPage(page, false);
            case ABORT -> {
                return false;
            }
        }
        return true;
    }

    /**
     * The hypervisor needs a page in a call, as if a table walk did: nobody is told of it, and the guest comes back to
     * the call.
     */
    boolean retryCall(CoreVcpu vcpu, AccessKind access, long page) {
        ProcessingElement pe = vcpu.pe();
        long next = pe.returnAddress();
        pe.returnAddress(next - INSTRUCTION_BYTES);
        machine.counts().count(Counter.ABSENT_PAGES);
        boolean comes = await(vcpu, access, page, true);
        if (!comes) {
            pe.returnAddress(next);
        }
        return comes;
    }

    /** Takes back an MMIO access that has been completed: the guest has not executed anything since. */
    void refuse(CoreVcpu vcpu, AccessKind access) {
        ProcessingElement pe = vcpu.pe();
        machine.counts().count(Counter.EXTERNAL_ABORTS);
        pe.pc(pe.pc() - INSTRUCTION_BYTES);
        pe.injectAbort(access, pe.trapFaultAddress(), FaultStatus.EXTERNAL);
    }

    private void externalAbort(CoreVcpu vcpu, AccessKind access) {
        machine.counts().count(Counter.EXTERNAL_ABORTS);
        vcpu.pe().injectExternalAbort(access);
    }

    /** The guest is at a vector that it could not fetch: another abort would bring it there again, without end. */
    private static boolean isVectorMissing(ProcessingElement pe) {
        int level = new ProcessorState(pe.returnState()).level().number();
        SystemRegister base = level == 2 ? SystemRegister.VBAR_EL2 : SystemRegister.VBAR_EL1;
        long offset = pe.returnAddress() - pe.read(base);
        return pe.isAtUnfetchedVector() && offset >= 0 && offset < VECTOR_TABLE_BYTES;
    }

    private void mmio(CoreVcpu vcpu, Syndrome syndrome, long address) {
        ProcessingElement pe = vcpu.pe();
        AccessWidth width = syndrome.accessWidth();
        pe.completeTrapped();
        if (syndrome.isWrite()) {
            int register = syndrome.transferRegister();
            long value = register == ZERO_REGISTER ? 0 : pe.x(register) & mask(width);
            if (machine.devices().contains(address)) {
                machine.counts().count(Counter.GIC_WRITES);
                machine.devices().write(address, width, value);
            } else {
                vcpu.reportStore(new VcpuExit.MmioWrite(address, width, value));
            }
        } else {
            LoadTarget target = LoadTarget.of(syndrome);
            if (machine.devices().contains(address)) {
                machine.counts().count(Counter.GIC_READS);
                vcpu.load(target, machine.devices().read(address, width));
            } else {
                vcpu.waitForAnswer(target, new VcpuExit.MmioRead(address, width));
            }
        }
    }

    private static long mask(AccessWidth width) {
        return -1L >>> Long.SIZE - 8 * width.bytes();
    }
}
