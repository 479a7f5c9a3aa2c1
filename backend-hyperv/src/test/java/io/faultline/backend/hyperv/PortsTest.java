/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static io.faultline.backend.hyperv.SynicRig.MASKED;
import static io.faultline.backend.hyperv.SynicRig.PRIVILEGED;
import static io.faultline.backend.hyperv.SynicRig.SCONTROL;
import static io.faultline.backend.hyperv.SynicRig.SIMP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.synic.Connection;
import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicPort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Ports and connections of the VMM, and what guests send on them (HV-113 to HV-129). */
class PortsTest {
    private static final int ANY = SyntheticInterrupts.ANY_VCPU;

    private final SynicRig rig = new SynicRig(3);
    private final SyntheticInterrupts synic = rig.synic;

    private static void assertRefused(ErrorId id, Executable action) {
        assertEquals(id, assertThrows(HypervisorException.class, action).id());
    }

    private static Map<String, String> with(String key, String value) {
        return Map.of(key, value);
    }

    @ParameterizedTest
    @CsvSource({"0", "0x1234", "0xffffff", "0x1000000", "-1", "0x80000001"})
    void aConnectionThatIsNotThere(String id) {
        synic.connect(1, (type, payload) -> SynicStatus.SUCCESS);
        int connection = (int) (long) Long.decode(id);
        assertEquals(0x12, rig.rig.post(0, connection, 1));
        assertEquals(0x12, rig.rig.signal(0, connection, 0));
        assertEquals(0x12, rig.rig.signal(0, 0x0100_0001, 0), "upper bits are not masked off");
    }

    @Test
    void messagesComeToTheVmm() {
        List<String> got = new ArrayList<>();
        synic.connect(4, (type, payload) -> {
            got.add(type + " " + payload.length + " " + (payload.length > 0 ? payload[0] : 0));
            return SynicStatus.SUCCESS;
        });
        assertEquals(0, rig.rig.post(0, 4, 1, (byte) 7, (byte) 8));
        assertEquals(0, rig.rig.post(2, 4, 0x7FFF_FFFF));
        assertEquals(5, rig.rig.post(0, 4, 0));
        assertEquals(5, rig.rig.post(0, 4, 1, new byte[241]));
        assertEquals(0x11, rig.rig.signal(0, 4, 0));
        assertEquals(List.of("1 2 7", "2147483647 0 0"), got);
    }

    @ParameterizedTest
    @EnumSource(SynicStatus.class)
    void theVmmChoosesTheStatus(SynicStatus status) {
        synic.connect(4, (type, payload) -> status);
        assertEquals(status.code(), rig.rig.post(0, 4, 1));
    }

    @Test
    void signalsComeToTheVmm() {
        List<Integer> got = new ArrayList<>();
        synic.connect(4, 3, got::add);
        assertEquals(0, rig.rig.signal(1, 4, 0));
        assertEquals(0, rig.rig.signal(1, 4, 2));
        assertEquals(5, rig.rig.signal(1, 4, 3));
        assertEquals(0x11, rig.rig.post(1, 4, 1));
        assertEquals(List.of(0, 2), got);
    }

    @Test
    void thePortOrTheConnectionIsOfTheWrongKind() {
        SynicRig other = new SynicRig(1, with("hyperv.wrong-port-kind", "connection"));
        other.synic.connect(1, other.synic.createMessagePort(1, 0, 2));
        other.synic.connect(2, other.synic.createEventPort(2, 0, 2, 0, 1));
        other.synic.connect(3, (type, payload) -> SynicStatus.SUCCESS);
        other.synic.connect(4, 1, flag -> {});
        for (int i = 1; i < 5; i += 2) {
            assertEquals(0x12, other.rig.signal(0, i, 0));
            assertEquals(0x12, other.rig.post(0, i + 1, 1));
        }
    }

    @Test
    void aReceiverMakesItsPortWhileTheGuestPosts() {
        rig.rig.synic(0, 2, 18);
        List<MessagePort> ports = new ArrayList<>();
        synic.connect(4, (type, payload) -> {
            if (!ports.isEmpty()) {
                ports.get(0).close();
            }
            ports.add(0, synic.createMessagePort(1, 0, 2));
            return ports.get(0).post(100 + type, payload);
        });
        assertEquals(0, rig.rig.post(0, 4, 1, (byte) 5));
        assertEquals(List.of(101, 1, 0, 1), rig.slot(0, 2));
        assertEquals(0, rig.rig.post(0, 4, 2, (byte) 6));
        assertEquals(List.of(101, 1, 1, 1), rig.slot(0, 2));
        assertEquals(0, rig.rig.post(0, 4, 3, (byte) 7));
        assertEquals(1, ports.get(0).waiting(), "what waited in the closed port is gone");
        rig.free(0, 2);
        rig.endOfMessage(0);
        assertEquals(List.of(103, 1, 0, 1), rig.slot(0, 2));
        assertEquals(List.of("0:18", "0:18"), rig.raised());
        ports.get(1).close();
        assertTrue(ports.get(0).isOpen(), "closing twice closes no other port");
    }

    @Test
    void aDeletedPortTakesItsMessagesAlong() {
        MessagePort port = synic.createMessagePort(1, 1, 2);
        MessagePort other = synic.createMessagePort(2, 1, 2);
        synic.connect(1, port);
        synic.connect(2, other);
        rig.rig.synic(1, 2, 18);
        for (int i = 1; i < 8; i++) {
            assertEquals(0, rig.rig.post(0, 1 + i % 2, i));
        }
        port.close();
        assertFalse(port.isOpen());
        assertEquals(0, port.waiting());
        assertEquals(0x11, rig.rig.post(0, 1, 1));
        assertEquals(0x11, rig.rig.signal(0, 1, 1));
        assertEquals(SynicStatus.INVALID_PORT_ID, port.post(1, new byte[0]));
        List<Integer> types = new ArrayList<>();
        while (rig.type(1, 2) != 0) {
            types.add(rig.type(1, 2));
            rig.free(1, 2);
            rig.endOfMessage(1);
        }
        assertEquals(List.of(1, 3, 5, 7), types);
        MessagePort again = synic.createMessagePort(1, 1, 2);
        assertEquals(0, rig.rig.post(0, 1, 9), "the connection leads to the port of that identifier");
        assertTrue(again.isOpen());
        assertFalse(port.isOpen());
    }

    @Test
    void aDisconnectedConnectionLeavesItsMessages() {
        MessagePort port = synic.createMessagePort(1, 1, 2);
        Connection connection = synic.connect(1, port);
        rig.rig.synic(1, 2, 18);
        assertEquals(0, rig.rig.post(0, 1, 1));
        assertEquals(0, rig.rig.post(0, 1, 2));
        assertEquals(1, connection.id());
        connection.close();
        assertEquals(0x12, rig.rig.post(0, 1, 3));
        rig.free(1, 2);
        rig.endOfMessage(1);
        assertEquals(2, rig.type(1, 2));
        Connection next = synic.connect(1, port);
        connection.close();
        assertEquals(0, rig.rig.post(0, 1, 3));
        next.close();
        synic.connect(1, (type, payload) -> SynicStatus.TIMEOUT);
        next.close();
        assertEquals(0x78, rig.rig.post(0, 1, 3), "it went to somebody else");
    }

    @Test
    void aClosedConnectionOfTheVmmIsClosed() {
        Connection connection = synic.connect(1, (type, payload) -> SynicStatus.SUCCESS);
        connection.close();
        assertEquals(0x12, rig.rig.post(0, 1, 3));
        synic.connect(1, (type, payload) -> SynicStatus.SUCCESS);
        connection.close();
        assertEquals(0, rig.rig.post(0, 1, 3));
    }

    @Test
    void anyVcpuIsOneThatTakesMessages() {
        MessagePort port = synic.createMessagePort(1, ANY, 2);
        synic.connect(1, port);
        assertEquals(0xE, rig.rig.post(0, 1, 1));
        assertEquals(SynicStatus.INVALID_VP_INDEX, port.post(1, new byte[0]));
        rig.rig.synic(2, 2, 18);
        assertEquals(0, rig.rig.post(0, 1, 1));
        assertEquals(1, rig.type(2, 2));
        rig.rig.synic(1, 2, 18);
        assertEquals(0, rig.rig.set(1, SIMP, 0));
        rig.rig.synic(0, 2, 18);
        assertEquals(0, rig.rig.set(0, SCONTROL, 0));
        rig.free(2, 2);
        assertEquals(0, rig.rig.post(0, 1, 2));
        assertEquals(2, rig.type(2, 2));
        assertEquals(List.of("2:18", "2:18"), rig.raised());
    }

    @Test
    void anyVcpuIsOneThatTakesSignals() {
        EventPort port = synic.createEventPort(1, ANY, 2, 0, 4);
        synic.connect(1, port);
        assertEquals(0xE, rig.rig.signal(0, 1, 1));
        assertEquals(SynicStatus.INVALID_VP_INDEX, port.signal(1));
        rig.rig.synic(0, 2, 18);
        rig.source(0, 2, 18 | MASKED);
        assertEquals(0x18, rig.rig.signal(0, 1, 1));
        rig.rig.synic(2, 2, 18);
        assertEquals(0, rig.rig.signal(0, 1, 1));
        assertEquals(List.of(0L, 2L), List.of(rig.flags(0, 2, 0), rig.flags(2, 2, 0)));
    }

    @Test
    void badArgumentsOfTheVmm() {
        MessagePort port = synic.createMessagePort(1, 0, 0);
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> synic.createMessagePort(1, 0, 0));
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> synic.createEventPort(1, 0, 0, 0, 1));
        for (int id : new int[] {-1, 0x100_0000}) {
            assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createMessagePort(id, 0, 0));
            assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createEventPort(id, 0, 0, 0, 1));
            assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.connect(id, port));
            assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.connect(id, 1, flag -> {}));
            assertTrue(synic.messagePort(id).isEmpty());
            assertTrue(synic.eventPort(id).isEmpty());
        }
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createMessagePort(2, 3, 0));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createMessagePort(2, -2, 0));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createMessagePort(2, 0, 16));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createMessagePort(2, 0, -1));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createEventPort(2, 0, 0, 2048, 1));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createEventPort(2, 0, 0, -1, 1));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createEventPort(2, 0, 0, 2047, 2));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.createEventPort(2, 0, 0, 0, 0));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.connect(2, 0, flag -> {}));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.connect(2, 2049, flag -> {}));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> port.post(0, new byte[0]));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> port.post(0x8000_0010, new byte[0]));
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> port.post(1, new byte[241]));
        synic.connect(2, port);
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> synic.connect(2, port));
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> synic.connect(2, (type, payload) -> SynicStatus.SUCCESS));
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> synic.connect(2, 1, flag -> {}));
        assertTrue(synic.messagePort(1).isPresent());
        assertTrue(synic.eventPort(1).isEmpty());
        synic.createEventPort(0xFF_FFFF, ANY, 15, 2047, 1);
        assertTrue(synic.eventPort(0xFF_FFFF).isPresent());
        assertTrue(synic.messagePort(0xFF_FFFF).isEmpty());
    }

    @Test
    void aMachineHasSoManyPortsAndConnections() {
        Map<String, String> few = new TreeMap<>(PRIVILEGED);
        few.put("hyperv.max-ports", "2");
        few.put("hyperv.max-connections", "3");
        SynicRig small = new SynicRig(2, few);
        MessagePort port = small.synic.createMessagePort(1, 0, 0);
        small.synic.createEventPort(2, 0, 0, 0, 1);
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> small.synic.createMessagePort(3, 0, 0));
        small.synic.connect(1, port);
        small.synic.connect(2, 1, flag -> {});
        small.synic.connect(3, port);
        assertRefused(ErrorId.RESOURCE_CONFLICT, () -> small.synic.connect(4, port));
        assertEquals(0xB, create(small, 9, 1, 0, 0, 0));
        assertEquals(0xB, connect(small, 9, 1, 1));
        assertThrows(HypervisorException.class, () -> new SynicRig(1, with("hyperv.max-ports", "65537")));
        assertThrows(HypervisorException.class, () -> new SynicRig(1, with("hyperv.max-connections", "0")));
    }

    // Neighbours

    private static final class Neighbours {
        private final SynicRig near = new SynicRig(2);
        private final HypervRig far = new HypervRig(near.rig.backend, 2).identified();
        private final SyntheticInterrupts farSynic =
                far.machine.syntheticInterrupts().orElseThrow();
        private final MessagePort messages = farSynic.createMessagePort(5, 1, 3);
        private final EventPort events = farSynic.createEventPort(6, 1, 3, 0, 8);

        private Neighbours() {
            far.synic(1, 3, 21);
            near.synic.connect(1, messages);
            near.synic.connect(2, events);
        }

        private int type() {
            return far.word(HypervRig.slot(1, 3));
        }
    }

    @Test
    void aConnectionLeadsToAnotherMachine() {
        Neighbours both = new Neighbours();
        assertEquals(0, both.near.rig.post(0, 1, 7, (byte) 1));
        assertEquals(
                List.of(7, 1, 5),
                List.of(both.type(), both.far.word(HypervRig.slot(1, 3) + 4), both.far.word(HypervRig.slot(1, 3) + 8)));
        assertEquals(0, both.near.rig.signal(1, 2, 7));
        assertEquals(0x80, both.far.word(HypervRig.siefp(1) + 0x300));
        assertEquals(List.of("1:21", "1:21"), both.near.raised());
        assertEquals(0, both.near.rig.post(0, 1, 8));
        assertEquals(0x11, both.near.rig.post(0, 2, 8));
        both.far.words(HypervRig.slot(1, 3), 0);
        assertEquals(0, both.far.set(1, SynicRig.EOM, 0));
        assertEquals(8, both.type());
        assertEquals(0, both.far.set(1, SCONTROL, 0));
        assertEquals(0x18, both.near.rig.post(0, 1, 9));
        assertEquals(0x18, both.near.rig.signal(0, 2, 0));
    }

    @Test
    void aConnectionToAMachineThatIsResetFindsThePortThatComesThen() {
        Neighbours both = new Neighbours();
        var state = both.far.machine.save();
        both.far.machine.reset();
        assertEquals(0x11, both.near.rig.post(0, 1, 7));
        assertEquals(0x11, both.near.rig.signal(0, 2, 7));
        both.far.machine.restore(state);
        assertTrue(both.messages.isOpen());
        assertEquals(0, both.near.rig.post(0, 1, 7));
        assertEquals(7, both.type());
    }

    @Test
    void aConnectionToAMachineThatIsClosedLeadsNowhere() {
        Neighbours both = new Neighbours();
        assertEquals(0, both.near.rig.post(0, 1, 7));
        assertEquals(0, both.near.rig.post(0, 1, 8));
        both.far.machine.close();
        assertEquals(0x11, both.near.rig.post(0, 1, 7));
        assertEquals(0x11, both.near.rig.signal(0, 2, 7));
        assertFalse(both.messages.isOpen());
        assertEquals(SynicStatus.INVALID_PORT_ID, both.messages.post(1, new byte[0]));
        assertEquals(0, both.messages.waiting());
        both.messages.close();
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.createMessagePort(9, 0, 0));
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.createEventPort(9, 0, 0, 0, 1));
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.connect(9, 1, flag -> {}));
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.connect(9, both.messages));
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.messagePort(5));
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.eventPort(5));
        assertRefused(ErrorId.CLOSED, () -> both.farSynic.signal(0, 0, 0));
        assertEquals(0x11, both.near.rig.post(0, 1, 7));
        both.near.rig.machine.close();
    }

    @Test
    void aMachineThatTriesAStateReachesNobody() {
        Neighbours both = new Neighbours();
        both.near.synic.createMessagePort(9, 0, 1);
        both.near.rig.synic(0, 1, 20);
        both.near.synic.messagePort(9).orElseThrow().post(1, new byte[0]);
        both.near.raised();
        var state = both.near.rig.machine.save();
        both.near.rig.machine.restore(state);
        assertEquals(0, both.type());
        assertEquals(0, both.near.rig.post(0, 1, 7), "connections of the VMM stay");
        assertEquals(7, both.type());
        assertEquals(List.of("1:21"), both.near.raised());
        both.near.rig.machine.reset();
        both.near.rig.identified();
        assertEquals(0, both.near.rig.signal(0, 2, 0));
    }

    @Test
    void aPortOfAnotherBackendIsRefused() {
        SynicPort foreign = new SynicRig(1).synic.createMessagePort(1, 0, 0);
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.connect(1, foreign));
        SynicPort none = new SynicPort() {
            @Override
            public int id() {
                return 3;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        assertRefused(ErrorId.INVALID_ARGUMENT, () -> synic.connect(1, none));
        assertEquals(0x12, rig.rig.post(0, 1, 1));
    }

    // What a guest with privileges does itself

    private static int create(SynicRig rig, int port, int kind, int source, int vp, int flags) {
        rig.rig.longs(HypervRig.INPUT, -1, Integer.toUnsignedLong(port), 0, kind, source | (long) vp << 32, flags, 0);
        return (int) rig.rig.call(1, 0x95, HypervRig.INPUT, 0) & 0xFFFF;
    }

    private static int connect(SynicRig rig, int connection, int port, int kind) {
        rig.rig.longs(
                HypervRig.INPUT,
                -1,
                Integer.toUnsignedLong(connection),
                -1,
                Integer.toUnsignedLong(port),
                kind,
                0,
                0,
                0,
                0);
        return (int) rig.rig.call(1, 0x96, HypervRig.INPUT, 0) & 0xFFFF;
    }

    private static int delete(SynicRig rig, int port) {
        return (int) rig.rig.call(1, 0x58 | HypervRig.FAST, -1, Integer.toUnsignedLong(port)) & 0xFFFF;
    }

    private static int disconnect(SynicRig rig, int connection) {
        return (int) rig.rig.call(1, 0x5B | HypervRig.FAST, -1, Integer.toUnsignedLong(connection)) & 0xFFFF;
    }

    @Test
    void privilegesAreNeeded() {
        assertEquals(6, create(rig, 1, 1, 0, 0, 0));
        assertEquals(6, connect(rig, 1, 1, 1));
        assertEquals(6, delete(rig, 1));
        assertEquals(6, disconnect(rig, 1));
        SynicRig less = new SynicRig(1, with("hyperv.privileges", "0x000a00000000027f"));
        assertEquals(6, less.rig.post(0, 1, 1));
        assertEquals(6, less.rig.signal(0, 1, 1));
    }

    @Test
    void aConnectionThatTheGuestMadeAnewIsNotTheVmmsToClose() {
        SynicRig own = new SynicRig(2, PRIVILEGED);
        own.rig.synic(1, 2, 18);
        MessagePort first = own.synic.createMessagePort(1, 1, 2);
        own.synic.createMessagePort(2, 1, 2);
        Connection connection = own.synic.connect(5, first);
        assertEquals(0, disconnect(own, 5));
        assertEquals(0, connect(own, 5, 2, 1));
        connection.close();
        assertEquals(0, own.rig.post(0, 5, 7));
        assertEquals(List.of(7, 0, 0, 2), own.slot(1, 2), "from the other port");
    }

    @Test
    void aGuestMakesPortsOfItsOwn() {
        SynicRig own = new SynicRig(2, PRIVILEGED);
        own.rig.synic(0, 8, 20);
        own.rig.synic(1, 9, 21);
        assertEquals(0, create(own, 0x10, 1, 8, 0, 0));
        assertEquals(0, create(own, 0x11, 2, 9, -2, 5 | 4 << 16));
        assertEquals(0, create(own, 0x12, 1, 9, -1, 0));
        assertEquals(0x19, create(own, 0x10, 1, 8, 0, 0));
        assertEquals(0, connect(own, 0x20, 0x10, 1));
        assertEquals(0, connect(own, 0x21, 0x11, 2));
        assertEquals(0, connect(own, 0x22, 0x12, 1));
        assertEquals(0x19, connect(own, 0x20, 0x10, 1));
        assertEquals(0, own.rig.post(1, 0x20, 0x1234, (byte) 1));
        assertEquals(List.of(0x1234, 1, 0, 0x10), own.slot(0, 8));
        assertEquals(0, own.rig.signal(0, 0x21, 3));
        assertEquals(1 << 8, own.flags(1, 9, 0), "of the vCPU that made the port");
        assertEquals(0, own.rig.post(1, 0x22, 7));
        assertEquals(List.of("0:20", "1:21", "0:20").subList(0, 2), own.raised().subList(0, 2));
        assertEquals(0x11, delete(own, 0x13));
        assertEquals(0, delete(own, 0x10));
        assertEquals(0x11, own.rig.post(1, 0x20, 1));
        assertEquals(0, disconnect(own, 0x20));
        assertEquals(0x12, own.rig.post(1, 0x20, 1));
        assertEquals(0x12, disconnect(own, 0x20));
        own.synic.connect(0x30, 1, flag -> {});
        assertEquals(6, disconnect(own, 0x30), "that is the VMM's");
        assertEquals(0, own.rig.signal(0, 0x30, 0));
        assertEquals(0x19, connect(own, 0x30, 0x11, 2));
    }

    @ParameterizedTest
    @CsvSource({
        "0x1000000, 1, 0, 0, 0, 5",
        "-1, 1, 0, 0, 0, 5",
        "1, 0, 0, 0, 0, 5",
        "1, 3, 0, 0, 0, 5",
        "1, 4, 0, 0, 0, 5",
        "1, 1, 16, 0, 0, 5",
        "1, 1, -1, 0, 0, 5",
        "1, 1, 0, 2, 0, 0xE",
        "1, 1, 0, -3, 0, 0xE",
        "1, 2, 0, 0, 0, 5",
        "1, 2, 0, 0, 0x00010800, 5",
        "1, 2, 0, 0, 0x08010000, 5",
        "1, 2, 0, 0, 0x08000000, 0",
        "1, 2, 15, -1, 0x000107ff, 0"
    })
    void whatAPortCanBe(String port, int kind, int source, int vp, String flags, String status) {
        SynicRig own = new SynicRig(2, PRIVILEGED);
        assertEquals(
                Integer.decode(status),
                create(own, Integer.decode(port), kind, source & 0xFFFF_FFFF, vp, Integer.decode(flags)));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "12, 1", "13, 1", "16, 1"})
    void portsAreOfThePartitionItself(int offset, int value) {
        SynicRig own = new SynicRig(2, PRIVILEGED);
        rig.rig.identified();
        own.rig.longs(HypervRig.INPUT, -1, 1, 0, 1, 0, 0, 0);
        own.rig.machine.memory().write(HypervRig.INPUT + offset, new byte[] {(byte) value});
        int expected = offset == 12 || offset == 13 ? 5 : 6;
        assertEquals(expected, own.rig.call(0, 0x95, HypervRig.INPUT, 0) & 0xFFFF);
        own.rig.longs(HypervRig.INPUT, -1, 1, -1, 1, 0, 0, 0);
        assertEquals(0, own.rig.call(0, 0x95, HypervRig.INPUT, 0) & 0xFFFF, "itself, by name");
    }

    @Test
    void whatAConnectionCanBe() {
        SynicRig own = new SynicRig(2, PRIVILEGED);
        own.synic.createMessagePort(1, 0, 0);
        own.synic.createEventPort(2, 0, 0, 0, 1);
        assertEquals(0x12, connect(own, 0x0100_0000, 1, 1));
        assertEquals(0x11, connect(own, 1, 3, 1));
        assertEquals(0x11, connect(own, 1, 2, 1));
        assertEquals(0x11, connect(own, 1, 1, 2));
        assertEquals(0x11, connect(own, 1, 0x0100_0001, 1));
        assertEquals(5, connect(own, 1, 1, 3));
        own.rig.longs(HypervRig.INPUT, -1, 1L | 1L << 32, -1, 1, 1, 0, 0, 0, 0);
        assertEquals(5, own.rig.call(0, 0x96, HypervRig.INPUT, 0) & 0xFFFF, "a trust level");
        own.rig.longs(HypervRig.INPUT, 7, 1, -1, 1, 1, 0, 0, 0, 0);
        assertEquals(6, own.rig.call(0, 0x96, HypervRig.INPUT, 0) & 0xFFFF);
        own.rig.longs(HypervRig.INPUT, -1, 1, 7, 1, 1, 0, 0, 0, 0);
        assertEquals(6, own.rig.call(0, 0x96, HypervRig.INPUT, 0) & 0xFFFF);
        assertEquals(6, own.rig.call(0, 0x58 | HypervRig.FAST, 7, 1) & 0xFFFF);
        assertEquals(6, own.rig.call(0, 0x5B | HypervRig.FAST, 7, 1) & 0xFFFF);
    }
}
