/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.backend.kvm.sdei.SdeiGuest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Interrupts of the GIC that a guest has bound to events. */
class BoundInterruptTest {
    private static final int SPI = 40;
    private static final int TIMER = 27;
    private static final long DISTRIBUTOR = 0x0800_0000L;
    private static final long ENABLE = DISTRIBUTOR + 0x104;
    private static final long PENDING = DISTRIBUTOR + 0x204;
    private static final long GROUP = DISTRIBUTOR + 0x84;
    private static final long CONFIGURATION = DISTRIBUTOR + 0xC08;
    private static final long ROUTE = DISTRIBUTOR + 0x6000 + 8 * SPI;
    private static final long PRIORITY = DISTRIBUTOR + 0x400 + SPI;
    private static final long SPI_BIT = 1L << SPI - 32;
    private static final Ppi OTHER = new Ppi(InterruptId.ppi(21), Trigger.LEVEL);

    private final KvmRig rig = new KvmRig(2, Map.of(), OTHER);

    @BeforeEach
    void enableGroups() {
        rig.enableInterrupt(0, OTHER);
    }

    private int ready(int intid) {
        int event = (int) rig.call(0, SdeiFunction.INTERRUPT_BIND, intid);
        assertEquals(0, rig.register(0, event));
        assertEquals(0, rig.enable(0, event));
        rig.unmask(0);
        return event;
    }

    private void spi(boolean high) {
        rig.machine.interruptLines().orElseThrow().setLevel(new InterruptId(SPI), high);
    }

    private long load(long address) {
        rig.at(0, KvmRig.LOAD);
        rig.x(0, 0, address);
        rig.step(0);
        return rig.x(0, 1);
    }

    @Test
    void anSpiRunsTheHandlerInsteadOfAnInterrupt() {
        rig.store(0, GROUP, -1L);
        rig.store(0, ENABLE, SPI_BIT);
        int event = ready(SPI);
        spi(true);
        assertTrue(rig.boundary(0));
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        assertEquals(event, rig.x(0, 0));
        assertEquals(1023, rig.vcpu(0).read(SystemRegister.ICC_HPPIR1_EL1));
        rig.complete(0);
        assertTrue(rig.boundary(0), "the line is still high");
        spi(false);
        rig.complete(0);
        assertFalse(rig.boundary(0));
    }

    @Test
    void whatIsTakenCannotBeReachedThroughTheDistributor() {
        rig.store(0, GROUP, -1L);
        rig.store(0, ENABLE, SPI_BIT);
        rig.store(0, PRIORITY & ~3, 0x5050_5050L);
        rig.store(0, ROUTE, 1);
        int event = ready(SPI);
        rig.mask(0);
        spi(true);
        for (long register : new long[] {GROUP, ENABLE, PENDING}) {
            assertEquals(0, load(register) & SPI_BIT, Long.toHexString(register));
        }
        assertEquals(0, load(PRIORITY & ~3) & 0xFF);
        assertEquals(0, load(ROUTE));
        rig.store(0, DISTRIBUTOR + 0x284, SPI_BIT);
        rig.store(0, DISTRIBUTOR + 0x184, SPI_BIT);
        rig.store(0, CONFIGURATION, 0xFFFF_FFFFL);
        rig.store(0, ROUTE, 0);
        rig.store(0, PRIORITY & ~3, 0);
        rig.unmask(0);
        assertTrue(rig.boundary(0), "the guest could not take the interrupt back");
        spi(false);
        rig.complete(0);
        assertEquals(0, rig.unregister(0, event));
        assertEquals(1, load(ROUTE), "as it was");
        assertEquals(0xF8, load(PRIORITY & ~3) & 0xFF, "of lowest priority");
        assertEquals(0, load(ENABLE) & SPI_BIT, "disabled");
        assertEquals(SPI_BIT, load(GROUP) & SPI_BIT);
        assertEquals(0, rig.call(0, SdeiFunction.INTERRUPT_RELEASE, event));
        rig.store(0, PRIORITY & ~3, 0);
        rig.store(0, ENABLE, SPI_BIT);
        rig.store(0, ROUTE, 0);
        spi(true);
        assertEquals(SPI, rig.vcpu(0).read(SystemRegister.ICC_HPPIR1_EL1), "an ordinary interrupt again");
    }

    @Test
    void aGuestCannotEndWhatItsDispatcherHandles() {
        ready(SPI);
        spi(true);
        rig.boundary(0);
        rig.vcpu(0).write(SystemRegister.ICC_EOIR1_EL1, SPI);
        assertFalse(rig.boundary(0), "the handler still runs");
        rig.store(0, DISTRIBUTOR + 0x384, SPI_BIT);
        rig.complete(0);
        assertTrue(rig.boundary(0));
    }

    @Test
    void anEdgeIsLatchedOnce() {
        rig.store(0, CONFIGURATION, 2L << 2 * (SPI - 32));
        ready(SPI);
        for (int i = 0; i < 3; i++) {
            spi(true);
            spi(false);
        }
        assertTrue(rig.boundary(0));
        rig.complete(0);
        assertFalse(rig.boundary(0));
    }

    @Test
    void aTimerThatIsBoundWakesAnIdleVcpu() {
        int event = ready(TIMER);
        rig.vcpu(0).write(SystemRegister.CNTV_CVAL_EL0, 1000);
        rig.vcpu(0).write(SystemRegister.CNTV_CTL_EL0, 1);
        rig.at(0, KvmRig.WFI);
        VcpuExit exit = rig.vcpu(0).run(RunBudget.instructions(10));
        VcpuExit.WaitForInterrupt idle = assertInstanceOf(VcpuExit.WaitForInterrupt.class, exit);
        rig.machine.clock().skipTo(idle.deadline().orElseThrow());
        rig.step(0);
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        assertEquals(event, rig.x(0, 0));
    }

    @Test
    void aRestoredMachineTakesTheSameInterrupts() {
        int event = ready(SPI);
        spi(true);
        KvmRig copy = new KvmRig(2, Map.of(), OTHER);
        copy.machine.restore(rig.machine.save());
        assertTrue(copy.boundary(0));
        assertEquals(event, copy.x(0, 0));
        copy.complete(0);
        copy.at(0, KvmRig.LOAD);
        copy.x(0, 0, ENABLE);
        copy.step(0);
        assertEquals(0, copy.x(0, 1) & SPI_BIT);
    }

    @Test
    void aResetMachineHasNothingBound() {
        ready(SPI);
        ready(TIMER);
        rig.machine.reset();
        KvmRig fresh = new KvmRig(2, Map.of(), OTHER);
        fresh.machine.reset();
        assertEquals(fresh.machine.save().values(), rig.machine.save().values());
    }

    @Test
    void thePpiOfPageFaultsBelongsToTheHypervisor() {
        var machine = KvmRig.open(Map.of())
                .plan(io.faultline.api.machine.MachineRequest.builder()
                        .asyncPageFaults(0x4040_0001, 23)
                        .memory(io.faultline.api.memory.MemoryRegion.ram(KvmRig.RAM, 4096))
                        .build())
                .build();
        machine.memory().store(KvmRig.RAM, AccessWidth.WORD, 0xD400_0002L);
        var vcpu = machine.vcpus().get(0);
        vcpu.write(io.faultline.api.arm64.CoreRegister.PC, KvmRig.RAM);
        vcpu.write(io.faultline.api.arm64.CoreRegister.X0, SdeiFunction.INTERRUPT_BIND.id() & 0xFFFF_FFFFL);
        vcpu.write(io.faultline.api.arm64.CoreRegister.X1, 23);
        vcpu.step();
        assertEquals(-3, vcpu.read(io.faultline.api.arm64.CoreRegister.X0));
    }

    @Test
    void interruptsCanBeHeldBackWhileAHandlerRuns() {
        for (String setting : new String[] {"taken", "held"}) {
            KvmRig one = new KvmRig(1, Map.of("sdei.held-interrupts", setting), OTHER);
            one.enableInterrupt(0, OTHER);
            one.arm(0, SdeiGuest.PRIVATE);
            one.inject(0, SdeiGuest.PRIVATE);
            assertTrue(one.boundary(0));
            one.notifications().setLevel(OTHER, 0, true);
            one.vcpu(0).write(io.faultline.api.arm64.CoreRegister.PSTATE, 0x5);
            assertEquals(setting.equals("taken"), one.boundary(0), setting);
            one.complete(0);
            one.vcpu(0).write(io.faultline.api.arm64.CoreRegister.PSTATE, 0x5);
            if (setting.equals("held")) {
                assertTrue(one.boundary(0), "after the handler");
            }
        }
    }
}
