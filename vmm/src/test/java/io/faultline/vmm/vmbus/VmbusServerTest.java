/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import static io.faultline.vmm.vmbus.BusRig.RAM;
import static io.faultline.vmm.vmbus.BusRig.RINGS;
import static io.faultline.vmm.vmbus.BusRig.RING_PAGES;
import static io.faultline.vmm.vmbus.BusRig.message;
import static io.faultline.vmm.vmbus.BusRig.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.synic.SynicStatus;
import io.faultline.vmm.scripted.ScriptedBackend;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class VmbusServerTest {
    private static VmbusConfiguration accepting(VmbusConfiguration.Refusal refusal, VmbusVersion... versions) {
        Set<VmbusVersion> set = EnumSet.noneOf(VmbusVersion.class);
        set.addAll(List.of(versions));
        return new VmbusConfiguration(VmbusConfiguration.Presence.REQUIRED, 0, VmbusConfiguration.ECHO, set, refusal);
    }

    @Test
    void theNewestVersionIsAgreedOnAtOnce() {
        BusRig rig = new BusRig(VmbusConfiguration.AUTOMATIC);
        assertEquals(VmbusVersion.V5_3, rig.connect(2));
        assertEquals(1, rig.server.requests());
        assertEquals(0, rig.server.refused());
    }

    @ParameterizedTest
    @EnumSource(VmbusVersion.class)
    void aGuestFindsTheOnlyVersionThatIsAccepted(VmbusVersion only) {
        for (VmbusConfiguration.Refusal refusal : VmbusConfiguration.Refusal.values()) {
            BusRig rig = new BusRig(accepting(refusal, only));
            assertEquals(only, rig.connect(1));
            assertEquals(List.of(), rig.offers());
            assertEquals(Optional.empty(), rig.next());
        }
    }

    @Test
    void refusalIsAnAnswerOrAStatus() {
        BusRig answers = new BusRig(accepting(VmbusConfiguration.Refusal.ANSWER));
        assertEquals(
                SynicStatus.SUCCESS,
                answers.synic.post(4, BusRig.contact(0x5_0003, 0, 2).array()));
        assertEquals(0, answers.take(BusRig.VERSION_RESPONSE).get(8));
        assertThrows(AssertionError.class, () -> answers.connect(0));
        BusRig statuses = new BusRig(accepting(VmbusConfiguration.Refusal.STATUS));
        for (VmbusVersion version : VmbusVersion.values()) {
            for (int connection : new int[] {1, 4}) {
                assertEquals(
                        SynicStatus.INVALID_CONNECTION_ID,
                        statuses.synic.post(
                                connection, BusRig.contact(version.code(), 0, 2).array()));
            }
        }
        assertEquals(Optional.empty(), statuses.next());
    }

    static Stream<Arguments> contacts() {
        return Stream.of(
                // What is asked for on which connection: version, source, trust level, two monitor pages; then what
                // comes
                // back: the status, at which source, whether the version is supported, and the state.
                Arguments.of("5.3", 4, 0x5_0003, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 1, 0),
                Arguments.of("5.3 without monitor pages", 4, 0x5_0003, 2, 0, 0, 0, SynicStatus.SUCCESS, 2, 1, 0),
                Arguments.of("one monitor page", 4, 0x5_0003, 2, 0, 1, 0, SynicStatus.SUCCESS, 2, 1, 2),
                Arguments.of("the other monitor page", 1, 0x4_0001, 2, 0, 0, 1, SynicStatus.SUCCESS, 2, 1, 2),
                Arguments.of("5.3 where old versions are", 1, 0x5_0003, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 0, 0),
                Arguments.of("4.1 where new versions are", 4, 0x4_0001, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 0, 0),
                Arguments.of("4.1", 1, 0x4_0001, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 1, 0),
                Arguments.of("1.1", 1, 0x1_0001, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 0, 0),
                Arguments.of("7.0", 4, 0x7_0000, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 0, 0),
                Arguments.of("the largest version", 4, -1, 2, 0, 1, 1, SynicStatus.SUCCESS, 2, 0, 0),
                Arguments.of("source 5", 4, 0x5_0003, 5, 0, 1, 1, SynicStatus.SUCCESS, 5, 0, 0),
                Arguments.of("source 15", 4, 0x5_0003, 15, 0, 1, 1, SynicStatus.SUCCESS, 15, 0, 0),
                Arguments.of("source 16", 4, 0x5_0003, 16, 0, 1, 1, SynicStatus.INVALID_PARAMETER, -1, 0, 0),
                Arguments.of("source 255", 4, 0x5_0003, 255, 0, 1, 1, SynicStatus.INVALID_PARAMETER, -1, 0, 0),
                Arguments.of("trust level 2", 4, 0x5_0003, 2, 2, 1, 1, SynicStatus.SUCCESS, 2, 0, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contacts")
    void aContactIsAnsweredWhereTheGuestListens(
            String what,
            int connection,
            int code,
            int source,
            int level,
            int monitor1,
            int monitor2,
            SynicStatus status,
            int answeredAt,
            int supported,
            int state) {
        BusRig rig = new BusRig(VmbusConfiguration.echo(1));
        ByteBuffer contact = BusRig.contact(code, 1, source)
                .putLong(24, monitor1 * 0x4000_1000L)
                .putLong(32, monitor2 * 0x4000_2000L);
        if (code >>> 16 >= 5) {
            contact.put(17, (byte) level);
        }
        for (int repeated = 0; repeated < 40; repeated++) {
            assertEquals(status, rig.synic.post(connection, contact.array()));
        }
        for (int at = 0; at < 16; at++) {
            Optional<ByteBuffer> answer = rig.synic.take(1, at).map(GuestMessage::view);
            assertEquals(at == answeredAt, answer.isPresent());
            answer.ifPresent(present -> {
                assertEquals(BusRig.VERSION_RESPONSE, present.getInt(0));
                assertEquals(supported, present.get(8));
                assertEquals(state, present.get(9));
                assertEquals(code >>> 16 >= 5 ? 4 : code, present.getInt(12));
            });
        }
        boolean connected = supported == 1 && state == 0;
        assertEquals(
                connected ? SynicStatus.SUCCESS : SynicStatus.INVALID_PARAMETER,
                rig.synic.post(connection, message(3, 8).array()));
    }

    @Test
    void aContactThatNamesNoVcpuHasNobodyToAnswer() {
        BusRig rig = new BusRig(VmbusConfiguration.AUTOMATIC);
        for (int vcpu : new int[] {BusRig.VCPUS, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertEquals(
                    SynicStatus.INVALID_VP_INDEX,
                    rig.synic.post(4, BusRig.contact(0x5_0003, vcpu, 2).array()));
        }
    }

    @Test
    void twentyOffersComeInOrderAlthoughSixteenHaveABuffer() {
        BusRig rig = new BusRig(VmbusConfiguration.echo(20));
        rig.connect(0);
        rig.send(message(3, 8));
        assertEquals(4, rig.server.waiting(), "16 in buffers, one in the slot");
        assertFalse(rig.server.exchange());
        List<ByteBuffer> offers = new ArrayList<>();
        for (int relid = 1; relid <= 20; relid++) {
            ByteBuffer offer = rig.take(BusRig.OFFER);
            offers.add(offer);
            assertEquals(196, offer.capacity());
            assertEquals(relid, offer.getInt(184));
            assertEquals(0x2000 + relid, offer.getInt(192));
            assertEquals(0, offer.get(189), "no monitor page");
            assertEquals(1, offer.getShort(190), "an interrupt of its own");
            assertEquals(0x0b5e6c2f, offer.getInt(8));
            assertEquals((short) 0x8d14, offer.getShort(12));
            assertEquals(0x4b7a, offer.getShort(14));
            assertEquals((byte) 0x9c, offer.get(16));
            assertEquals((byte) relid, offer.get(39), "instances differ");
            assertTrue(rig.synic.hasConnection(0x2000 + relid));
            rig.server.exchange();
        }
        rig.take(BusRig.ALL_OFFERS);
        assertEquals(Optional.empty(), rig.next());
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(message(3, 8)), "offers are made once");
    }

    @Test
    void anotherContactBeginsAnew() {
        BusRig rig = BusRig.open();
        assertEquals(1, rig.server.lists());
        rig.connect(2);
        assertEquals(0, rig.server.lists());
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(message(7, 12).putInt(8, 1)), "nothing is offered");
        assertEquals(1, rig.offers().size());
        assertEquals(0, rig.share(1, 5, range(RINGS, 2 * RING_PAGES)));
        assertEquals(0, rig.open(1, 5, 0, RING_PAGES));
    }

    @Test
    void unloadEndsEverythingAndIsAnswered() {
        BusRig rig = BusRig.open();
        rig.send(message(16, 8));
        rig.take(BusRig.UNLOAD_RESPONSE);
        assertEquals(0, rig.server.lists());
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(message(3, 8)));
        assertEquals(
                SynicStatus.SUCCESS, rig.post(message(13, 12).putInt(8, 1)), "Linux gives devices back afterwards");
        rig.send(message(16, 8));
        rig.take(BusRig.UNLOAD_RESPONSE);
        assertEquals(VmbusVersion.V5_3, rig.connect(0));
    }

    @Test
    void unloadBeforeAContactHasNobodyToAnswer() {
        BusRig rig = new BusRig(VmbusConfiguration.AUTOMATIC);
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(message(16, 8)));
    }

    @Test
    void whoAsksAndDoesNotListenHasToTryAgain() {
        BusRig rig = BusRig.connected(1);
        int accepted = 0;
        while (rig.post(BusRig.openMessage(1, 9, 0, 2)) == SynicStatus.SUCCESS) {
            accepted++;
        }
        assertEquals(Outbox.MOST + 17, accepted);
        assertEquals(SynicStatus.INSUFFICIENT_BUFFERS, rig.post(BusRig.openMessage(1, 9, 0, 2)));
        rig.take(BusRig.OPEN_RESULT);
        assertTrue(rig.server.exchange());
        assertEquals(SynicStatus.SUCCESS, rig.post(BusRig.openMessage(1, 9, 0, 2)));
        assertEquals(SynicStatus.SUCCESS, rig.post(message(16, 8)), "what waits is dropped");
        int unloads = 1;
        while (rig.post(message(16, 8)) == SynicStatus.SUCCESS) {
            unloads++;
        }
        assertEquals(Outbox.MOST, unloads);
        assertEquals(VmbusVersion.V5_3, rig.connect(1), "another vCPU listens");
    }

    static Stream<ByteBuffer> nonsense() {
        Stream.Builder<ByteBuffer> messages = Stream.builder();
        int[][] least = {{3, 8}, {5, 148}, {7, 12}, {8, 20}, {9, 16}, {11, 16}, {13, 12}, {14, 40}, {16, 8}, {22, 16}};
        for (int[] one : least) {
            messages.add(message(one[0], one[1] - 1));
            messages.add(message(one[0], 8 < one[1] ? 8 : 4));
        }
        for (int type : new int[] {-1, 0, 1, 2, 4, 6, 10, 12, 15, 17, 18, 21, 23, 24, 25, Integer.MIN_VALUE}) {
            messages.add(message(type, 240));
        }
        messages.add(message(3, 4));
        for (int relid : new int[] {0, -1, 2, Integer.MAX_VALUE}) {
            messages.add(BusRig.openMessage(relid, 5, 0, 2));
            messages.add(message(7, 12).putInt(8, relid));
            messages.add(BusRig.gpadlHeader(relid, 5, 1, 2, range(RAM, 1)));
            messages.add(message(11, 16).putInt(8, relid).putInt(12, 5));
            messages.add(message(13, 12).putInt(8, relid));
            messages.add(message(22, 16).putInt(8, relid));
        }
        messages.add(message(7, 12).putInt(8, 1));
        messages.add(BusRig.gpadlHeader(1, 5, 0, 2, range(RAM, 1)));
        messages.add(BusRig.gpadlHeader(1, 5, 1, 0));
        messages.add(BusRig.gpadlHeader(1, 5, 1, 1, range(RAM, 1)));
        messages.add(BusRig.gpadlHeader(1, 5, 1, 2, range(RAM, 1)).putShort(16, (short) 15));
        messages.add(message(8, 27).putInt(8, 1).putShort(16, (short) 16).putShort(18, (short) 1));
        messages.add(BusRig.gpadlBody(5, 1));
        messages.add(message(11, 16).putInt(8, 1).putInt(12, 5));
        return messages.build();
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void aRequestThatIsNoneChangesNothing(ByteBuffer request) {
        BusRig rig = BusRig.connected(1);
        var before = rig.state();
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(request));
        assertEquals(before, rig.state());
        assertEquals(Optional.empty(), rig.next());
        assertEquals(1, rig.server.refused());
    }

    @Test
    void requestsOfAnotherKindOfMessageOrConnectionAreNone() {
        BusRig rig = BusRig.connected(1);
        assertEquals(
                SynicStatus.INVALID_PARAMETER,
                rig.synic.post(4, 2, message(16, 8).array()));
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.synic.post(4, 1, new byte[0]));
        assertEquals(
                SynicStatus.INVALID_PARAMETER,
                rig.synic.post(1, 1, message(11, 16).putInt(8, 1).array()));
    }

    static Stream<Arguments> lists() {
        long good = RAM >> 12;
        long one = 0x1000;
        return Stream.of(
                Arguments.of("a page", 1, true, new long[] {one, good}),
                Arguments.of("a byte", 1, true, new long[] {1, good}),
                Arguments.of("two bytes over a boundary", 1, true, new long[] {0xFFFL << 32 | 2, good, good + 1}),
                Arguments.of("two ranges", 2, true, new long[] {one, good, 8, good + 5}),
                Arguments.of("the last page", 1, true, new long[] {one, (RAM + 0x400_0000 - 1) >> 12}),
                Arguments.of("a range without length", 1, false, new long[] {0, good}),
                Arguments.of("an offset beyond the page", 1, false, new long[] {0x1000L << 32 | 1, good}),
                Arguments.of("too few pages", 1, false, new long[] {3 * one, good, good + 1}),
                Arguments.of("too many pages", 1, false, new long[] {one, good, good + 1}),
                Arguments.of("a range that is not there", 2, false, new long[] {one, good}),
                Arguments.of("a range too many", 1, false, new long[] {one, good, one, good}),
                Arguments.of("the largest length", 1, false, new long[] {0xFFFF_FFFFL, good}),
                Arguments.of("no memory", 1, false, new long[] {one, 0x7_0000}),
                Arguments.of("behind the last page", 1, false, new long[] {one, (RAM + 0x400_0000) >> 12}),
                Arguments.of("memory that is only read", 1, false, new long[] {one, 0x8_0000}),
                Arguments.of("a page number that overflows", 1, false, new long[] {one, good | 1L << 52}),
                Arguments.of("a negative page number", 1, false, new long[] {one, -1}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void aListIsTakenIfItIsWhatItSays(String what, int ranges, boolean sound, long[] words) {
        BusRig rig = BusRig.connected(1);
        rig.send(BusRig.gpadlHeader(1, 9, ranges, words.length, words[0]));
        assertEquals(Optional.empty(), rig.next());
        rig.send(BusRig.gpadlBody(9, LongStream.of(words).skip(1).toArray()));
        assertEquals(
                sound ? 0 : HostMessage.FAILURE, rig.take(BusRig.GPADL_CREATED).getInt(16));
        assertEquals(sound ? 1 : 0, rig.server.lists());
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(BusRig.gpadlBody(9, 1)), "there is no more of it");
    }

    @Test
    void aListMayComeInManyMessagesAndGoesAwayAgain() {
        BusRig rig = BusRig.connected(2);
        assertEquals(0, rig.share(2, 7, range(RAM, 1000)));
        assertEquals(HostMessage.FAILURE, rig.share(2, 7, range(RAM, 1)), "the name is in use");
        rig.send(BusRig.gpadlHeader(1, 8, 1, 30, range(RAM, 20)));
        rig.send(message(11, 16).putInt(8, 1).putInt(12, 8));
        assertEquals(8, rig.take(BusRig.TORN_DOWN).getInt(8));
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(BusRig.gpadlBody(8, 1)));
        assertEquals(
                SynicStatus.INVALID_PARAMETER,
                rig.post(message(11, 16).putInt(8, 1).putInt(12, 7)),
                "not its own");
        rig.send(message(11, 16).putInt(8, 2).putInt(12, 7));
        assertEquals(7, rig.take(BusRig.TORN_DOWN).getInt(8));
        assertEquals(0, rig.server.lists());
    }

    @Test
    void listsTogetherAreBounded() {
        BusRig rig = BusRig.connected(1);
        int handle = 0;
        for (; handle < 2 * GpadlTable.MOST; handle++) {
            rig.send(BusRig.gpadlHeader(1, handle, 1, Gpadl.MOST_WORDS, 1));
            if (rig.next().isPresent()) {
                break;
            }
        }
        assertEquals(GpadlTable.MOST_WORDS / Gpadl.MOST_WORDS, handle);
        BusRig small = BusRig.connected(1);
        for (handle = 0; small.share(1, handle, range(RAM, 1)) == 0; ) {
            handle++;
        }
        assertEquals(GpadlTable.MOST, handle);
    }

    static Stream<Arguments> openings() {
        return Stream.of(
                Arguments.of("as it should be", 5, 2, 2, true),
                Arguments.of("rings of different lengths", 5, 0, 6, true),
                Arguments.of("no list", 6, 0, 2, false),
                Arguments.of("a list that is not complete", 7, 0, 2, false),
                Arguments.of("a list of another channel", 8, 0, 2, false),
                Arguments.of("a list that begins inside a page", 9, 0, 2, false),
                Arguments.of("a list of two ranges", 10, 0, 2, false),
                Arguments.of("a list of half a page more", 11, 0, 2, false),
                Arguments.of("no vCPU", 5, 3, 2, false),
                Arguments.of("any vCPU", 5, -1, 2, false),
                Arguments.of("no ring", 5, 0, 0, false),
                Arguments.of("a ring without data", 5, 0, 1, false),
                Arguments.of("the other ring without data", 5, 0, 7, false),
                Arguments.of("a ring behind the list", 5, 0, 100, false),
                Arguments.of("a negative page", 5, 0, -2, false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("openings")
    void aChannelOpensIfItsRingsAreInPlace(String what, int handle, int target, int downstream, boolean opens) {
        BusRig rig = BusRig.connected(2);
        assertEquals(0, rig.share(1, 5, range(RINGS, 8)));
        rig.send(BusRig.gpadlHeader(1, 7, 1, 9, range(RINGS, 7)));
        assertEquals(0, rig.share(2, 8, range(RINGS, 8)));
        long[] inside = range(RINGS, 8);
        inside[0] = 8L << 32 | 7 * 4096L + 8;
        assertEquals(0, rig.share(1, 9, inside));
        rig.send(BusRig.gpadlHeader(
                1,
                10,
                2,
                10,
                LongStream.concat(LongStream.of(range(RINGS, 4)), LongStream.of(range(RINGS, 4)))
                        .toArray()));
        assertEquals(0, rig.take(BusRig.GPADL_CREATED).getInt(16));
        long[] half = range(RINGS, 8);
        half[0] -= 2048;
        assertEquals(0, rig.share(1, 11, half));
        assertEquals(opens ? 0 : HostMessage.FAILURE, rig.open(1, handle, target, downstream));
        assertEquals(
                opens ? SynicStatus.SUCCESS : SynicStatus.INVALID_PARAMETER,
                rig.post(message(7, 12).putInt(8, 1)),
                "it can be closed");
    }

    @Test
    void aChannelIsOpenedOnceAndKeepsItsList() {
        BusRig rig = BusRig.open();
        assertEquals(HostMessage.FAILURE, rig.open(1, 5, 0, RING_PAGES));
        ByteBuffer teardown = message(11, 16).putInt(8, 1).putInt(12, 5);
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(teardown));
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(message(13, 12).putInt(8, 1)), "it is open");
        rig.send(message(7, 12).putInt(8, 1));
        rig.send(teardown);
        rig.take(BusRig.TORN_DOWN);
        rig.send(message(13, 12).putInt(8, 1));
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(BusRig.openMessage(1, 5, 0, RING_PAGES)), "it is gone");
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(BusRig.gpadlHeader(1, 5, 1, 2, range(RAM, 1))));
    }

    @Test
    void anOpenChannelMovesToAnotherVcpu() {
        BusRig rig = BusRig.open();
        rig.send(message(22, 16).putInt(8, 1).putInt(12, 2));
        assertEquals(0, rig.take(BusRig.MODIFY_RESPONSE).getInt(12));
        rig.put(6, 0, 1, new byte[8]);
        rig.signal();
        assertTrue(rig.server.exchange());
        assertEquals(List.of("2/2/1"), rig.synic.flags());
        rig.send(message(22, 16).putInt(8, 1).putInt(12, 3));
        ByteBuffer refused = rig.take(BusRig.MODIFY_RESPONSE);
        assertEquals(1, refused.getInt(8));
        assertEquals(HostMessage.FAILURE, refused.getInt(12));
    }

    @Test
    void movingIsAnsweredSince53AndKnownSince41() {
        for (VmbusVersion version : VmbusVersion.values()) {
            BusRig rig = new BusRig(new VmbusConfiguration(
                    VmbusConfiguration.Presence.REQUIRED,
                    1,
                    VmbusConfiguration.ECHO,
                    Set.of(version),
                    VmbusConfiguration.Refusal.STATUS));
            rig.connect(0);
            rig.offers();
            assertEquals(0, rig.share(1, 5, range(RINGS, 8)));
            assertEquals(0, rig.open(1, 5, 0, 4));
            assertEquals(
                    version.compareTo(VmbusVersion.V4_1) >= 0 ? SynicStatus.SUCCESS : SynicStatus.INVALID_PARAMETER,
                    rig.post(message(22, 16).putInt(8, 1).putInt(12, 1)));
            assertEquals(version == VmbusVersion.V5_3, rig.next().isPresent());
            SynicStatus nowhere = rig.post(message(22, 16).putInt(8, 1).putInt(12, 9));
            assertEquals(version == VmbusVersion.V5_3 ? SynicStatus.SUCCESS : SynicStatus.INVALID_PARAMETER, nowhere);
        }
    }

    @Test
    void resetForgetsTheGuest() {
        BusRig rig = BusRig.open();
        rig.server.reset();
        assertEquals(0, rig.server.lists());
        assertEquals(SynicStatus.INVALID_PARAMETER, rig.post(message(16, 8)));
        assertEquals(VmbusVersion.V5_3, rig.connect(0));
    }

    @Test
    void aMachineHasABusIfItCanAndShall() {
        MachineRequest request = MachineRequest.builder()
                .vcpus(1)
                .memory(MemoryRegion.ram(RAM, 0x1000))
                .build();
        var with = ScriptedBackend.complete().withSynic().plan(request).build();
        var without = ScriptedBackend.complete().plan(request).build();
        assertTrue(VmbusServer.of(with, VmbusConfiguration.AUTOMATIC).isPresent());
        assertTrue(VmbusServer.of(with, VmbusConfiguration.NONE).isEmpty());
        assertTrue(VmbusServer.of(without, VmbusConfiguration.AUTOMATIC).isEmpty());
        assertEquals(
                ErrorId.PLAN_REFUSED,
                assertThrows(HypervisorException.class, () -> VmbusServer.of(without, VmbusConfiguration.echo(1)))
                        .id());
    }

    @Test
    void configurationsCheckTheirRanges() {
        assertThrows(IllegalArgumentException.class, () -> VmbusConfiguration.echo(-1));
        assertThrows(IllegalArgumentException.class, () -> VmbusConfiguration.echo(257));
        assertEquals(256, VmbusConfiguration.echo(256).echoChannels());
        assertEquals(Optional.of(VmbusVersion.V4_1), VmbusVersion.named("4.1"));
        assertEquals(Optional.empty(), VmbusVersion.named("4.2"));
    }
}
