/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.WFI;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.ldr;
import static io.faultline.backend.core.machine.A64.ldrW;
import static io.faultline.backend.core.machine.A64.movz;
import static io.faultline.backend.core.machine.A64.mrs;
import static io.faultline.backend.core.machine.A64.msr;
import static io.faultline.backend.core.machine.A64.str;
import static io.faultline.backend.core.machine.A64.strW;
import static io.faultline.backend.core.machine.A64.unmask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.trace.TraceEvent;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Interrupts and timers: as a guest sets them up, through the registers of the interrupt controller in memory. */
class InterruptTest {
    private static final long SGI_BASE = MachineLayout.REDISTRIBUTORS + 0x1_0000;
    private static final long IRQ_VECTOR = Rig.VECTORS + 0x280;
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();

    /** Lets the guest write a word to a device register. */
    private static void guestWrite(Rig rig, int vcpu, long address, int value) {
        rig.code(Rig.DATA, strW(2, 1));
        rig.vcpu(vcpu).write(CoreRegister.X1, address);
        rig.vcpu(vcpu).write(CoreRegister.X2, value);
        rig.vcpu(vcpu).write(CoreRegister.PC, Rig.DATA);
        assertEquals(STEPPED, rig.vcpu(vcpu).step());
        assertEquals(Rig.DATA + 4, rig.vcpu(vcpu).read(CoreRegister.PC));
    }

    private static int guestRead(Rig rig, long address) {
        rig.code(Rig.DATA, ldrW(2, 1)).set(1, address);
        rig.vcpu().write(CoreRegister.PC, Rig.DATA);
        assertEquals(STEPPED, rig.step());
        return (int) rig.x(2);
    }

    /** Enables one private interrupt of a vCPU in every place where it can be disabled, PSTATE excepted. */
    private static void enable(Rig rig, int vcpu, int intid) {
        long frame = MachineLayout.REDISTRIBUTORS + vcpu * MachineLayout.REDISTRIBUTOR_BYTES;
        guestWrite(rig, vcpu, MachineLayout.DISTRIBUTOR, 0b10);
        guestWrite(rig, vcpu, frame + 0x14, 0);
        guestWrite(rig, vcpu, frame + 0x1_0080, -1);
        guestWrite(rig, vcpu, frame + 0x1_0100, 1 << intid);
        rig.vcpu(vcpu).write(SystemRegister.ICC_PMR_EL1, 0xFF);
        rig.vcpu(vcpu).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        rig.vcpu(vcpu).write(SystemRegister.VBAR_EL1, Rig.VECTORS);
    }

    private static Rig withTimer(long counts) {
        Rig rig = new Rig(1);
        enable(rig, 0, MachineLayout.VIRTUAL_TIMER);
        rig.code(IRQ_VECTOR, mrs(9, SystemRegister.ICC_IAR1_EL1), movz(5, 1, 0), b(0));
        rig.vcpu().write(SystemRegister.CNTV_CVAL_EL0, counts);
        rig.vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        return rig;
    }

    @Test
    void theFramesOfTheInterruptControllerAreServedWithoutAnExit() {
        Rig rig = new Rig(2);
        enable(rig, 0, 27);
        assertEquals(1 << 27, guestRead(rig, SGI_BASE + 0x100));
        assertEquals(0, guestRead(rig, SGI_BASE + MachineLayout.REDISTRIBUTOR_BYTES + 0x100));
        assertEquals(0x10, guestRead(rig, MachineLayout.REDISTRIBUTORS + MachineLayout.REDISTRIBUTOR_BYTES + 8) & 0x10);
        assertEquals(0, guestRead(rig, MachineLayout.REDISTRIBUTORS + 8) & 0x10);
        assertEquals(4, rig.machine.counters().get("gic.reads"));
        assertEquals(4, rig.machine.counters().get("gic.writes"));
    }

    @Test
    void anAddressAfterTheLastRedistributorIsTheVmms() {
        Rig rig = new Rig(1).start(strW(2, 1)).set(1, MachineLayout.REDISTRIBUTORS + MachineLayout.REDISTRIBUTOR_BYTES);
        assertTrue(rig.run() instanceof VcpuExit.MmioWrite);
    }

    @Test
    void aTimerInterruptsARunAtItsDeadline() {
        Rig rig = withTimer(1000);
        rig.start(unmask(2), A64.addImmediate(0, 0, 1), b(-1));
        rig.set(0, 0);
        long budget = 20_000;
        assertEquals(new VcpuExit.BudgetExhausted(budget), rig.run(0, budget));
        assertEquals(1, rig.x(5));
        assertEquals(MachineLayout.VIRTUAL_TIMER, rig.x(9));
        assertEquals((16_000 - 5) / 2, rig.x(0), 8);
    }

    @Test
    void anIdleVcpuTellsWhenItsTimerFiresAndGoesOnOnceTheVmmHasSkippedThere() {
        Rig rig = withTimer(1000);
        rig.start(unmask(2), WFI, movz(6, 1, 0), b(0));
        VcpuExit idle = new VcpuExit.WaitForInterrupt(OptionalLong.of(16_000));
        assertEquals(idle, rig.run());
        assertEquals(OptionalLong.of(16_000), rig.machine.clock().nextDeadline());
        rig.machine.clock().skipTo(15_999);
        assertEquals(idle, rig.run());
        rig.machine.clock().skipTo(16_000);
        assertEquals(STEPPED, rig.step());
        assertEquals(IRQ_VECTOR, rig.pc());
        assertEquals(Rig.CODE + 8, rig.vcpu().read(SystemRegister.ELR_EL1));
        assertEquals(0, rig.x(6));
    }

    @Test
    void aMaskedInterruptEndsTheWaitAndIsNotTaken() {
        Rig rig = withTimer(1000);
        rig.start(WFI, movz(6, 1, 0), b(0));
        rig.run();
        rig.machine.clock().skipTo(20_000);
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(0, 5));
        assertEquals(1, rig.x(6));
        assertEquals(0, rig.x(5));
    }

    @Test
    void wfiWithAnInterruptPendingIsANop() {
        Rig rig = withTimer(0);
        rig.start(WFI, movz(6, 1, 0), b(0));
        assertEquals(STEPPED, rig.step());
        assertEquals(STEPPED, rig.step());
        assertEquals(1, rig.x(6));
    }

    @Test
    void timeThatAnotherVcpuUsesCountsForTheTimerOfOneThatWaits() {
        Rig rig = new Rig(2);
        enable(rig, 0, MachineLayout.VIRTUAL_TIMER);
        rig.vcpu().write(SystemRegister.CNTV_CVAL_EL0, 100);
        rig.vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        rig.code(Rig.DATA + 0x100, b(0));
        rig.start(A64.hvc(0), WFI, movz(6, 1, 0), b(0))
                .set(0, io.faultline.api.arm64.Psci.CPU_ON)
                .set(1, 1)
                .set(2, Rig.DATA + 0x100);
        assertTrue(rig.run() instanceof VcpuExit.WaitForInterrupt);
        rig.run(1, 2000);
        rig.run(0, 2);
        assertEquals(1, rig.x(6));
    }

    @Test
    void aSoftwareInterruptWakesAnotherVcpu() {
        Rig rig = new Rig(2);
        rig.code(Rig.DATA + 0x100, unmask(2), WFI, movz(6, 1, 0), b(0));
        rig.code(IRQ_VECTOR, mrs(9, SystemRegister.ICC_IAR1_EL1), movz(5, 1, 0), b(0));
        rig.start(A64.hvc(0))
                .set(0, io.faultline.api.arm64.Psci.CPU_ON)
                .set(1, 1)
                .set(2, Rig.DATA + 0x100);
        rig.step();
        enable(rig, 1, 3);
        rig.vcpu(1).write(CoreRegister.PC, Rig.DATA + 0x100);
        assertTrue(rig.run(1, 100) instanceof VcpuExit.WaitForInterrupt);
        rig.start(msr(SystemRegister.ICC_SGI1R_EL1, 3), NOP).set(3, 3L << 24 | 0b10);
        assertEquals(STEPPED, rig.step());
        rig.run(1, 3);
        assertEquals(3, rig.vcpu(1).read(CoreRegister.X9));
        assertEquals(1, rig.vcpu(1).read(CoreRegister.X5));
    }

    @Test
    void resettingAVcpuClearsItsInterrupts() {
        Rig rig = withTimer(0);
        rig.vcpu().reset();
        assertEquals(0, guestRead(rig, SGI_BASE + 0x100));
        assertEquals(0, rig.vcpu().read(SystemRegister.ICC_PMR_EL1));
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
    }

    @Test
    void exceptionsAndAcknowledgesAreTraced() {
        Rig rig = Rig.traced(1);
        enable(rig, 0, MachineLayout.VIRTUAL_TIMER);
        rig.code(IRQ_VECTOR, mrs(9, SystemRegister.ICC_IAR1_EL1), A64.ERET);
        rig.vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        rig.trace.clear();
        rig.start(unmask(2), NOP);
        rig.step();
        rig.step();
        rig.step();
        assertEquals(
                java.util.List.of(
                        new TraceEvent.ExceptionEntry(0, 1, 1, IRQ_VECTOR, 0, Rig.CODE + 4),
                        new TraceEvent.InterruptAcknowledged(0, 27)),
                rig.trace);
    }

    @Test
    void theTimerOfAVcpuThatIsOffIsNoDeadline() {
        Rig rig = withTimer(1000);
        assertEquals(OptionalLong.of(16_000), rig.machine.clock().nextDeadline());
        rig.start(A64.hvc(0)).set(0, io.faultline.api.arm64.Psci.CPU_OFF);
        rig.run();
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
    }

    @Test
    void loadsAndStoresOfMemoryAreNotMistakenForDevices() {
        Rig rig = new Rig(1).start(str(2, 1), ldr(3, 1)).set(1, Rig.DATA + 8).set(2, 17);
        rig.step();
        rig.step();
        assertEquals(17, rig.x(3));
    }
}
