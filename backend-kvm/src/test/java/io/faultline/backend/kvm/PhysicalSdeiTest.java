/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.backend.kvm.sdei.CallStateTable;
import io.faultline.backend.kvm.sdei.SdeiGuest;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A client at EL2, which calls the dispatcher of the firmware by SMC. */
class PhysicalSdeiTest {
    private static final long EL1H = 0x5;
    private static final long HCR_RW = 1L << 31;
    private static final long HCR_E2H = 1L << 34;
    private static final long HCR_TGE = 1L << 27;
    private static final long PAN = 1L << 22;

    private static KvmRig rig(Map<String, String> settings) {
        return new KvmRig(2, ExceptionLevel.EL2, KvmRig.open(settings));
    }

    static Stream<CallStateTable.Cell> cells() {
        return CallStateTable.cells();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyCallAnswersAndChangesTheStateAsTheTableSays(CallStateTable.Cell cell) {
        cell.check(rig(cell.settings()));
    }

    @Test
    void aCallFromEl1IsNotSupportedAndChangesNothing() {
        KvmRig rig = rig(Map.of());
        rig.vcpu(0).write(SystemRegister.HCR_EL2, HCR_RW);
        rig.vcpu(0).write(CoreRegister.PSTATE, EL1H);
        assertEquals(-1, rig.smc(0, SdeiFunction.PE_UNMASK));
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x9);
        assertEquals(0, rig.smc(0, SdeiFunction.PE_MASK), "still masked");
    }

    @Test
    void anEventInterruptsAGuestOfTheClientAndItsRegistersStay() {
        KvmRig rig = rig(Map.of());
        rig.arm(0, SdeiGuest.PRIVATE);
        rig.vcpu(0).write(SystemRegister.HCR_EL2, HCR_RW);
        rig.vcpu(0).write(SystemRegister.ELR_EL2, 0x1234);
        rig.vcpu(0).write(SystemRegister.ELR_EL1, 0x5678);
        rig.vcpu(0).write(CoreRegister.PSTATE, EL1H);
        rig.inject(0, SdeiGuest.PRIVATE);
        assertTrue(rig.boundary(0));
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        assertEquals(ExceptionLevel.EL2, new ProcessorState(rig.pstate(0)).level());
        assertEquals(EL1H, rig.x(0, 3));
        assertEquals(0x1234, rig.vcpu(0).read(SystemRegister.ELR_EL2));
        assertEquals(HCR_RW, rig.vcpu(0).read(SystemRegister.HCR_EL2) & HCR_RW);
        rig.resume(0, KvmRig.RESUME);
        assertEquals(KvmRig.RESUME, rig.pc(0));
        assertEquals(0x3C9, rig.pstate(0) & 0x3DF);
        assertEquals(KvmRig.NOP, rig.vcpu(0).read(SystemRegister.ELR_EL2));
        assertEquals(EL1H, rig.vcpu(0).read(SystemRegister.SPSR_EL2));
        assertEquals(0x5678, rig.vcpu(0).read(SystemRegister.ELR_EL1));
    }

    @Test
    void aPhysicalEventPreemptsAVirtualHandler() {
        KvmRig rig = rig(Map.of());
        rig.arm(0, SdeiGuest.PRIVATE);
        // What a dispatcher at EL2 has made of its guest: inside a handler, with everything masked.
        rig.vcpu(0).write(SystemRegister.HCR_EL2, HCR_RW);
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x3C5);
        rig.inject(0, SdeiGuest.PRIVATE);
        assertTrue(rig.boundary(0));
        rig.complete(0);
        assertEquals(0x3C5, rig.pstate(0));
        assertFalse(rig.boundary(0));
    }

    @ParameterizedTest
    @CsvSource({"0,false", "1,true"})
    void panIsSetOnlyForAHostWithSpanClear(int tge, boolean pan) {
        KvmRig rig = rig(Map.of());
        rig.arm(0, SdeiGuest.PRIVATE);
        rig.vcpu(0).write(SystemRegister.HCR_EL2, HCR_RW | HCR_E2H | (tge != 0 ? HCR_TGE : 0));
        rig.vcpu(0).write(SystemRegister.SCTLR_EL2, rig.vcpu(0).read(SystemRegister.SCTLR_EL2) & ~(1L << 23));
        rig.inject(0, SdeiGuest.PRIVATE);
        assertTrue(rig.boundary(0));
        assertEquals(pan, (rig.pstate(0) & PAN) != 0);
    }
}
