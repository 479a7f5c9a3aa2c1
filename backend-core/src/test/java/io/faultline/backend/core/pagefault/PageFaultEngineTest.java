/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.AfterRestore;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.DisableEffect;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import io.faultline.backend.core.pagefault.Policy.EnableAgain;
import io.faultline.backend.core.pagefault.Policy.HiddenCompletion;
import io.faultline.backend.core.pagefault.Policy.ReadyMasking;
import io.faultline.backend.core.pagefault.Policy.ReadyScope;
import io.faultline.backend.core.pagefault.Policy.Slots;
import io.faultline.backend.core.pagefault.Policy.Timing;
import io.faultline.backend.core.pagefault.Policy.TokenOwner;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PageFaultEngineTest {
    /** A world whose guest has enabled the mechanism on both vCPUs and consumed the wake-alls. */
    private static World enabled(Policy.Builder policy) {
        World world = new World(2, 6, policy.build());
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            world.guest.enable(vcpu);
            consume(world, vcpu);
        }
        world.guest.heard.clear();
        return world;
    }

    private static void consume(World world, int vcpu) {
        world.guest.clearReady(vcpu);
        world.guest.call(vcpu);
    }

    /** Touches a page and lets the guest take note of it. */
    private static void announce(World world, int vcpu, int page) {
        assertInstanceOf(FaultVerdict.Announced.class, world.touch(vcpu, page, false));
        world.guest.take(vcpu);
        world.guest.answer(vcpu, GuestReply.ASYNCHRONOUS);
    }

    private static FaultVerdict.Wait waits(FaultVerdict verdict) {
        return assertInstanceOf(FaultVerdict.Wait.class, verdict);
    }

    private static Veto veto(FaultVerdict verdict) {
        return waits(verdict).ticket().veto().orElseThrow();
    }

    @Test
    void aFaultIsAnnouncedAndItsPageReported() {
        World world = enabled(EngineFixture.kvm());

        announce(world, 0, 3);
        FaultTicket ticket = world.engine.outstanding().get(0);
        assertEquals(
                new FaultTicket(0, World.page(3), AccessKind.READ, FaultPhase.ANNOUNCED, 1, Optional.empty()), ticket);
        assertEquals(1, world.engine.counters().outstanding());
        world.arrive(3);

        assertEquals(List.of("np 0 1", "rdy 0 1"), world.guest.heard);
        assertEquals(FaultPhase.READY_SHOWN, world.engine.outstanding().get(0).phase());
        FaultCounters counters = world.engine.counters();
        assertEquals(1, counters.announced());
        assertEquals(1, counters.ready());
        assertEquals(0, counters.outstanding());
        consume(world, 0);
        assertEquals(List.of(), world.engine.outstanding());
    }

    @Test
    void theTraceTellsTheWholeStory() {
        World world = enabled(EngineFixture.kvm());
        world.trace.clear();

        announce(world, 0, 3);
        world.touch(0, 3, true);
        world.arrive(3);
        consume(world, 0);

        assertEquals(
                List.of(
                        new TraceEvent.PageNotPresent(0, World.page(3), 1),
                        new TraceEvent.PageFaultVetoed(0, World.page(3), "in-flight"),
                        new TraceEvent.PageFaultRepeated(0, World.page(3)),
                        new TraceEvent.PageReady(0, 1),
                        new TraceEvent.PageFaultCompleted(0, 1, "ready"),
                        new TraceEvent.PageReadyAcknowledged(0, 1)),
                world.trace);
    }

    @Test
    void readyComesInTheOrderOfTheDataAndOneAtATime() {
        World world = enabled(EngineFixture.kvm().limit(4));
        announce(world, 0, 0);
        announce(world, 0, 1);
        announce(world, 0, 2);

        world.arrive(2);
        world.arrive(0);
        world.arrive(1);

        assertEquals(List.of("np 0 1", "np 0 2", "np 0 3", "rdy 0 3"), world.guest.heard);
        world.guest.call(0);
        assertEquals(4, world.guest.heard.size(), "the word is not clear");
        world.guest.clearReady(0);
        assertEquals(4, world.guest.heard.size(), "nobody has looked");
        world.guest.call(0);
        consume(world, 0);
        assertEquals(List.of("rdy 0 3", "rdy 0 1", "rdy 0 2"), world.guest.heard.subList(3, 6));
    }

    @Test
    void afterAnEarlyAcknowledgementOnlyAnEventShowsTheNextOne() {
        World world = enabled(EngineFixture.kvm().limit(4));
        announce(world, 0, 0);
        announce(world, 0, 1);
        announce(world, 0, 2);
        world.arrive(0);
        world.arrive(1);
        world.guest.call(0);
        world.guest.clearReady(0);
        world.engine.poll();
        world.migrate();
        assertFalse(world.guest.heard.contains("rdy 0 2"), "not by looking");
        world.guest.call(0);
        assertTrue(world.guest.heard.contains("rdy 0 2"), "by one more acknowledgement");
        world.guest.call(0);
        world.guest.clearReady(0);
        world.arrive(2);
        assertTrue(world.guest.heard.contains("rdy 0 3"), "by a completion");
    }

    @Test
    void aWordClearedWithoutTheCallHoldsTheNextOneBackUntilTheCall() {
        World world = enabled(EngineFixture.kvm().limit(4));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.arrive(0);
        world.arrive(1);

        world.guest.clearReady(0);
        world.engine.poll();
        assertFalse(world.guest.heard.contains("rdy 0 2"));
        world.guest.call(0);
        assertTrue(world.guest.heard.contains("rdy 0 2"));
    }

    @Test
    void everyEngineVetoHasItsNameAndItsWayToWait() {
        World world = new World(1, 8, EngineFixture.kvm().build());
        world.sourceless[0] = true;
        FaultVerdict.Wait sourceless = waits(world.touch(0, 0, false));
        assertEquals(Veto.NO_SOURCE, veto(sourceless));
        assertFalse(sourceless.interruptible());
        assertEquals(0, world.requests);

        FaultVerdict.Wait notEnabled = waits(world.touch(0, 1, false));
        assertEquals(Veto.NOT_ENABLED, veto(notEnabled));
        assertTrue(notEnabled.interruptible());
        FaultVerdict.Wait kernel = waits(world.touch(0, 2, true));
        assertEquals(Veto.NOT_ENABLED, veto(kernel));
        assertFalse(kernel.interruptible());

        world.guest.enable(0);
        assertEquals(Veto.NOTIFICATION_OUTSTANDING, veto(world.touch(0, 3, false)), "the wake-all is shown");
        consume(world, 0);
        assertEquals(Veto.SUPERVISOR_MODE, veto(world.touch(0, 3 + 1, true)));
        world.guest.view(0).masked = true;
        assertEquals(Veto.INTERRUPTS_MASKED, veto(world.touch(0, 5, false)));
        world.guest.view(0).masked = false;
        world.engine.decideBy((page, vcpu) -> page != World.page(6));
        FaultVerdict.Wait declined = waits(world.touch(0, 6, false));
        assertEquals(Veto.VMM_DECLINED, veto(declined));
        assertFalse(declined.interruptible());
        world.guest.view(0).broken = true;
        assertEquals(Veto.AREA_UNWRITABLE, veto(world.touch(0, 7, false)));
        assertEquals(0, world.engine.counters().announced());
        assertEquals(8, world.engine.counters().vetoed());
    }

    @Test
    void rulesOfTheBackendSeeTableWalksAndSteps() {
        World world = enabled(EngineFixture.kvm());
        FaultContext walk = new FaultContext(0, World.page(0), AccessKind.READ, true, 0, ProcessorState.EL0T);
        FaultContext step = new FaultContext(
                0, World.page(1), AccessKind.READ, false, 0, ProcessorState.EL0T.with(ProcessorState.SS));

        assertEquals(Veto.TABLE_WALK, veto(world.engine.fault(walk)));
        assertEquals(Veto.SINGLE_STEP, veto(world.engine.fault(step)));
    }

    @Test
    void withoutATokenTheFaultIsNotAnnounced() {
        World world = enabled(EngineFixture.kvm());
        world.guest.outOfTokens = true;

        assertEquals(TokenSource.NO_TOKEN, veto(world.touch(0, 0, false)));
    }

    @Test
    void aTokenThatTheGuestStillUsesIsNoToken() {
        World world = enabled(EngineFixture.kvm().tokenOwner(TokenOwner.GUEST_PER_TASK));
        world.guest.stuckToken = true;
        announce(world, 0, 0);

        assertEquals(TokenSource.NO_TOKEN, veto(world.touch(0, 1, false)));
    }

    @Test
    void beyondTheLimitAFaultIsSynchronousUntilOneIsConsumed() {
        World world = enabled(EngineFixture.kvm().limit(2));
        announce(world, 0, 0);
        announce(world, 0, 1);

        FaultVerdict.Wait third = waits(world.touch(0, 2, false));
        assertEquals(Veto.LIMIT_REACHED, veto(third));
        assertFalse(third.interruptible());
        world.arrive(2);
        world.arrive(0);
        consume(world, 0);
        announce(world, 0, 3);
        assertEquals(3, world.engine.counters().announced());
    }

    @Test
    void anotherVcpuGetsATokenOfItsOwnButThePageIsAskedForOnce() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        announce(world, 1, 0);

        assertEquals(1, world.requests);
        world.arrive(0);
        assertEquals(List.of("np 0 1", "np 1 2", "rdy 0 1", "rdy 1 2"), world.guest.heard);
    }

    @Test
    void aRepeatedFaultParksWithoutASecondRequest() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);

        FaultVerdict.Wait again = waits(world.touch(0, 0, false));

        assertTrue(again.interruptible());
        assertEquals(1, again.ticket().token());
        assertEquals(1, world.requests);
        assertEquals(1, world.engine.counters().repeated());
        assertEquals(1, world.engine.counters().count(Veto.IN_FLIGHT));
        assertTrue(world.engine.awaited(0, World.page(0)).isPresent());
        world.arrive(0);
        assertTrue(world.engine.awaited(0, World.page(0)).isEmpty());
    }

    @Test
    void aRepeatedFaultMaySpinUnlessItHasToWait() {
        World world = enabled(EngineFixture.kvm().repeatedFaults(Policy.RepeatedFaults.SPIN));
        announce(world, 0, 0);
        assertInstanceOf(FaultVerdict.TryAgain.class, world.touch(0, 0, false));
        assertEquals(1, world.engine.counters().repeated());
        assertEquals(0, world.engine.counters().parked());
        assertEquals(1, world.requests);
        waits(world.touch(0, 0, true));
        world.touch(0, 1, false);
        world.guest.take(0);
        world.guest.answer(0, GuestReply.SYNCHRONOUS);
        waits(world.touch(0, 1, false));
    }

    @Test
    void theRouteMayEnterTheHandlerItself() {
        World world = enabled(EngineFixture.kvm().timing(Policy.Timing.ENTERED));
        assertInstanceOf(FaultVerdict.Entered.class, world.touch(0, 0, false));
        assertEquals(1, world.engine.counters().announced());
    }

    @Test
    void anAcknowledgedNotPresentShowsWhatItHeldBack() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        world.touch(0, 1, false);
        world.arrive(0);
        assertFalse(world.guest.heard.contains("rdy 0 1"), "the words are in use");
        world.guest.take(0);
        world.engine.consumed(0);
        assertTrue(world.guest.heard.contains("rdy 0 1"));
    }

    @Test
    void aHiddenFaultEndsSilently() {
        World world = enabled(EngineFixture.kvm());
        world.touch(0, 0, true);
        assertEquals(FaultPhase.HIDDEN, world.engine.outstanding().get(0).phase());
        world.trace.clear();
        world.arrive(0);

        assertEquals(List.of(), world.guest.heard);
        assertEquals(List.of(new TraceEvent.PageFaultCompleted(0, 0, "silent")), world.trace);
    }

    @Test
    void aDeclinedFaultIsWaitedForAndNeverReady() {
        World world = enabled(EngineFixture.kvm());
        world.touch(0, 0, false);
        world.guest.take(0);
        world.guest.answer(0, GuestReply.SYNCHRONOUS);

        assertTrue(waits(world.touch(0, 0, false)).interruptible());
        assertEquals(FaultPhase.HIDDEN, world.engine.outstanding().get(0).phase());
        world.arrive(0);
        assertEquals(List.of("np 0 1"), world.guest.heard);
        assertEquals(1, world.engine.counters().declined());
        assertEquals(1, world.engine.counters().cancelled());
        assertEquals(1, world.requests);
    }

    @Test
    void readyWaitsForTheAnswerAndDoesNotHoldUpOthers() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        world.touch(0, 1, false);
        world.guest.take(0);
        world.arrive(1);
        world.arrive(0);
        assertEquals(List.of("np 0 1", "np 0 2", "rdy 0 1"), world.guest.heard);

        world.guest.answer(0, GuestReply.SYNCHRONOUS);
        consume(world, 0);
        assertEquals(3, world.guest.heard.size());
        assertEquals(1, world.engine.counters().declined());
    }

    @Test
    void answersAreIgnoredWhereTheMechanismHasNone() {
        World world = enabled(EngineFixture.kvm().decline(Decline.NONE));
        world.touch(0, 0, false);
        world.guest.take(0);
        world.guest.answer(0, GuestReply.SYNCHRONOUS);
        world.arrive(0);

        assertEquals(List.of("np 0 1", "rdy 0 1"), world.guest.heard);
        assertEquals(0, world.engine.counters().declined());
    }

    @Test
    void anAnswerForAnUnknownTokenChangesNothing() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        world.guest.control().answer(0, 1, GuestReply.SYNCHRONOUS);
        world.guest.control().answer(0, 99, GuestReply.SYNCHRONOUS);
        world.guest.control().lost(0, 99);

        assertEquals(1, world.engine.counters().outstanding());
    }

    @Test
    void anEarlyPageWithdrawsWhatTheGuestHasNotTaken() {
        World world = enabled(EngineFixture.kvm().earlyArrival(EarlyArrival.WITHDRAW));
        world.touch(0, 0, false);
        world.arrive(0);

        assertFalse(world.guest.take(0));
        assertEquals(List.of("np 0 1"), world.guest.heard);
        assertEquals(1, world.engine.counters().cancelled());

        announce(world, 0, 1);
        world.arrive(1);
        assertTrue(world.guest.heard.contains("rdy 0 1"), "taken: ready follows");
    }

    @Test
    void aLostNotPresentCancelsTheFault() {
        World world = enabled(EngineFixture.kvm());
        world.touch(0, 0, false);
        world.guest.lose(0);

        assertEquals(1, world.engine.counters().cancelled());
        assertInstanceOf(FaultVerdict.Announced.class, world.touch(0, 0, false));
        assertEquals(1, world.requests);
    }

    @Test
    void failuresCompleteTheFaultAndTooManyForceSynchronous() {
        World world = enabled(EngineFixture.kvm().failureLimit(2));
        announce(world, 0, 0);
        world.fail(0);
        consume(world, 0);
        announce(world, 0, 0);
        world.fail(0);
        consume(world, 0);

        FaultVerdict.Wait third = waits(world.touch(0, 0, false));
        assertEquals(Veto.FAILED_BEFORE, veto(third));
        assertFalse(third.interruptible());
        world.fail(0);
        assertEquals(Veto.FAILED_BEFORE, veto(world.touch(0, 0, false)));
        world.arrive(0);
        assertEquals(4, world.requests);
        assertEquals(List.of("np 0 1", "rdy 0 1", "np 0 1", "rdy 0 1"), world.guest.heard);
    }

    @Test
    void aPageEvictedBetweenReadyAndRetryIsANewFault() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        world.arrive(0);
        world.evict(0);
        world.guest.clearReady(0);

        announce(world, 0, 0);
        world.arrive(0);
        world.guest.call(0);

        assertEquals(List.of("np 0 1", "rdy 0 1", "np 0 2", "rdy 0 2"), world.guest.heard);
    }

    @Test
    void enablingShowsOneWakeAllAndOnlyOnATransition() {
        World world = new World(2, 1, EngineFixture.kvm().build());
        world.guest.enable(0);
        assertTrue(world.engine.isEnabled(0));
        assertEquals(List.of("rdy 0 ffffffff"), world.guest.heard);
        consume(world, 0);
        world.guest.enable(0);
        assertEquals(1, world.guest.heard.size());
        assertEquals(1, world.engine.counters().wakeAlls());
        world.guest.disable(0);
        assertFalse(world.engine.isEnabled(0));
        world.guest.enable(0);
        assertEquals(2, world.guest.heard.size());
    }

    @Test
    void enablingAgainMayWakeAllAndCoversWhatIsOutstanding() {
        World world = enabled(EngineFixture.kvm().enableAgain(EnableAgain.WAKE_ALL));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.arrive(1);
        assertEquals("rdy 0 2", world.guest.heard.get(2));

        world.guest.enable(0);
        world.guest.enable(0);
        assertEquals(1, world.engine.counters().outstanding());
        announceAfterClear(world);
        world.guest.call(0);
        assertEquals("rdy 0 ffffffff", world.guest.heard.get(4));
        assertEquals(1, world.engine.counters().coveredByWakeAll());
        assertEquals(1, world.engine.counters().outstanding(), "announced after the wake-all was queued");
        world.arrive(0);
        world.arrive(2);
        consume(world, 0);
        assertEquals("rdy 0 3", world.guest.heard.get(5));
    }

    private static void announceAfterClear(World world) {
        world.guest.clearReady(0);
        announce(world, 0, 2);
    }

    @Test
    void disablingCancelsEverythingForGood() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.arrive(0);
        world.guest.disable(0);
        world.guest.disable(0);

        assertEquals(0, world.guest.view(0).line);
        assertEquals(1, world.engine.counters().cancelled());
        world.arrive(1);
        world.guest.enable(0);
        assertEquals("rdy 0 ffffffff", world.guest.heard.get(world.guest.heard.size() - 1));
        assertEquals(4, world.guest.heard.size());
    }

    @Test
    void disablingMayEndWhatIsOutstandingByAWakeAll() {
        World world = enabled(EngineFixture.kvm().disableEffect(DisableEffect.WAKE_ALL));
        announce(world, 0, 0);
        assertEquals(1, world.guest.control().outstanding(0));
        world.guest.disable(0);

        assertEquals("rdy 0 ffffffff", world.guest.heard.get(1));
        assertEquals(1, world.engine.counters().coveredByWakeAll());
        assertEquals(0, world.engine.counters().cancelled());
        assertEquals(0, world.guest.control().outstanding(0));
        world.arrive(0);
        assertEquals(2, world.guest.heard.size());
    }

    @Test
    void disablingCancelsIfThereIsNoRoomForTheWakeAll() {
        World world = enabled(EngineFixture.kvm().disableEffect(DisableEffect.WAKE_ALL));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.arrive(0);
        world.guest.disable(0);

        assertEquals(1, world.engine.counters().cancelled());
        assertEquals(0, world.engine.counters().coveredByWakeAll());
        assertEquals(0, world.engine.counters().outstanding());
    }

    @Test
    void disablingWithNothingOutstandingIsSilentWhateverItDoesOtherwise() {
        World world = enabled(EngineFixture.kvm().disableEffect(DisableEffect.WAKE_ALL));
        world.guest.disable(0);

        assertEquals(0, world.guest.heard.size());
    }

    @Test
    void disablingMayKeepWhatIsOutstanding() {
        World world = enabled(EngineFixture.kvm().disableEffect(DisableEffect.KEEP));
        announce(world, 0, 0);
        world.guest.disable(0);
        world.arrive(0);

        assertEquals("rdy 0 1", world.guest.heard.get(1));
    }

    @Test
    void aResetEndsEveryFaultOfTheVcpuAndNoOther() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        world.touch(0, 1, true);
        announce(world, 1, 0);
        world.reset(0);

        assertEquals(1, world.engine.outstanding().size());
        assertFalse(world.engine.isEnabled(0));
        assertTrue(world.engine.isEnabled(1));
        world.arrive(0);
        assertEquals("rdy 1 2", world.guest.heard.get(2));
    }

    @Test
    void announcedFaultsSurviveARestoreWithTheirTokens() {
        World world = enabled(EngineFixture.kvm());
        announce(world, 0, 0);
        world.touch(0, 1, true);
        world.migrate();

        assertEquals(4, world.requests, "both pages are asked for again");
        assertEquals(
                Veto.SUPERVISOR_MODE, world.engine.outstanding().get(1).veto().orElseThrow());
        world.arrive(0);
        assertEquals(List.of("np 0 1", "rdy 0 1"), world.guest.heard);
    }

    @Test
    void aRestoreMayEndEverythingByWakeAll() {
        World world = enabled(EngineFixture.kvm().afterRestore(AfterRestore.WAKE_ALL));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.arrive(1);
        world.guest.disable(1);
        world.migrate();
        consume(world, 0);

        assertEquals("rdy 0 ffffffff", world.guest.heard.get(3));
        assertEquals(1, world.engine.counters().coveredByWakeAll());
        consume(world, 0);
        announce(world, 0, 2);
        world.arrive(0);
        assertEquals(5, world.guest.heard.size(), "no ready for the old token");
    }

    @Test
    void aRestoreMayCompleteEachByItsOwnReady() {
        World world = enabled(EngineFixture.kvm().afterRestore(AfterRestore.DRAIN));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.migrate();
        consume(world, 0);

        assertEquals(List.of("rdy 0 1", "rdy 0 2"), world.guest.heard.subList(2, 4));
    }

    @Test
    void pendingNotPresentParksTheVcpuUntilItIsTaken() {
        World world = enabled(EngineFixture.kvm().timing(Timing.PENDING));

        FaultVerdict.Wait wait = waits(world.touch(0, 0, false));
        assertTrue(wait.interruptible());
        assertTrue(wait.ticket().veto().isEmpty());
        assertEquals(1, world.engine.counters().announced());
        assertEquals(0, world.engine.counters().parked());
    }

    @Test
    void hiddenFaultsMayBeShownAsTheSeriesOf2021Did() {
        World world = enabled(EngineFixture.kvm().hiddenCompletion(HiddenCompletion.SHOWN));
        world.touch(0, 0, true);
        world.touch(0, 1, true);
        assertEquals(0, world.engine.outstanding().get(0).token());
        world.arrive(0);
        world.arrive(1);

        assertEquals(List.of("rdy 0 1"), world.guest.heard);
        assertEquals(0, world.engine.counters().ready(), "only what was announced counts");
        assertEquals(1, world.engine.outstanding().get(0).token());
        consume(world, 0);
        world.touch(0, 2, true);
        world.touch(0, 3, true);
        world.arrive(2);
        world.guest.disable(0);
        world.arrive(3);
        assertEquals(List.of("rdy 0 1", "rdy 0 2"), world.guest.heard);
        assertEquals(List.of(), world.engine.outstanding());
    }

    @Test
    void floatingReadyGoesToWhoeverCanTakeIt() {
        World world = enabled(EngineFixture.kvm().readyScope(ReadyScope.FLOATING));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.guest.view(0).masked = true;
        world.arrive(0);
        assertEquals("rdy 1 1", world.guest.heard.get(2));
        world.arrive(1);
        assertEquals(3, world.guest.heard.size());
        world.reset(0);
        consume(world, 1);
        assertEquals(3, world.guest.heard.size(), "the owner was reset");
        assertEquals(List.of(), world.engine.outstanding());
    }

    @Test
    void aMaskedReadyMayBeWithheld() {
        World world = enabled(EngineFixture.kvm().readyMasking(ReadyMasking.WITHHELD));
        announce(world, 0, 0);
        world.guest.view(0).masked = true;
        world.arrive(0);
        assertEquals(1, world.guest.heard.size());
        world.guest.view(0).masked = false;
        world.guest.control().rescan(0);
        assertEquals("rdy 0 1", world.guest.heard.get(1));
    }

    @Test
    void aRingHasRoomForSeveral() {
        World world = enabled(Policy.builder()
                .readyCapacity(2)
                .acknowledgement(Acknowledgement.CALL)
                .limit(4));
        for (int page = 0; page < 3; page++) {
            announce(world, 0, page);
        }
        for (int page = 0; page < 3; page++) {
            world.arrive(page);
        }
        assertEquals(List.of("rdy 0 1", "rdy 0 2"), world.guest.heard.subList(3, 5));
        world.guest.call(0);
        assertEquals("rdy 0 3", world.guest.heard.get(5));
    }

    @Test
    void aClearedWordAloneMayBeTheAcknowledgement() {
        World world =
                enabled(Policy.builder().acknowledgement(Acknowledgement.WORD).limit(4));
        announce(world, 0, 0);
        announce(world, 0, 1);
        world.arrive(0);
        world.arrive(1);
        world.guest.call(0);
        assertEquals(3, world.guest.heard.size());
        world.guest.clearReady(0);
        world.engine.poll();
        assertEquals("rdy 0 2", world.guest.heard.get(3));
    }

    @Test
    void aPageOfTheHostsOwnIsBroughtInBeforeReadyIsShown() {
        World world = enabled(Policy.builder().slots(Slots.SEPARATE));
        world.guest.view(0).areaGone = true;
        announce(world, 0, 0);
        world.engine.poll();
        assertFalse(world.areaRequested, "nothing to show yet");
    }

    @Test
    void readyForAnAbsentAreaIsShownWhenTheAreaIsBack() {
        World world = enabled(EngineFixture.kvm().slots(Slots.SEPARATE));
        announce(world, 0, 0);
        world.guest.view(0).areaGone = true;
        world.arrive(0);
        assertTrue(world.areaRequested);
        assertEquals(1, world.guest.heard.size());
        world.guest.view(0).areaGone = false;
        world.engine.settled(World.AREA);
        assertEquals("rdy 0 1", world.guest.heard.get(1));
    }

    @Test
    void faultsThatNobodyWaitsForAreForgottenBeforeTheyPileUp() {
        World world = new World(1, 6, EngineFixture.kvm().limit(2).build());
        for (int page = 0; page < 6; page++) {
            world.touch(0, page, false);
        }
        assertEquals(2, world.engine.outstanding().size());
        assertEquals(World.page(5), world.engine.outstanding().get(1).page());
        assertTrue(world.engine.awaited(0, World.page(5)).isPresent());
        assertFalse(world.engine.awaited(0, World.page(0)).isPresent());
    }

    @Test
    void hostOnlyPortsNeverTellTheGuest() {
        Policy policy = Policy.builder().undeliverable(WaitMode.STOP).build();
        HostOnlyPorts ports = new HostOnlyPorts(policy);
        World other = new World(1, 1, policy);
        PageFaultEngine engine = new PageFaultEngine(
                1,
                ports,
                new PageIn() {
                    @Override
                    public boolean hasSource(long page) {
                        return true;
                    }

                    @Override
                    public int failures(long page) {
                        return 0;
                    }

                    @Override
                    public void start(long page, int vcpu, AccessKind access) {
                        // the page never comes
                    }
                },
                new FaultTrace(false, (nanos, event) -> {}, () -> 0));
        FaultVerdict.Wait wait = waits(engine.fault(other.context(0, 0, false)));

        assertEquals(Veto.NOT_ENABLED, veto(wait));
        assertFalse(wait.interruptible());
        engine.enable(0);
        engine.settled(World.page(0));
        assertEquals(Veto.NOTIFICATION_OUTSTANDING, veto(engine.fault(other.context(0, 0, false))));
        assertEquals(Optional.of(Veto.NOT_ENABLED), ports.obstacle(other.context(0, 0, false)));
        assertFalse(ports.deliver(other.context(0, 0, false), 1) || ports.withdraw(0, 1) || ports.show(0, 1));
        assertFalse(ports.isOpen(0));
        assertEquals(-1, ports.wakeAllToken());
        assertTrue(ports.next(other.context(0, 0, false), token -> false).isEmpty());
        engine.reset();
        assertEquals(List.of(), engine.outstanding());
    }
}
