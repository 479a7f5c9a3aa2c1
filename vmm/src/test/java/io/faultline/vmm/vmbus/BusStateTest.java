/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import static io.faultline.vmm.vmbus.BusRig.RAM;
import static io.faultline.vmm.vmbus.BusRig.RINGS;
import static io.faultline.vmm.vmbus.BusRig.RING_PAGES;
import static io.faultline.vmm.vmbus.BusRig.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.synic.SynicStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BusStateTest {
    @Test
    void aBusGoesOnInAnotherMachine() {
        BusRig rig = BusRig.open();
        rig.send(BusRig.gpadlHeader(1, 6, 1, 30, BusRig.range(RAM, 20)));
        rig.put(6, 0, 1, payload(800, 1));
        rig.signal();
        rig.server.exchange();
        rig.put(6, 0, 2, payload(8, 2));
        rig.signal();
        BusRig there = rig.moved();
        assertEquals(rig.state(), there.state());
        assertTrue(there.server.exchange(), "the signal was not lost");
        assertEquals(1, there.get().orElseThrow().getLong(8));
        assertEquals(2, there.get().orElseThrow().getLong(8));
        there.send(
                BusRig.gpadlBody(6, LongStream.range(0, 9).map(i -> RAM >> 12).toArray()));
        assertEquals(HostMessage.FAILURE, there.take(BusRig.GPADL_CREATED).getInt(16), "21 words and 9 are 30");
        assertEquals(SynicStatus.INVALID_PARAMETER, there.post(BusRig.message(3, 8)), "offers were made");
    }

    @Test
    void answersThatHadNoBufferGoAlong() {
        BusRig rig = new BusRig(VmbusConfiguration.echo(100));
        rig.connect(2);
        rig.send(BusRig.message(3, 8));
        for (int relid = 1; relid <= 30; relid++) {
            assertEquals(relid, rig.take(BusRig.OFFER).getInt(184));
            rig.server.exchange();
        }
        BusRig there = rig.moved();
        for (int relid = 31; relid <= 100; relid++) {
            assertEquals(relid, there.take(BusRig.OFFER).getInt(184));
            there.server.exchange();
        }
        there.take(BusRig.ALL_OFFERS);
        assertEquals(Optional.empty(), there.next());
    }

    @Test
    void anOwedInterruptAndAReleasedChannelGoAlong() {
        BusRig rig = BusRig.connected(2);
        assertEquals(0, rig.share(1, 5, BusRig.range(RINGS, 2 * RING_PAGES)));
        assertEquals(0, rig.open(1, 5, 1, RING_PAGES));
        rig.send(BusRig.message(13, 12).putInt(8, 2));
        rig.synic.off(1, true);
        rig.put(6, 0, 1, payload(8, 1));
        rig.signal();
        rig.server.exchange();
        BusRig there = rig.moved();
        assertTrue(there.server.exchange());
        assertEquals(List.of("1/2/1"), there.synic.flags());
        assertEquals(
                SynicStatus.INVALID_PARAMETER, there.post(BusRig.message(13, 12).putInt(8, 2)));
    }

    @Test
    void aBusThatNobodyHasUsedGoesAlong() {
        BusRig there = new BusRig(VmbusConfiguration.echo(3)).moved();
        assertEquals(VmbusVersion.V5_3, there.connect(0));
        assertEquals(3, there.offers().size());
    }

    private static StateValue word(long value) {
        return new StateValue.Word(value);
    }

    private static StateValue words(long... values) {
        return new StateValue.Words(values);
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                Arguments.of("echo-channels", word(257)),
                Arguments.of("echo-channels", word(2)),
                Arguments.of("versions", word(256)),
                Arguments.of("version", word(0x5_0004)),
                Arguments.of("version", word(-1)),
                Arguments.of("offered", word(2)),
                Arguments.of("outbox/listening", word(0)),
                Arguments.of("outbox/waiting", word(1)),
                Arguments.of("outbox/waiting", word(1 << 20)),
                Arguments.of("gpadls/count", word(0)),
                Arguments.of("gpadls/count", word(GpadlTable.MOST + 1)),
                Arguments.of("gpadls/list.0/relid", word(0)),
                Arguments.of("gpadls/list.0/relid", word(2)),
                Arguments.of("gpadls/list.0/ranges", word(0)),
                Arguments.of("gpadls/list.0/ranges", word(2)),
                Arguments.of("gpadls/list.0/received", word(10)),
                Arguments.of("gpadls/list.0/received", word(8)),
                Arguments.of("gpadls/list.0/words", words()),
                Arguments.of("gpadls/list.0/words", words(0x1000, 0x7_0000)),
                Arguments.of("gpadls/list.0/words", new StateValue.Words(new long[9000])),
                Arguments.of("gpadls/list.0/handle", word(6)),
                Arguments.of("channel.1/gpadl", word(7)),
                Arguments.of("channel.1/released", word(1)),
                Arguments.of("channel.1/downstream", word(1)),
                Arguments.of("channel.1/downstream", word(7)),
                Arguments.of("channel.1/target", word(3)),
                Arguments.of("channel.1/read", word(4)),
                Arguments.of("channel.1/read", word(BusRig.RING_BYTES)),
                Arguments.of("channel.1/write", word(-8)),
                Arguments.of("channel.1/write", word(12)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("changes")
    void aStateThatMakesNoSenseIsRefused(String path, StateValue value) {
        BusRig rig = BusRig.open();
        Map<String, StateValue> state = new TreeMap<>(rig.state());
        assertTrue(
                state.containsKey(VmbusServer.SECTION + "/" + path),
                state.keySet().toString());
        state.put(VmbusServer.SECTION + "/" + path, value);
        BusRig other = new BusRig(VmbusConfiguration.echo(1));
        other.machine.restore(rig.machine.save());
        StateReader reader = new StateReader(state);
        HypervisorException refused = assertThrows(HypervisorException.class, () -> {
            reader.element(other.server);
            reader.finish();
        });
        assertEquals(ErrorId.INVALID_STATE, refused.id());
    }

    @Test
    void whatIsLongerThanAMessageIsNoAnswer() {
        BusRig rig = new BusRig(VmbusConfiguration.echo(20));
        rig.connect(0);
        rig.send(BusRig.message(3, 8));
        Map<String, StateValue> state = new TreeMap<>(rig.state());
        state.put("vmbus/outbox/message.0", new StateValue.Bytes(new byte[241]));
        assertThrows(HypervisorException.class, () -> new StateReader(state).element(rig.server));
    }

    @Test
    void aListIsThereOnce() {
        BusRig rig = BusRig.open();
        Map<String, StateValue> state = new TreeMap<>(rig.state());
        rig.state().forEach((path, value) -> state.put(path.replace("list.0", "list.1"), value));
        state.put("vmbus/gpadls/count", word(2));
        assertThrows(HypervisorException.class, () -> new StateReader(state).element(rig.server));
    }
}
