/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.vmm.paging.PageSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PostCopySourceTest {
    private static final Frame.End ALL = new Frame.End(true, "all pages have come");

    private final Pages sink = new Pages();
    private final ScriptedChannel channel = new ScriptedChannel();
    private final List<FrameChannel> returning = new ArrayList<>();
    private boolean over;
    private long hostNanos;

    private Optional<FrameChannel> back(long nanos, long session) throws IOException {
        assertEquals(5, session);
        if (over) {
            throw new IOException("nobody came back");
        }
        return returning.isEmpty() ? Optional.empty() : Optional.of(returning.remove(0));
    }

    private PostCopySource source(int pages, LinkModel model, boolean background) {
        PostCopySource source =
                new PostCopySource(5, Pages.store(pages).pages(), model, background, this::back, () -> hostNanos += 10);
        source.start(new TargetHandshake.Handed(channel, Optional.of(1L)));
        return source;
    }

    private static Frame.Page page(int number) {
        return new Frame.Page(Pages.page(number), number == 0 ? new byte[0] : Pages.content(number));
    }

    private static Frame.Request urgent(int number) {
        return new Frame.Request(Pages.page(number), true);
    }

    private static Frame.Request background(int number) {
        return new Frame.Request(Pages.page(number), false);
    }

    private List<String> exchange(PostCopySource source, long now) {
        source.exchange(now);
        source.poll(now, sink);
        return sink.taken();
    }

    private static String failure(Executable work) {
        HypervisorException failed = assertThrows(HypervisorException.class, work);
        assertEquals(ErrorId.MIGRATION_FAILED, failed.id());
        return failed.attempted();
    }

    @Test
    void asksForWhatTheGuestTouchesAndHandsItOverAtTheNextExchange() {
        PostCopySource source = source(3, LinkModel.REAL, false);
        source.request(Pages.request(1, 100));
        assertEquals(List.of(new Frame.Running(), urgent(1)), channel.sent);
        assertEquals(List.of(), exchange(source, 100));
        channel.says(page(1));
        source.poll(150, sink);
        assertEquals(List.of(), sink.taken(), "the mailbox is emptied at defined points only");
        assertEquals(List.of("1"), exchange(source, 200));
        assertEquals(OptionalLong.empty(), source.nextArrival());
        PostCopySource.Received counters = source.counters();
        assertEquals(1, counters.urgent());
        assertEquals(100, counters.waitedNanos());
        assertEquals(10, counters.waitedHostNanos());
        assertEquals(2, counters.missing());
    }

    @Test
    void theBackgroundKeepsAWindowFullAndGoesOnBehindTheLastUrgentPage() {
        PostCopySource source = source(200, LinkModel.REAL, true);
        source.request(Pages.request(100, 0));
        exchange(source, 0);
        assertEquals(urgent(100), channel.sent.get(1));
        assertEquals(background(101), channel.sent.get(2));
        assertEquals(2 + PostCopySource.WINDOW, channel.sent.size());
        channel.says(page(101), page(100), page(102));
        assertEquals(List.of("100", "101", "102"), exchange(source, 1));
        assertEquals(2 + PostCopySource.WINDOW + 2, channel.sent.size());
        assertEquals(1, source.counters().urgent());
        assertEquals(2, source.counters().background());
    }

    @Test
    void theBackgroundEndsWithEveryPageAndTheOriginHearsIt() {
        PostCopySource source = source(3, LinkModel.REAL, true);
        exchange(source, 0);
        assertEquals(List.of(new Frame.Running(), background(0), background(1), background(2)), channel.sent);
        channel.says(page(0), page(1));
        exchange(source, 1);
        source.request(Pages.request(2, 2));
        channel.says(page(2));
        assertEquals(List.of("2"), exchange(source, 3));
        assertTrue(source.isComplete());
        assertEquals(ALL, channel.sent.get(channel.sent.size() - 1));
        exchange(source, 4);
        source.close("it ended");
        assertEquals(
                1, channel.sent.stream().filter(Frame.End.class::isInstance).count(), "once");
        assertTrue(channel.closed);
    }

    @Test
    void aGuestWithoutPagesNeedsNothing() {
        PostCopySource source = source(0, LinkModel.REAL, true);
        assertEquals(List.of(new Frame.Running(), ALL), channel.sent);
        assertTrue(source.isComplete());
    }

    @Test
    void duplicatesAreDroppedAndCounted() {
        PostCopySource source = source(3, LinkModel.REAL, false);
        source.request(Pages.request(1, 0));
        channel.says(page(1), page(1));
        assertEquals(List.of("1"), exchange(source, 1));
        channel.says(page(1), new Frame.Failed(Pages.page(1), "late"));
        assertEquals(List.of(), exchange(source, 2));
        assertEquals(3, source.counters().duplicates());
    }

    @Test
    void aFailureIsTheGuestsToRetryUntilThePageHasGone() {
        PostCopySource source = source(3, LinkModel.REAL, false);
        for (int i = 0; i < PostCopySource.MOST_FAILURES; i++) {
            source.request(Pages.request(1, i));
            channel.says(new Frame.Failed(Pages.page(1), "no"));
            assertEquals(List.of("failed 1: no"), exchange(source, i));
        }
        source.request(Pages.request(1, 99));
        channel.says(new Frame.Failed(Pages.page(1), "no"));
        assertEquals("the origin cannot supply page 0x1000 of the guest: no", failure(() -> source.exchange(100)));
        assertEquals(PostCopySource.MOST_FAILURES + 1, source.counters().failures());
    }

    @Test
    void aFailureInTheBackgroundIsAskedForAgain() {
        PostCopySource source = source(1, LinkModel.REAL, true);
        exchange(source, 0);
        channel.says(new Frame.Failed(0, "no"));
        assertEquals(List.of(), exchange(source, 1));
        assertEquals(List.of(new Frame.Running(), background(0), background(0)), channel.sent);
    }

    @Test
    void pagesThatTheOriginNeverHadFailAtOnce() {
        PostCopySource source = source(3, LinkModel.REAL, false);
        source.request(Pages.request(7, 0));
        assertEquals(List.of("failed 7: the origin did not have it"), exchange(source, 0));
        source.request(Pages.request(1, 0));
        channel.says(page(1));
        source.exchange(1);
        source.request(Pages.request(1, 1));
        source.poll(1, sink);
        assertEquals(List.of("1"), sink.taken(), "what is about to be handed over does not fail");
    }

    @Test
    void anOriginThatBreaksTheProtocolIsRefused() {
        PostCopySource source = source(3, LinkModel.REAL, false);
        channel.says(page(9));
        assertEquals("the origin sent page 0x9000, which it never promised", failure(() -> source.exchange(0)));
        channel.says(new Frame.Failed(Pages.page(9), ""));
        assertEquals("the origin sent page 0x9000, which it never promised", failure(() -> source.exchange(0)));
        channel.says(new Frame.Go(3));
        assertEquals("the other side sent Go instead of a page", failure(() -> source.exchange(0)));
    }

    @Test
    void anIdleMachineWaitsForPagesAsLongAsForItsTimer() {
        PostCopySource source = source(3, LinkModel.REAL, false);
        assertFalse(source.await(0, OptionalLong.empty()), "nothing is on its way");
        source.request(Pages.request(1, 0));
        assertFalse(source.await(0, OptionalLong.of(500_000_000L)), "the timer is first");
        channel.says(page(1));
        assertTrue(source.await(0, OptionalLong.empty()));
        assertEquals(List.of("1"), exchange(source, 0));
    }

    @Test
    void inVirtualTimePagesTakeTheLatencyAndTheMachineStopsForLateOnes() {
        PostCopySource source = source(10, LinkModel.withLatency(1000), false);
        source.request(Pages.request(3, 0));
        source.request(Pages.request(2, 10));
        channel.says(page(2), page(3), page(7));
        assertEquals(OptionalLong.of(1000), source.nextArrival());
        assertEquals(List.of(), exchange(source, 999));
        assertFalse(source.await(999, OptionalLong.empty()));
        assertTrue(source.await(1000, OptionalLong.empty()));
        assertEquals(List.of("3"), exchange(source, 1000));
        assertEquals(OptionalLong.of(1010), source.nextArrival());
        assertEquals(List.of("2"), exchange(source, 5000));
        source.request(Pages.request(7, 5000));
        assertEquals(3, channel.sent.size(), "what is here already is not asked for");
        assertEquals(List.of("7"), exchange(source, 6000));
        assertEquals(3000, source.counters().waitedNanos(), "time is that of the link, not of the exchange");
    }

    @Test
    void inVirtualTimeTheBackgroundComesPageByPage() {
        PostCopySource source = source(4, new LinkModel(OptionalLong.of(1000), 100), true);
        assertEquals(List.of(), exchange(source, 0));
        channel.says(page(3), page(2), page(1), page(0));
        assertEquals(OptionalLong.of(100), source.nextArrival());
        assertEquals(List.of("0"), exchange(source, 100));
        source.request(Pages.request(1, 150));
        assertEquals(List.of("2"), exchange(source, 200));
        assertEquals(List.of("3"), exchange(source, 1100));
        assertEquals(List.of("1"), exchange(source, 1150));
        assertTrue(source.isComplete());
        assertEquals(OptionalLong.empty(), source.nextArrival());
    }

    @Test
    void aLatencyBeyondTimeNeverEnds() {
        PostCopySource source = source(2, LinkModel.withLatency(Long.MAX_VALUE), false);
        source.request(Pages.request(1, 5));
        assertEquals(OptionalLong.of(Long.MAX_VALUE), source.nextArrival());
        assertThrows(IllegalArgumentException.class, () -> LinkModel.withLatency(-1));
        assertThrows(IllegalArgumentException.class, () -> new LinkModel(OptionalLong.empty(), 0));
    }

    @Test
    void afterABreakTheOriginLearnsWhatIsMissingAndIsAskedAgain() {
        PostCopySource source = source(4, LinkModel.REAL, true);
        exchange(source, 0);
        source.request(Pages.request(2, 0));
        channel.says(page(0)).thenBreaks();
        assertEquals(List.of("0"), exchange(source, 1), "the guest goes on with what it has");
        assertTrue(channel.closed);
        source.request(Pages.request(1, 2));
        assertEquals(List.of(), exchange(source, 2));
        ScriptedChannel next = new ScriptedChannel();
        returning.add(next);
        exchange(source, 3);
        assertEquals(
                List.of(
                        new Frame.Welcome(),
                        new Frame.Missing(List.of(new PageSet.Run(Pages.page(1), 3)), true),
                        urgent(2),
                        urgent(1),
                        background(3)),
                next.sent);
        next.says(page(1), page(2), page(3));
        assertEquals(List.of("1", "2", "3"), exchange(source, 4));
        assertEquals(1, source.counters().reconnections());
    }

    @Test
    void aBreakIsNoticedWhenSomethingIsSentAndAgainWhileRecovering() {
        PostCopySource source = source(4, LinkModel.REAL, false);
        channel.broken = true;
        source.request(Pages.request(2, 0));
        ScriptedChannel dead = new ScriptedChannel();
        dead.broken = true;
        ScriptedChannel good = new ScriptedChannel().says(page(2));
        returning.addAll(List.of(dead, good));
        List<String> came = new ArrayList<>(exchange(source, 1));
        came.addAll(exchange(source, 2));
        assertEquals(List.of("2"), came);
        assertEquals(2, source.counters().reconnections());
    }

    @Test
    void aGuestWhosePagesNeverComeEnds() {
        PostCopySource source = source(4, LinkModel.REAL, false);
        channel.thenBreaks();
        exchange(source, 0);
        over = true;
        assertEquals(
                "the origin went away while 4 of the guest's pages were still there: nobody came back",
                failure(() -> source.exchange(1)));
        source.close("nobody hears this");
    }

    @Test
    void aConnectionOfRecoveryIsToldWhatIsMissingFromTheBeginning() {
        PostCopySource source =
                new PostCopySource(5, Pages.store(2).pages(), LinkModel.REAL, false, this::back, () -> 0);
        source.start(new TargetHandshake.Handed(channel, Optional.empty()));
        assertEquals(
                List.of(
                        new Frame.Welcome(),
                        new Frame.Missing(List.of(new PageSet.Run(0, 2)), true),
                        new Frame.Running()),
                channel.sent);
    }

    @Test
    void anOriginThatMissedTheEndComesBackToHearIt() {
        PostCopySource source = source(1, LinkModel.REAL, false);
        source.request(Pages.request(0, 0));
        channel.says(page(0));
        exchange(source, 0);
        assertTrue(source.isComplete());
        channel.thenBreaks();
        exchange(source, 1);
        ScriptedChannel next = new ScriptedChannel();
        returning.add(next);
        exchange(source, 2);
        assertEquals(List.of(new Frame.Welcome(), new Frame.Missing(List.of(), true), ALL), next.sent);
        next.thenBreaks();
        over = true;
        exchange(source, 3);
        exchange(source, 4);
        assertEquals(List.of(), exchange(source, 5), "a guest that has all its pages needs nobody");
    }
}
