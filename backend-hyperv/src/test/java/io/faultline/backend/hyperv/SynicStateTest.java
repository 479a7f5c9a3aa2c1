/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Saved states of controllers, queues, ports and connections (HV-169 to HV-172). */
class SynicStateTest {
    private final SynicRig rig = new SynicRig(2);
    private final MessagePort port = rig.synic.createMessagePort(3, 1, 2);
    private final SavedState state;

    SynicStateTest() {
        rig.rig.synic(1, 2, 18);
        rig.synic.connect(7, port);
        rig.synic.createEventPort(4, -1, 5, 100, 8);
        rig.synic.connect(8, rig.synic.eventPort(4).orElseThrow());
        for (int i = 1; i < 5; i++) {
            port.post(i, new byte[] {(byte) i, (byte) -i});
        }
        rig.synic.signal(1, 2, 2047);
        rig.raised();
        state = rig.rig.machine.save();
    }

    @Test
    void everythingIsThereAgain() {
        SynicRig other = new SynicRig(2);
        other.rig.machine.restore(state);
        assertEquals(state.values(), other.rig.machine.save().values());
        assertEquals(List.of(1, 2, 1, 3), other.slot(1, 2));
        assertEquals(1L << 63, other.flags(1, 2, 31));
        assertEquals(List.of(), other.raised(), "restoring is no edge");
        MessagePort restored = other.synic.messagePort(3).orElseThrow();
        assertEquals(3, restored.waiting());
        for (int i = 2; i < 5; i++) {
            other.free(1, 2);
            other.endOfMessage(1);
            assertEquals(List.of(i, 2, i < 4 ? 1 : 0, 3), other.slot(1, 2));
            assertEquals(i | (-i & 0xFF) << 8, other.rig.doubleword(HypervRig.slot(1, 2) + 16));
        }
        other.free(1, 2);
        assertEquals(0, other.rig.post(0, 7, 9), "the connection, too");
        assertEquals(9, other.type(1, 2));
        assertEquals(SynicStatus.SUCCESS, other.synic.signal(1, 2, 2047));
        assertEquals(4, other.raised().size());
        assertEquals(0x18, other.rig.signal(0, 8, 0));
    }

    @Test
    void aHandleFromBeforeIsOfTheRestoredPort() {
        rig.rig.machine.reset();
        assertFalse(port.isOpen());
        rig.rig.machine.restore(state);
        assertTrue(port.isOpen());
        assertEquals(3, port.waiting());
        rig.synic.createMessagePort(5, 0, 0);
        rig.rig.machine.restore(state);
        assertTrue(rig.synic.messagePort(5).isEmpty());
        assertEquals(3, port.waiting());
    }

    @Test
    void aConnectionOfTheVmmIsInFrontOfARestoredOne() {
        SynicRig other = new SynicRig(2);
        var connection = other.synic.connect(7, (type, payload) -> SynicStatus.TIMEOUT);
        other.rig.machine.restore(state);
        assertEquals(0x78, other.rig.post(0, 7, 9));
        connection.close();
        assertEquals(0, other.rig.post(0, 7, 9));
        assertEquals(4, other.synic.messagePort(3).orElseThrow().waiting());
    }

    @ParameterizedTest
    @CsvSource({
        "controllers/sints, 32, 0, an interrupt",
        "controllers/control, 3, , too many words",
        "siefp.1/register, 0x40000001, , a page that is not there",
        "ports/ports/ids, '4 3', , not in order",
        "ports/ports/ids, '-1 3', , below",
        "ports/ports/ids, '3 0x1000000', , above",
        "ports/ports/vcpus, '1 2', , no vCPU",
        "ports/ports/vcpus, '-2 1', , no vCPU",
        "ports/ports/sources, '2 16', , no source",
        "ports/ports/first-flags, '1 100', , a port for messages with a first flag",
        "ports/ports/first-flags, '0 2041', , flags above",
        "ports/ports/flags, '0 -1', , less than none",
        "ports/ports/flags, '0 2049', , too many flags",
        "ports/connections/ids, '8 7', , not in order",
        "ports/connections/ids, '7 0x1000000', , above",
        "ports/connections/ports, '3 -1', , below",
        "ports/connections/ports, '3 0x1000000', , above",
        "queues/queues, '18 18 17', , not in order",
        "queues/queues, '18 18 32', , no queue",
        "queues/queues, '18 18 19', , of a source that is not the port's",
        "queues/queues, '2 18 18', , of a vCPU that is not the port's",
        "queues/kinds, '0 0 9', , no kind",
        "queues/kinds, '0 0 1', , nobody has it",
        "queues/keys, '3 3 4', , a port for events",
        "queues/keys, '3 3 0x100000000', , no number",
        "queues/types, '1 0 2', , no type",
        "queues/types, '1 -1 2', , a type of the hypervisor",
        "queues/types, '1 0x80000000 2', , no number",
        "queues/sizes, '2 2 241', , too long",
        "queues/sizes, '2 2 3', , more than there is",
        "queues/originations, '3 3 5', , of another port"
    })
    void nonsenseIsRefused(String name, String words, String unused, String why) {
        StateValue value = name.endsWith("register")
                ? new StateValue.Word(Long.decode(words))
                : new StateValue.Words(numbers(name, words));
        SavedState forged = Forged.value(state, name, value);
        assertEquals(
                ErrorId.INVALID_STATE,
                assertThrows(HypervisorException.class, () -> rig.rig.machine.restore(forged), why)
                        .id());
        assertEquals(state.values(), rig.rig.machine.save().values(), "nothing has changed");
    }

    private long[] numbers(String name, String words) {
        if (name.endsWith("sints")) {
            long[] sints = new long[32];
            sints[5] = Long.decode(words);
            return sints;
        }
        String[] parts = words.split(" ");
        long[] numbers = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Long.decode(parts[i]);
        }
        return numbers;
    }

    @Test
    void moreThanTheLimitIsRefused() {
        SynicRig small = new SynicRig(2, Map.of("hyperv.max-ports", "1"));
        assertThrows(HypervisorException.class, () -> small.rig.machine.restore(state));
        SynicRig fewer = new SynicRig(2, Map.of("hyperv.max-connections", "1"));
        assertThrows(HypervisorException.class, () -> fewer.rig.machine.restore(state));
    }
}
