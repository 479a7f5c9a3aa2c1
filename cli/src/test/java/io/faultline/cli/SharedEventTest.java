/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * "If Qemu wants to use it for a shared event which is masked on the local vCPU, we'd need to force the other vCPU to exit to
 * see if they can take it" (linux-arm-kernel, July 2020): here the VMM injects, and the backend finds who can.
 */
class SharedEventTest {
    private static final long BASE = 0x4000_0000L;
    private static final SdeiEvent EVENT = new SdeiEvent(804, SdeiEventType.SHARED, SdeiPriority.NORMAL);

    /** What the handler has not written yet. */
    private static final long NOBODY = 0xFFFF_FFFFL;

    private static final long TAKER = BASE + 0x90;
    private static final long UNMASK_AND_WAIT = BASE + 0x64;

    /**
     * vCPU 0 registers (routing mode RM_ANY) and enables event 804, unmasks events, masks them again, turns vCPU 1 on and
     * spins. vCPU 1 unmasks events and waits for interrupts. The handler stores MPIDR_EL1 and completes.
     */
    private static final int[] PROGRAM = {
        0x52800420,
        0x72b88000,
        0x52806481,
        0x10000362,
        0x10000403,
        0xd2800004,
        0xd2800005,
        0xd4000002,
        0x52800440,
        0x72b88000,
        0x52806481,
        0xd4000002,
        0x52800580,
        0x72b88000,
        0xd4000002,
        0x52800560,
        0x72b88000,
        0xd4000002,
        0x52800060,
        0x72b88000,
        0xd2800021,
        0x10000082,
        0xd2800003,
        0xd4000002,
        0x14000000,
        0x52800580,
        0x72b88000,
        0xd4000002,
        0xd503207f,
        0x17ffffff,
        0xd53800a4,
        0xf9000024,
        0x528004a0,
        0x72b88000,
        0xd2800001,
        0xd4000002,
        (int) NOBODY,
        0
    };

    private HypervisorBackend backend;
    private Machine machine;

    @BeforeEach
    void start() {
        HypervisorBackendProvider provider = BackendRegistry.discover().provider("kvm");
        backend = provider.open(BackendConfiguration.defaults(provider.descriptor()));
        machine = backend.plan(MachineRequest.builder()
                        .vcpus(2)
                        .memory(MemoryRegion.ram(BASE, 0x1000))
                        .channel(EVENT)
                        .build())
                .build();
        for (int i = 0; i < PROGRAM.length; i++) {
            machine.memory().store(BASE + 4L * i, AccessWidth.WORD, PROGRAM[i]);
        }
        machine.vcpus().get(0).write(CoreRegister.PC, BASE);
        run(0);
        assertTrue(machine.vcpus().get(1).isOn());
    }

    @AfterEach
    void stop() {
        machine.close();
        backend.close();
    }

    private VcpuExit run(int vcpu) {
        return machine.vcpus().get(vcpu).run(RunBudget.instructions(1000));
    }

    private EventNotifications events() {
        return machine.notifications().orElseThrow();
    }

    private long taker() {
        return machine.memory().load(TAKER, AccessWidth.DOUBLEWORD);
    }

    @Test
    void anEventThatIsMaskedOnTheVcpuThatIsAskedFirstIsTakenByOneThatWaits() {
        assertInstanceOf(VcpuExit.WaitForInterrupt.class, run(1));
        assertEquals(DeliveryOutcome.DELIVERED, events().inject(EVENT, 0));
        run(0);
        assertEquals(NOBODY, taker(), "vCPU 0 masks events");
        assertInstanceOf(VcpuExit.WaitForInterrupt.class, run(1));
        assertEquals(machine.vcpus().get(1).affinity().mpidr(), taker() & 0xFF_00FF_FFFFL);
        assertEquals(new ChannelState(true, false, false), events().state(EVENT, 0));
    }

    @Test
    void anEventThatIsMaskedEverywhereIsTakenByWhoeverUnmasksFirst() {
        DeliveryOutcome outcome = events().inject(EVENT, 0);
        assertEquals(DeliveryOutcome.Kind.PENDING, outcome.kind());
        assertEquals("events are masked on vCPU 0", outcome.detail());
        assertEquals(new ChannelState(true, true, false), events().state(EVENT, 1));
        run(0);
        assertEquals(NOBODY, taker());
        run(1);
        assertEquals(1, taker() & 0xFF, "vCPU 1 unmasks events when it starts");
        assertEquals(new ChannelState(true, false, false), events().state(EVENT, 0));
    }

    @Test
    void anEventIsTakenByTheVcpuThatIsAskedFirstIfItCan() {
        run(1);
        machine.vcpus().get(0).write(CoreRegister.PC, UNMASK_AND_WAIT);
        run(0);
        assertEquals(DeliveryOutcome.DELIVERED, events().inject(EVENT, 0));
        run(1);
        assertEquals(NOBODY, taker());
        run(0);
        assertEquals(0, taker() & 0xFF);
    }
}
