/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.EventChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.Virq;
import io.faultline.api.notification.Trigger;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.ProbeResult;
import io.faultline.api.state.SavedState;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.xen.host.DomainSettings;
import io.faultline.backend.xen.host.DomainTable;
import io.faultline.backend.xen.store.GuestStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A machine as a domain among others: what its toolstack made, who reaches it, what is saved. */
class DomainTest {
    private static final int SHUTDOWN = 2;
    private static final long CONSOLE = 0x3900_0000L;

    private static long parameter(XenRig rig, int index) {
        rig.longs(XenRig.DATA, XenRig.SELF | (long) index << 32, -1);
        assertEquals(0, rig.call(XenRig.HVM_OP, 1, XenRig.DATA));
        return rig.doubleword(XenRig.DATA + 8);
    }

    @Test
    void theToolstackHasMadeTheRingsAndTheirPorts() {
        XenRig rig = new XenRig(1);
        assertEquals(0x39001, parameter(rig, 1));
        assertEquals(1, parameter(rig, 2));
        assertEquals(0x39000, parameter(rig, 17));
        assertEquals(2, parameter(rig, 18));
        assertEquals(0x0200_0000_0000_021FL, parameter(rig, 0));
        assertEquals(2, rig.status(1));
        assertEquals(2, rig.status(2));
        assertEquals(0, rig.status(3));
    }

    @Test
    void xenstoreNamesTheRings() {
        XenPersonality personality = new XenPersonality(
                DomainSettings.of(BackendConfiguration.defaults(new XenBackendProvider().descriptor())),
                new DomainTable());
        new CorePlan(
                        new BackendIdentity("xen", 1),
                        MachineRequest.builder()
                                .memory(MemoryRegion.ram(XenRig.RAM, 0x1000))
                                .build(),
                        XenRig.open(Map.of()).capabilities(),
                        Set.of(),
                        List.of(),
                        HardwareSettings.DEFAULT,
                        () -> personality)
                .build();
        GuestStore store = personality.domain().store();
        assertEquals("1", store.text("/local/domain/1/store/port").orElseThrow());
        assertEquals("2", store.text("/local/domain/1/console/port").orElseThrow());
        assertEquals("online", store.text("/local/domain/1/cpu/0/availability").orElseThrow());
    }

    @Test
    void aGuestWithoutRingsHasNoPorts() {
        XenRig rig = new XenRig(1, Map.of("xen.store", "none", "xen.console", "off"));
        for (int index : new int[] {1, 2, 17, 18}) {
            assertEquals(0, parameter(rig, index));
        }
        assertEquals(0, rig.status(1));
        assertEquals(-22, rig.event(0, 0, 1, 0), "domain 0 offers nothing");
    }

    @Test
    void theNodeSaysWhereTheInterfaceIs() {
        PlatformNode node = new XenRig(1, Map.of("xen.event-ppi", "20"))
                .machine
                .platformNodes()
                .get(0);
        assertEquals("hypervisor", node.name());
        assertEquals(
                "xen,xen-4.23\0xen,xen\0", new String(node.properties().get("compatible"), StandardCharsets.UTF_8));
        assertArrayEquals(
                new byte[] {0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0xF, 8},
                node.properties().get("interrupts"));
        assertEquals(16, node.properties().get("reg").length);
    }

    @Test
    void whatTheGuestWritesIntoItsRingReachesTheVmm() {
        XenRig rig = new XenRig(1);
        ParavirtualConsole console = rig.machine.console().orElseThrow();
        assertFalse(console.isInUse());
        // The guest writes "hi": STRB W1, [X2]; STR W3, [X4], then it sends.
        write(rig, CONSOLE + 0x400, 'h', 0x3900_0040);
        write(rig, CONSOLE + 0x401, 'i', 0x3900_0040);
        write(rig, CONSOLE + 0xC0C, 2, 0xB900_0040);
        assertEquals(0, rig.event(4, 2));
        assertTrue(console.isInUse());
        assertEquals("hi", new String(console.takeOutput(), StandardCharsets.UTF_8));
        assertEquals(3, console.offer(new byte[] {'y', 'e', 's'}));
    }

    /** Executes a store of W0 to [X2]. */
    private static void write(XenRig rig, long address, long value, int instruction) {
        rig.instruction(XenRig.CODE + 0x100, instruction);
        rig.vcpu(0).write(CoreRegister.PC, XenRig.CODE + 0x100);
        rig.vcpu(0).write(CoreRegister.X0, value);
        rig.vcpu(0).write(CoreRegister.x(2), address);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
    }

    @Test
    void aGuestWithoutAnyConsoleHasNone() {
        assertTrue(new XenRig(1, Map.of("xen.console", "off", "xen.console-io", "denied"))
                .machine
                .console()
                .isEmpty());
        assertFalse(new XenRig(1, Map.of("xen.console", "off"))
                .machine
                .console()
                .orElseThrow()
                .isInUse());
    }

    @Test
    void shuttingDownEndsTheMachine() {
        Map<Integer, VcpuExit> ends = new TreeMap<>();
        ends.put(0, new VcpuExit.SystemEvent(VcpuExit.SystemEvent.Kind.OFF));
        ends.put(1, new VcpuExit.SystemEvent(VcpuExit.SystemEvent.Kind.RESET));
        for (int reason = 2; reason < 6; reason++) {
            ends.put(reason, new VcpuExit.BackendSpecific("xen:shutdown", new TreeMap<>(Map.of("reason", (long)
                    reason))));
        }
        ends.forEach((reason, end) -> {
            XenRig rig = new XenRig(1);
            rig.words(XenRig.DATA, reason);
            rig.prepare(0, XenRig.SCHED_OP, SHUTDOWN, XenRig.DATA);
            assertEquals(end, rig.run(0, 10));
            assertEquals(0, rig.x(0));
        });
    }

    // Several machines.

    private static int offer(XenRig rig, int domain) {
        assertEquals(0, rig.event(6, XenRig.SELF | domain << 16, 0));
        return rig.word(XenRig.DATA + 4);
    }

    @Test
    void machinesOfOneBackendReachEachOther() {
        HypervisorBackend host = XenRig.open(Map.of("xen.xsm", "dummy", "xen.neighbours", "machines"));
        XenRig first = new XenRig(host, 1);
        XenRig second = new XenRig(host, 1);
        int offered = offer(first, 2);
        assertEquals(0, second.event(0, 1, offered, 0));
        int connected = second.word(XenRig.DATA + 8);
        assertEquals(2, first.status(offered));
        assertEquals(0, first.sharedInfo(XenRig.DATA + 0x3000));
        assertEquals(0, second.event(4, connected));
        assertEquals(1L << offered, first.doubleword(XenRig.DATA + 0x3030));
        second.machine.close();
        assertEquals(1, first.status(offered));
        assertEquals(-3, first.event(0, 2, connected, 0));
    }

    @Test
    void aMachineThatTakesOverAnotherKeepsItsChannels() {
        HypervisorBackend host = XenRig.open(Map.of("xen.xsm", "dummy", "xen.neighbours", "machines"));
        XenRig first = new XenRig(host, 1);
        XenRig second = new XenRig(host, 1);
        int offered = offer(first, 2);
        assertEquals(0, second.event(0, 1, offered, 0));
        int connected = second.word(XenRig.DATA + 8);
        assertEquals(0, first.sharedInfo(XenRig.DATA + 0x3000));
        assertEquals(0, second.event(4, connected));
        first.longs(XenRig.DATA + 0x3030, 0);

        // Trying a state leaves the neighbours alone, and so does closing the machine that was left.
        first.machine.restore(first.machine.save());
        assertEquals(2, second.status(connected));
        XenRig third = new XenRig(host, 1);
        third.machine.restore(first.machine.save());
        first.machine.close();
        assertEquals(2, second.status(connected));
        assertEquals(0, second.event(4, connected));
        assertEquals(1L << offered, third.doubleword(XenRig.DATA + 0x3030));
        third.machine.close();
        assertEquals(1, second.status(connected));
    }

    @Test
    void machinesOfDifferentHostsDoNot() {
        HypervisorBackend backend = XenRig.open(Map.of("xen.xsm", "dummy"));
        XenRig first = new XenRig(backend, 1);
        XenRig second = new XenRig(backend, 1);
        int offered = offer(first, 2);
        assertEquals(-3, second.event(0, 2, offered, 0));
    }

    @Test
    void underSiloTwoGuestsDoNotReachEachOther() {
        HypervisorBackend host = XenRig.open(Map.of("xen.neighbours", "machines"));
        XenRig first = new XenRig(host, 1);
        new XenRig(host, 1);
        assertEquals(-1, first.event(6, XenRig.SELF | 2 << 16, 0));
    }

    // Saved state.

    @Test
    void aSavedMachineGoesOnAsTheSameDomainElsewhere() {
        XenRig first = new XenRig(2);
        assertEquals(0, first.sharedInfo(XenRig.DATA + 0x3000));
        int port = first.ipi(0);
        assertEquals(0, first.event(4, port));
        SavedState state = first.machine.save();

        HypervisorBackend host = XenRig.open(Map.of("xen.neighbours", "machines"));
        XenRig other = new XenRig(host, 2);
        XenRig second = new XenRig(host, 2);
        assertEquals(2, domid(second));
        second.machine.restore(state);
        assertEquals(1, domid(second));
        assertEquals(1L << port, second.doubleword(XenRig.DATA + 0x3030));
        assertEquals(5, second.status(port));
        assertEquals(1, domid(other), "it still has channels to itself");
        assertEquals(-3, other.event(6, XenRig.SELF | 2 << 16, 0));
    }

    /** The number of a domain, as an offered port names it. */
    private static int domid(XenRig rig) {
        int port = offer(rig, XenRig.SELF);
        assertEquals(0, rig.event(5, XenRig.SELF, port, 0, 0, 0, 0));
        int id = rig.word(XenRig.DATA + 16) & 0xFFFF;
        assertEquals(0, rig.event(3, port));
        return id;
    }

    @Test
    void aStateThatCannotBeChangesNothing() {
        XenRig rig = new XenRig(1, Map.of("xen.upcall", "edge"));
        SavedState state = rig.machine.save();
        XenRig level = new XenRig(1);
        int port = level.ipi(0);
        assertEquals(
                ErrorId.INVALID_STATE,
                assertThrows(HypervisorException.class, () -> level.machine.restore(state))
                        .id());
        assertEquals(5, level.status(port));
    }

    @Test
    void resetLeavesTheMachineAsItWasBuilt() {
        XenRig rig = new XenRig(2);
        SavedState built = rig.machine.save();
        rig.sharedInfo(XenRig.DATA + 0x3000);
        rig.ipi(1);
        rig.longs(XenRig.DATA, XenRig.DATA + 0x2000 >> 12, 0);
        rig.call(XenRig.EVENT_CHANNEL_OP, 11, XenRig.DATA);
        rig.machine.reset();
        XenRig fresh = new XenRig(2);
        assertEquals(2, rig.status(1));
        assertEquals(0, rig.status(3));
        assertEquals(0x39000, parameter(rig, 17));
        fresh.machine.restore(built);
        assertEquals(0, fresh.status(3));
    }

    // The VMM's side.

    @Test
    void theVmmRaisesPortsThatTheGuestOffers() {
        EventChannel channel = new EventChannel(3);
        XenRig rig = new XenRig(1, Map.of(), channel);
        EventNotifications events = rig.machine.notifications().orElseThrow();
        assertEquals(List.of(channel), events.channels());
        assertEquals(DeliveryOutcome.Kind.REJECTED, events.inject(channel, 0).kind());
        assertFalse(events.state(channel, 0).ready());
        assertEquals(3, offer(rig, 0));
        assertEquals(DeliveryOutcome.Kind.PENDING, events.inject(channel, 0).kind());
        assertEquals(DeliveryOutcome.Kind.COALESCED, events.inject(channel, 0).kind());
        assertTrue(events.state(channel, 0).pending());
        assertEquals(2, rig.status(3));
        assertFalse(events.cancel(channel, 0));
        assertEquals(DeliveryOutcome.Kind.REJECTED, events.injectNow(channel, 0).kind());
        assertThrows(HypervisorException.class, () -> events.setLevel(channel, 0, true));
        assertThrows(HypervisorException.class, () -> events.inject(new EventChannel(4), 0));
        assertThrows(HypervisorException.class, () -> events.inject(channel, 1));
    }

    @Test
    void theVmmRaisesVirtualInterruptsThatTheGuestHasBound() {
        Virq debug = new Virq(1);
        XenRig rig = new XenRig(1, Map.of(), debug);
        EventNotifications events = rig.machine.notifications().orElseThrow();
        assertEquals(DeliveryOutcome.Kind.REJECTED, events.inject(debug, 0).kind());
        assertFalse(events.state(debug, 0).ready());
        assertEquals(0, rig.event(1, 1, 0, 0));
        int port = rig.word(XenRig.DATA + 8);
        assertTrue(events.state(debug, 0).ready());
        assertEquals(DeliveryOutcome.Kind.PENDING, events.inject(debug, 0).kind());
        assertTrue(events.state(debug, 0).pending());
        assertEquals(DeliveryOutcome.Kind.COALESCED, events.inject(debug, 0).kind());
        assertEquals(4, rig.status(port));
        assertFalse(events.cancel(debug, 0));
    }

    @Test
    void someOfTheGuestsPortsAreTheHypervisors() {
        XenRig rig = new XenRig(1, Map.of("xen.xen-owned-ports", "2"));
        assertEquals(1, rig.status(3));
        assertEquals(1, rig.status(4));
        assertEquals(-22, rig.event(3, 3));
        rig.machine.reset();
        assertEquals(1, rig.status(4));
        assertEquals(
                2,
                rig.machine
                        .capabilities()
                        .get(Capabilities.EVENT_CHANNELS_XEN_OWNED)
                        .orElseThrow());
    }

    @Test
    void theVmmRaisesPrivateInterrupts() {
        Ppi level = new Ppi(InterruptId.ppi(20), Trigger.LEVEL);
        Ppi edge = new Ppi(InterruptId.ppi(21), Trigger.EDGE);
        XenRig rig = new XenRig(1, Map.of(), level, edge);
        EventNotifications events = rig.machine.notifications().orElseThrow();
        events.setLevel(level, 0, true);
        assertTrue(events.state(level, 0).pending());
        assertThrows(HypervisorException.class, () -> events.setLevel(edge, 0, true));
        assertEquals(DeliveryOutcome.Kind.REJECTED, events.injectNow(edge, 0).kind());
        assertFalse(events.cancel(edge, 0));
    }

    @Test
    void aRequestThatDoesNotFitIsRefused() {
        HypervisorBackend backend = XenRig.open(Map.of());
        List<String> refusals = backend.plan(MachineRequest.builder()
                        .memory(MemoryRegion.ram(0x3800_0000L, 0x1000))
                        .channel(new Ppi(InterruptId.ppi(31), Trigger.LEVEL))
                        .channel(new EventChannel(5000))
                        .channel(new Virq(3))
                        .vcpus(200)
                        .build())
                .refusals();
        assertEquals(5, refusals.size(), refusals.toString());
        backend.close();
        assertEquals(
                ErrorId.CLOSED,
                assertThrows(
                                HypervisorException.class,
                                () -> backend.plan(MachineRequest.builder().build()))
                        .id());
    }

    @Test
    void whatItCanDoFollowsFromItsSettings() {
        assertTrue(XenRig.open(Map.of()).capabilities().has(Capabilities.EVENT_CHANNELS_FIFO));
        assertFalse(XenRig.open(Map.of("xen.fifo", "absent")).capabilities().has(Capabilities.EVENT_CHANNELS_FIFO));
        assertEquals(
                77,
                XenRig.open(Map.of("xen.max-ports", "77"))
                        .capabilities()
                        .get(Capabilities.EVENT_CHANNELS)
                        .orElseThrow()
                        .highestPort());
        assertEquals("xen", XenRig.open(Map.of()).descriptor().id());
        assertTrue(new XenBackendProvider().probe() instanceof ProbeResult.Available);
    }
}
