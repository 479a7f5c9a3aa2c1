/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamPage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The stages of translation of one PE, one after the other, with the order and the origin of their faults. */
final class TranslationStages {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HCR_VM = 1;
    private static final long HCR_PTW = 1 << 2;
    private static final long HCR_DC = 1 << 12;
    private static final long HCR_TGE = 1 << 27;
    /** Stands for the VMID in the regime of EL2, which has none. */
    private static final int NO_VMID = 0x100;

    private final GuestRam ram;
    private final Stage2 host;
    private final long[] registers;
    private final boolean hasEl2;
    private final MemoryFault fault;
    private final Regime guest = new Regime(false);
    private final Regime hypervisor = new Regime(true);
    private final Stage1Walk stage1 = new Stage1Walk(this::stage1Descriptor);
    private final Stage2Walk stage2 = new Stage2Walk(this::stage2Descriptor);
    private final Translation first = new Translation();
    private final Translation second = new Translation();
    private final @Nullable RetainedTranslations retained1;
    private final @Nullable RetainedTranslations retained2;

    private boolean stage2On;
    private boolean hostChecks;
    /** The access that is being translated, for faults of its walks. */
    private AccessKind access = AccessKind.READ;

    private long address;
    private boolean walksGuest;

    TranslationStages(GuestRam ram, Stage2 host, long[] registers, int topLevel, TlbMode mode, MemoryFault fault) {
        this.ram = ram;
        this.host = host;
        this.registers = registers;
        hasEl2 = topLevel >= 2;
        this.fault = fault;
        boolean retentive = mode == TlbMode.RETENTIVE;
        retained1 = retentive ? new RetainedTranslations() : null;
        retained2 = retentive && hasEl2 ? new RetainedTranslations() : null;
        decode();
    }

    Regime guest() {
        return guest;
    }

    Regime hypervisor() {
        return hypervisor;
    }

    /** Decodes the registers that control translation. */
    void decode() {
        long hcr = hcr();
        guest.decode(registers);
        if (hasEl2) {
            hypervisor.decode(registers);
            stage2.decode(registers);
        }
        stage2On = hasEl2 && (hcr & (HCR_VM | HCR_DC)) != 0 && (hcr & HCR_TGE) == 0;
        hostChecks = hasEl2 || (hcr & HCR_VM) != 0;
    }

    private long hcr() {
        return registers[SystemRegister.HCR_EL2.ordinal()];
    }

    /** Forgets what was retained, after a reset. */
    void clear() {
        if (retained1 != null) {
            retained1.clear();
        }
        if (retained2 != null) {
            retained2.clear();
        }
    }

    /**
     * Translates by every stage.
     *
     * @return physical address, which is in a resident page
     * @throws MemoryFault if any stage says no
     */
    long translate(AccessBank bank, long virtualAddress, AccessKind kind, boolean aligned) {
        access = kind;
        address = virtualAddress;
        Regime regime = bank.regime;
        if (!aligned && regime.checksAlignment) {
            throw fault.ofStage1(kind, virtualAddress, FaultStatus.ALIGNMENT);
        }
        if (!byStage1(regime, virtualAddress)) {
            throw fault.ofStage1(kind, virtualAddress, first.status);
        }
        if (!aligned && first.isDevice()) {
            throw fault.ofStage1(kind, virtualAddress, FaultStatus.ALIGNMENT);
        }
        if (!first.permits(kind, bank.user, bank.pan)) {
            throw fault.ofStage1(kind, virtualAddress, FaultStatus.PERMISSION + first.level);
        }
        long physical = first.address;
        if (stage2On && !regime.el2) {
            physical = byStage2(kind, virtualAddress, aligned);
        }
        checkHost(physical, kind, FaultStatus.EXTERNAL);
        return memoryAt(physical);
    }

    private long byStage2(AccessKind kind, long virtualAddress, boolean aligned) {
        long intermediate = first.address;
        if (!byStage2(intermediate)) {
            throw fault.ofStage2(kind, virtualAddress, intermediate, second.status, false);
        }
        if (second.isDevice()) {
            if (!aligned) {
                throw fault.ofStage1(kind, virtualAddress, FaultStatus.ALIGNMENT);
            }
            first.attributes |= Translation.DEVICE;
        }
        if (!second.permits(kind, false, false)) {
            throw fault.ofStage2(kind, virtualAddress, intermediate, FaultStatus.PERMISSION + second.level, false);
        }
        return second.address;
    }

    /** What stage 1 said of the last translation. */
    Translation found() {
        return first;
    }

    /** Whether the last translation was to Device memory. */
    boolean isDevice() {
        return first.isDevice();
    }

    /** Size of the stage 1 mapping of the last translation, as a power of two. */
    int shift() {
        return first.shift;
    }

    private int vmid(Regime regime) {
        return regime.el2 ? NO_VMID : stage2.vmid();
    }

    private boolean byStage1(Regime regime, long virtualAddress) {
        walksGuest = !regime.el2;
        boolean retains = retained1 != null && regime.enabled && Stage1Walk.isInRange(regime, virtualAddress);
        if (retains && retained1.find(virtualAddress, regime.asid, vmid(regime), first)) {
            return true;
        }
        boolean fine = stage1.translate(regime, virtualAddress, first);
        if (fine && retains) {
            retained1.add(virtualAddress, regime.asid, vmid(regime), first);
        }
        return fine;
    }

    private boolean byStage2(long intermediate) {
        if (retained2 != null && retained2.find(intermediate, 0, stage2.vmid(), second)) {
            return true;
        }
        boolean fine = stage2.translate(intermediate, second);
        if (fine && retained2 != null) {
            retained2.add(intermediate, 0, stage2.vmid(), second);
        }
        return fine;
    }

    private long stage1Descriptor(long at, int level) {
        long physical = at;
        if (stage2On && walksGuest) {
            if (!byStage2(at)) {
                throw fault.ofStage2(access, address, at, second.status, true);
            }
            boolean isProtected = second.isDevice() && (hcr() & HCR_PTW) != 0;
            if (isProtected || !second.permits(AccessKind.READ, false, false)) {
                throw fault.ofStage2(access, address, at, FaultStatus.PERMISSION + second.level, true);
            }
            physical = second.address;
        }
        return descriptor(physical, level);
    }

    private long stage2Descriptor(long at, int level) {
        return descriptor(at, level);
    }

    private long descriptor(long physical, int level) {
        checkHost(physical, AccessKind.READ, FaultStatus.EXTERNAL_ON_WALK + level);
        RamPage table = ram.page(memoryAt(physical));
        table.walked();
        return (long) LONGS.get(table.bytes(), (int) (physical & PageSize.OFFSET_MASK));
    }

    /** Where the host's translation leads, after its check. */
    private long memoryAt(long physical) {
        return hostChecks ? host.physical(physical) : physical;
    }

    private void checkHost(long physical, AccessKind needed, int externalStatus) {
        if (!hostChecks) {
            if (!ram.isResident(physical)) {
                throw fault.ofStage1(access, address, externalStatus);
            }
            return;
        }
        int status = host.check(physical, needed);
        if (status != Stage2.ALLOWED) {
            throw fault.ofHost(access, address, physical, status, externalStatus);
        }
    }

    /** AArch64.AT and the value of PAR_EL1. */
    long addressTranslate(boolean el2, long virtualAddress, boolean write, boolean user, boolean bothStages) {
        access = write ? AccessKind.WRITE : AccessKind.READ;
        address = virtualAddress;
        Regime regime = el2 ? hypervisor : guest;
        try {
            if (!byStage1(regime, virtualAddress)) {
                return TranslationResult.fault(first.status, false, false);
            }
            if (!first.permits(access, user && regime.hasTwoHalves, false)) {
                return TranslationResult.fault(FaultStatus.PERMISSION + first.level, false, false);
            }
            return bothStages && stage2On ? addressByStage2() : TranslationResult.of(first);
        } catch (MemoryFault found) {
            if (found.origin() == MemoryFault.Origin.STAGE2 && bothStages) {
                return TranslationResult.fault(found.status(), true, true);
            }
            throw found.ofMaintenance();
        }
    }

    private long addressByStage2() {
        if (!byStage2(first.address)) {
            return TranslationResult.fault(second.status, true, false);
        }
        if (!second.permits(access, false, false)) {
            return TranslationResult.fault(FaultStatus.PERMISSION + second.level, true, false);
        }
        first.address = second.address;
        if (second.isDevice()) {
            first.memory = 0;
        }
        return TranslationResult.of(first);
    }

    void invalidateAll(boolean el2) {
        if (retained1 != null) {
            retained1.forgetVmid(vmid(el2 ? hypervisor : guest));
        }
        if (retained2 != null && !el2) {
            retained2.forgetVmid(stage2.vmid());
        }
    }

    void invalidateAddress(boolean el2, long virtualAddress, int asid) {
        if (retained1 != null) {
            retained1.forget(virtualAddress, asid, vmid(el2 ? hypervisor : guest));
        }
    }

    void invalidateAsid(boolean el2, int asid) {
        if (retained1 != null) {
            retained1.forgetAsid(asid, vmid(el2 ? hypervisor : guest));
        }
    }

    void invalidateIntermediate(long intermediate) {
        if (retained2 != null) {
            retained2.forget(intermediate, RetainedTranslations.ANY, stage2.vmid());
        }
    }

    void invalidateGuests() {
        if (retained1 != null) {
            retained1.forgetAllBut(NO_VMID);
        }
        if (retained2 != null) {
            retained2.clear();
        }
    }
}
