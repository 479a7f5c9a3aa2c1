/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.vmm.FrozenGuest;
import io.faultline.vmm.GuestState;
import io.faultline.vmm.MachineShape;
import io.faultline.vmm.paging.MemoryPageStore;
import io.faultline.vmm.paging.PageSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class HandshakeTest {
    private static final Frame.Hello HELLO =
            new Frame.Hello(1, false, "kvm", "", new Frame.Wishes(true, true, OptionalLong.empty()));

    private final ScriptedChannel channel = new ScriptedChannel();
    private final OriginHandshake origin = new OriginHandshake(channel, 1);
    private final TargetHandshake target = new TargetHandshake(channel, 1);

    /** A guest whose state takes several frames. */
    private static FrozenGuest guest(int pages) {
        byte[] large = new byte[3 << 20];
        new Random(3).nextBytes(large);
        GuestState state = new GuestState(
                new MachineShape(1, List.of(Pages.MEMORY), ExceptionLevel.EL1, 0, 0),
                new SavedState("scripted", 1, Map.of("large", new StateValue.Bytes(large))),
                Map.of());
        return new FrozenGuest(state, Pages.store(pages));
    }

    private static String failure(Executable work) {
        HypervisorException failed = assertThrows(HypervisorException.class, work);
        assertEquals(ErrorId.MIGRATION_FAILED, failed.id());
        return failed.attempted();
    }

    private static Reconnection returning(FrameChannel... channels) {
        List<FrameChannel> left = new ArrayList<>(List.of(channels));
        boolean[] looked = {false};
        return (nanos, session) -> {
            if (!looked[0]) {
                looked[0] = true;
                return Optional.empty();
            }
            if (left.isEmpty()) {
                throw new IOException("nobody came back");
            }
            return Optional.of(left.remove(0));
        };
    }

    @Test
    void aGuestArrivesAsItLeft() throws IOException {
        FrozenGuest guest = guest(5);
        channel.says(new Frame.Welcome(), new Frame.Ready());
        origin.introduce(HELLO);
        origin.handOver(guest);
        origin.go(99);
        assertTrue(channel.sent.size() >= 7, "several frames: " + channel.sent.size());

        ScriptedChannel other = new ScriptedChannel();
        other.says(channel.sent.toArray(Frame[]::new));
        TargetHandshake taking = new TargetHandshake(other, 1);
        assertEquals(HELLO, taking.introduction());
        taking.welcome();
        TargetHandshake.Arrival arrival = taking.guest();
        assertEquals(guest.state(), arrival.state());
        assertEquals(List.of(new PageSet.Run(0, 5)), arrival.pages().runs());
        taking.ready();
        TargetHandshake.Handed handed = taking.awaitGo(1, Reconnection.NEVER);
        assertEquals(Optional.of(99L), handed.pausedNanos());
        assertSame(other, handed.channel());
        assertEquals(List.of(new Frame.Welcome(), new Frame.Ready()), other.sent);
    }

    @Test
    void aGuestWithoutPagesHasAMap() {
        channel.says(new Frame.Ready());
        origin.handOver(guest(0));
        assertEquals(new Frame.Pages(List.of(), true), channel.sent.get(channel.sent.size() - 1));
    }

    @Test
    void aLongMapComesInParts() {
        MemoryPageStore store = new MemoryPageStore(List.of(MemoryRegion.ram(0, 1L << 30)));
        for (int i = 0; i < FrameCodec.MOST_RUNS + 1; i++) {
            store.put(8192L * i, Pages.content(1));
        }
        GuestState state = new GuestState(
                new MachineShape(1, List.of(MemoryRegion.ram(0, 1L << 30)), ExceptionLevel.EL1, 0, 0),
                guest(0).state().machine(),
                Map.of());
        channel.says(new Frame.Ready());
        origin.handOver(new FrozenGuest(state, store));
        ScriptedChannel other = new ScriptedChannel();
        channel.sent.forEach(frame -> {
            try {
                other.says(FrameCodec.read(new ByteArrayInputStream(FrameCodec.encode(frame))));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        });
        assertEquals(
                store.pages().runs(),
                new TargetHandshake(other, 1).guest().pages().runs());
    }

    @Test
    void theOriginKnowsWhenTheGuestIsStillItsOwn() {
        assertEquals("the target does not answer to the introduction", failure(() -> origin.introduce(HELLO)));
        channel.says(new Frame.Refuse("no room"));
        assertEquals("the target refuses the guest: no room", failure(() -> origin.introduce(HELLO)));
        channel.says(new Frame.Ready());
        assertEquals("the other side sent Ready instead of a welcome", failure(() -> origin.introduce(HELLO)));
        channel.says(new Frame.Welcome());
        assertEquals("the other side sent Welcome instead of ready", failure(() -> origin.handOver(guest(1))));
        channel.thenBreaks();
        assertEquals("the target went away: cut", failure(() -> origin.handOver(guest(1))));
    }

    @Test
    void aRefusalIsHeardThoughTheConnectionIsBroken() {
        channel.says(new Frame.Refuse("it is too large"));
        channel.broken = true;
        assertEquals("the target refuses the guest: it is too large", failure(() -> origin.handOver(guest(1))));
        assertEquals("the target went away: cut", failure(() -> origin.handOver(guest(1))));
    }

    @Test
    void theTargetTakesOnlyWhatItExpects() {
        channel.says(new Frame.Welcome());
        assertEquals("the other side sent Welcome instead of an introduction", failure(target::introduction));
        assertTrue(failure(target::introduction).startsWith("the origin is silent"));
        channel.says(new Frame.Ready());
        assertEquals("the other side sent Ready instead of the state of a guest", failure(target::guest));
        channel.says(new Frame.Refuse("it ended"));
        assertEquals("the origin keeps the guest: it ended", failure(target::guest));
        channel.says(new Frame.State(4, 0, new byte[2]), new Frame.Pages(List.of(), true));
        assertEquals("the other side sent Pages instead of the state of a guest", failure(target::guest));
        channel.says(new Frame.State(4, 0, new byte[2]));
        assertTrue(failure(target::guest).startsWith("the origin is silent"));
        channel.thenBreaks();
        assertEquals("the origin went away: cut", failure(target::guest));
        target.refuse("nobody hears this");
        assertEquals("the origin went away: cut", failure(target::ready));
    }

    @Test
    void partsOfAStateFitTogether() {
        Frame.State[][] wrong = {
            {new Frame.State(0, 0, new byte[0])},
            {new Frame.State(-1, 0, new byte[1])},
            {new Frame.State(TargetHandshake.LONGEST_STATE + 1, 0, new byte[1])},
            {new Frame.State(4, 1, new byte[1])},
            {new Frame.State(4, 0, new byte[5])},
            {new Frame.State(4, 0, new byte[0])},
            {new Frame.State(4, 0, new byte[2]), new Frame.State(5, 2, new byte[2])},
            {new Frame.State(4, 0, new byte[2]), new Frame.State(4, 0, new byte[2])},
        };
        for (Frame.State[] parts : wrong) {
            ScriptedChannel liar = new ScriptedChannel().says(parts);
            assertEquals(
                    "the origin sent parts of a state that do not fit together",
                    failure(() -> new TargetHandshake(liar, 1).guest()));
        }
        ScriptedChannel damaged = new ScriptedChannel().says(new Frame.State(4, 0, new byte[4]));
        damaged.says(new Frame.Pages(List.of(), true));
        HypervisorException refused =
                assertThrows(HypervisorException.class, () -> new TargetHandshake(damaged, 1).guest());
        assertEquals(ErrorId.INVALID_STATE, refused.id());
    }

    private String map(Frame... frames) {
        byte[] state = guest(0).state().toBytes();
        ScriptedChannel liar = new ScriptedChannel().says(new Frame.State(state.length, 0, state));
        liar.says(frames);
        return failure(() -> new TargetHandshake(liar, 1).guest());
    }

    @Test
    void theMapNamesPagesOfTheMachineOnce() {
        assertTrue(map(new Frame.Pages(List.of(new PageSet.Run(0x200_0000, 1)), true))
                .startsWith("the origin sent a wrong map of pages: "));
        assertTrue(map(new Frame.Pages(List.of(new PageSet.Run(0, 1), new PageSet.Run(0, 1)), true))
                .startsWith("the origin sent a wrong map of pages: "));
        assertEquals("the origin sent an empty part of the map of pages", map(new Frame.Pages(List.of(), false)));
        assertEquals(
                "the other side sent Go instead of the map of pages",
                map(new Frame.Pages(List.of(new PageSet.Run(0, 1)), false), new Frame.Go(1)));
    }

    @Test
    void nothingRunsBeforeTheWordToGo() {
        assertEquals("the origin does not give the guest away", failure(() -> target.awaitGo(1, Reconnection.NEVER)));
        channel.says(new Frame.Refuse("changed my mind"));
        assertEquals(
                "the origin keeps the guest: changed my mind", failure(() -> target.awaitGo(1, Reconnection.NEVER)));
        channel.says(new Frame.Ready());
        assertEquals(
                "the other side sent Ready instead of the word to go",
                failure(() -> target.awaitGo(1, Reconnection.NEVER)));
        channel.thenBreaks();
        assertEquals(
                "the origin went away before it gave the guest away, which was not started here: nobody came back",
                failure(() -> target.awaitGo(1, returning())));
    }

    @Test
    void aConnectionOfRecoveryIsTheWordToGo() {
        channel.thenBreaks();
        ScriptedChannel next = new ScriptedChannel();
        TargetHandshake.Handed handed = target.awaitGo(1, returning(next));
        assertSame(next, handed.channel());
        assertEquals(Optional.empty(), handed.pausedNanos());
        assertThrows(IOException.class, () -> Reconnection.NEVER.await(0, 1));
    }
}
