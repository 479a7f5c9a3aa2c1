/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import static io.faultline.backend.kvm.sdei.SdeiGuest.PRIVATE;
import static io.faultline.backend.kvm.sdei.SdeiGuest.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class KvmNotificationsTest {
    private static final Ppi EDGE = new Ppi(InterruptId.ppi(21), Trigger.EDGE);
    private static final Ppi OTHER_EDGE = new Ppi(InterruptId.ppi(19), Trigger.EDGE);
    private static final Ppi LEVEL = new Ppi(InterruptId.ppi(22), Trigger.LEVEL);
    private static final SdeiEvent EVENT_0 = new SdeiEvent(0, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);

    private final KvmRig rig = new KvmRig(2, Map.of(), EDGE, OTHER_EDGE, LEVEL);
    private final EventNotifications notifications = rig.notifications();

    private void enable(Ppi ppi) {
        rig.enableInterrupt(0, ppi);
        rig.at(0, KvmRig.NOP);
    }

    private void maskInterrupts() {
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x85);
    }

    @Test
    void channelsAreThoseOfThePlanInOrderAndEvent0() {
        List<NotificationChannel> expected = new ArrayList<>(KvmRig.CHANNELS);
        expected.addAll(List.of(EDGE, OTHER_EDGE, LEVEL, EVENT_0));
        assertEquals(expected, notifications.channels());
        KvmRig named = new KvmRig(1, Map.of(), EVENT_0, EDGE);
        assertEquals(List.of(EVENT_0, EDGE), named.notifications().channels().subList(5, 7));
    }

    @Test
    void eventsGoThroughTheDispatcher() {
        NotificationChannel channel = KvmRig.channel(PRIVATE);
        assertEquals(
                DeliveryOutcome.Kind.REJECTED, notifications.inject(channel, 0).kind());
        assertEquals(
                DeliveryOutcome.Kind.REJECTED,
                notifications.injectNow(channel, 0).kind());
        rig.arm(0, PRIVATE);
        rig.at(0, KvmRig.NOP);
        assertEquals(DeliveryOutcome.DELIVERED, notifications.injectNow(channel, 0));
        assertEquals(DeliveryOutcome.coalesced(), notifications.inject(channel, 0));
        assertEquals(new ChannelState(true, true, false), notifications.state(channel, 0));
        assertTrue(notifications.cancel(channel, 0));
        assertFalse(notifications.cancel(channel, 0));
        rig.step(0);
        assertEquals(KvmRig.NOP + 4, rig.pc(0));
        assertEquals(DeliveryOutcome.DELIVERED, notifications.inject(channel, 0));
        rig.step(0);
        assertEquals(KvmRig.HANDLER, rig.pc(0));
        assertEquals(new ChannelState(true, false, true), notifications.state(channel, 0));
    }

    @Test
    void sharedEventGoesToTheVcpuThatIsAsked() {
        rig.arm(0, SHARED);
        rig.unmask(1);
        rig.at(0, KvmRig.NOP);
        rig.at(1, KvmRig.NOP);
        assertEquals(DeliveryOutcome.DELIVERED, notifications.inject(KvmRig.channel(SHARED), 1));
        rig.step(0);
        rig.step(1);
        assertEquals(KvmRig.NOP + 4, rig.pc(0));
        assertEquals(KvmRig.HANDLER, rig.pc(1));
    }

    @Test
    void event0CanBeRaisedByTheVmmToo() {
        rig.arm(1, 0);
        assertEquals(DeliveryOutcome.DELIVERED, notifications.inject(EVENT_0, 1));
        assertTrue(rig.boundary(1));
    }

    @Test
    void edgeOnAnEnabledInterruptIsTakenAtOnce() {
        enable(EDGE);
        assertEquals(new ChannelState(true, false, false), notifications.state(EDGE, 0));
        assertEquals(DeliveryOutcome.DELIVERED, notifications.inject(EDGE, 0));
        assertEquals(new ChannelState(true, true, false), notifications.state(EDGE, 0));
        rig.step(0);
        assertEquals(KvmRig.VECTORS + 0x280, rig.pc(0));
        assertEquals(21, acknowledge());
        assertEquals(new ChannelState(true, false, true), notifications.state(EDGE, 0));
    }

    private long acknowledge() {
        return rig.vcpu(0).read(SystemRegister.ICC_HPPIR1_EL1) == 21 ? readIar() : -1;
    }

    /** Executes MRS X7, ICC_IAR1_EL1. */
    private long readIar() {
        int instruction = 0xD5200000 | SystemRegister.ICC_IAR1_EL1.encoding() << 5 | 7;
        long address = KvmRig.RAM + 0x800;
        rig.machine.memory().store(address, io.faultline.api.arm64.AccessWidth.WORD, instruction & 0xFFFF_FFFFL);
        rig.at(0, address);
        rig.step(0);
        return rig.x(0, 7);
    }

    @Test
    void reasonSaysWhyAnEdgeIsPending() {
        String ppi = "PPI 21";
        rig.enableInterrupt(0, EDGE);
        rig.disableInterrupt(0, EDGE);
        assertRejectedNow(DeliveryOutcome.pending(ppi + " is not enabled"));
        enable(EDGE);
        rig.vcpu(0).write(SystemRegister.ICC_PMR_EL1, 0);
        assertRejectedNow(DeliveryOutcome.pending(ppi + " is active, its group is off, or its priority is too low"));
        rig.vcpu(0).write(SystemRegister.ICC_PMR_EL1, 0xFF);
        maskInterrupts();
        assertRejectedNow(DeliveryOutcome.pending("interrupts are masked on vCPU 0"));
        rig.vcpu(0).write(CoreRegister.PSTATE, 5);
        enable(OTHER_EDGE);
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x85);
        notifications.inject(OTHER_EDGE, 0);
        assertRejectedNow(DeliveryOutcome.pending("another interrupt goes first on vCPU 0"));
        assertTrue(notifications.cancel(OTHER_EDGE, 0));
        rig.vcpu(0).write(CoreRegister.PSTATE, 5);
        rig.arm(0, PRIVATE);
        rig.at(0, KvmRig.NOP);
        notifications.inject(KvmRig.channel(PRIVATE), 0);
        assertRejectedNow(DeliveryOutcome.pending("an event goes first on vCPU 0"));
    }

    /** What is only pending by an ordinary injection is refused by an immediate one, without a trace. */
    private void assertRejectedNow(DeliveryOutcome pending) {
        assertEquals(DeliveryOutcome.rejected(pending.detail()), notifications.injectNow(EDGE, 0));
        assertFalse(notifications.state(EDGE, 0).pending());
        assertEquals(pending, notifications.inject(EDGE, 0));
        assertEquals(DeliveryOutcome.rejected("PPI 21 is already pending"), notifications.injectNow(EDGE, 0));
        assertEquals(DeliveryOutcome.coalesced(), notifications.inject(EDGE, 0));
        assertTrue(notifications.cancel(EDGE, 0));
        assertFalse(notifications.state(EDGE, 0).pending());
        assertFalse(notifications.cancel(EDGE, 0));
    }

    @Test
    void immediateEdgeIsTakenAtOnce() {
        enable(EDGE);
        assertEquals(DeliveryOutcome.DELIVERED, notifications.injectNow(EDGE, 0));
        rig.step(0);
        assertEquals(KvmRig.VECTORS + 0x280, rig.pc(0));
    }

    @Test
    void edgeToAVcpuThatIsOffIsPending() {
        rig.enableInterrupt(1, EDGE);
        rig.callNumber(1, io.faultline.api.arm64.Psci.CPU_OFF);
        assertEquals(DeliveryOutcome.pending("vCPU 1 is off"), notifications.inject(EDGE, 1));
    }

    @Test
    void interruptInTheHandsOfTheGuestCannotBeCancelled() {
        enable(EDGE);
        notifications.inject(EDGE, 0);
        rig.step(0);
        acknowledge();
        notifications.inject(EDGE, 0);
        assertEquals(new ChannelState(true, true, true), notifications.state(EDGE, 0));
        assertFalse(notifications.cancel(EDGE, 0));
    }

    @Test
    void group0InterruptIsTakenAsFiq() {
        enable(EDGE);
        toGroup0();
        rig.vcpu(0).write(SystemRegister.ICC_IGRPEN0_EL1, 1);
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x45);
        DeliveryOutcome masked = notifications.inject(EDGE, 0);
        assertEquals(DeliveryOutcome.pending("interrupts are masked on vCPU 0"), masked);
        notifications.cancel(EDGE, 0);
        rig.vcpu(0).write(CoreRegister.PSTATE, 0x85);
        rig.at(0, KvmRig.NOP);
        assertEquals(DeliveryOutcome.DELIVERED, notifications.inject(EDGE, 0));
        rig.step(0);
        assertEquals(KvmRig.VECTORS + 0x300, rig.pc(0));
    }

    private void toGroup0() {
        rig.at(0, KvmRig.STORE);
        rig.x(0, 0, 0x080B_0080L);
        rig.x(0, 1, 0);
        rig.step(0);
        rig.at(0, KvmRig.STORE);
        rig.x(0, 0, 0x0800_0000L);
        rig.x(0, 1, 0x13);
        rig.step(0);
    }

    @Test
    void edgeOnALevelSensitiveInputIsForgotten() {
        Ppi asLevel = new Ppi(EDGE.interrupt(), Trigger.LEVEL);
        rig.enableInterrupt(0, asLevel);
        String reason = "the guest has configured PPI 21 as level-sensitive, which forgets a pulse";
        assertEquals(DeliveryOutcome.rejected(reason), notifications.inject(EDGE, 0));
        assertEquals(DeliveryOutcome.rejected(reason), notifications.injectNow(EDGE, 0));
    }

    @Test
    void levelIsPendingAsLongAsTheLineIsHigh() {
        enable(LEVEL);
        notifications.setLevel(LEVEL, 0, true);
        assertEquals(new ChannelState(true, true, false), notifications.state(LEVEL, 0));
        assertFalse(notifications.cancel(LEVEL, 0));
        notifications.setLevel(LEVEL, 0, false);
        assertEquals(new ChannelState(true, false, false), notifications.state(LEVEL, 0));
        rig.step(0);
        assertEquals(KvmRig.NOP + 4, rig.pc(0));
        notifications.setLevel(LEVEL, 0, true);
        rig.step(0);
        assertEquals(KvmRig.VECTORS + 0x280, rig.pc(0));
        assertFalse(notifications.state(LEVEL, 1).pending());
    }

    @Test
    void levelSensitiveChannelIsNotInjected() {
        DeliveryOutcome expected = DeliveryOutcome.rejected("PPI 22 is level-sensitive: drive its line with setLevel");
        assertEquals(expected, notifications.inject(LEVEL, 0));
        assertEquals(expected, notifications.injectNow(LEVEL, 0));
    }

    @Test
    void injectionsAreTraced() {
        rig.enableInterrupt(0, EDGE);
        rig.disableInterrupt(0, EDGE);
        rig.trace.clear();
        notifications.inject(EDGE, 0);
        notifications.setLevel(LEVEL, 1, true);
        notifications.setLevel(LEVEL, 1, false);
        notifications.injectNow(EDGE, 0);
        assertEquals(
                List.of(
                        new TraceEvent.NotificationInjected(0, EDGE.toString(), "pending"),
                        new TraceEvent.NotificationInjected(1, LEVEL.toString(), "high"),
                        new TraceEvent.NotificationInjected(1, LEVEL.toString(), "low"),
                        new TraceEvent.NotificationInjected(0, EDGE.toString(), "rejected")),
                rig.trace);
    }

    @Test
    void whatTheMachineDoesNotHaveIsRefused() {
        Ppi stranger = new Ppi(InterruptId.ppi(25), Trigger.EDGE);
        assertInvalid(() -> notifications.inject(stranger, 0));
        assertInvalid(() -> notifications.inject(new NotificationChannel.EventChannel(1), 0));
        assertInvalid(() -> notifications.injectNow(EDGE, 2));
        assertInvalid(() -> notifications.cancel(EDGE, -1));
        assertInvalid(() -> notifications.state(stranger, 0));
        assertInvalid(() -> notifications.setLevel(EDGE, 0, true));
        assertInvalid(() -> notifications.setLevel(EVENT_0, 0, true));
    }

    private static void assertInvalid(Executable action) {
        HypervisorException problem = assertThrows(HypervisorException.class, action);
        assertEquals(ErrorId.INVALID_ARGUMENT, problem.id());
        assertTrue(problem.where().contains("kvm"), problem.getMessage());
    }
}
