/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * The answers that a guest gives by the call REPLY, and what a request says of the event.
 *
 * @since 0.1
 */
public final class ReplyChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: answers by call",
            Check.of("APF-195", ReplyChecks::notNowMeansSynchronous)
                    .witnesses("waited", "page-came")
                    .cut(),
            Check.of("APF-196", ReplyChecks::gotItMeansAsynchronous)
                    .witnesses("by-reply", "by-acknowledgement")
                    .cut(),
            Check.of("APF-197", ReplyChecks::otherRepliesAreInvalid)
                    .witnesses("nothing-shown", "foreign", "answered", "acknowledged")
                    .cut(),
            Check.of("APF-198", ReplyChecks::withoutTheChannelThereIsNoReply)
                    .witnesses("not-supported")
                    .cut(),
            Check.of("APF-200", DeclineChecks::aPageThatHasComeIsNotWaitedFor)
                    .witnesses("came-inside-the-handler")
                    .cut(),
            Check.of("APF-202", ReplyChecks::aRequestNamesAnEventIfOneIsNeeded).witnesses("refused", "accepted"));

    private ReplyChecks() {}

    /** APF-195. */
    private static void notNowMeansSynchronous(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        long page = scene.absent(0);
        cpu.enterEl0();
        long access = cpu.pc();
        guest.expectNotPresent(page);
        guest.answerSynchronously(access);
        DeclineChecks.expectWaitsForThePage(scene, page, access);
        s.witness("waited");
        s.witness("page-came");
        s.expectEqual("declined faults", 1, scene.counters().declined());
        s.expectEqual("ready notifications", 0, scene.counters().ready());
    }

    /** APF-196. */
    private static void gotItMeansAsynchronous(Scenario s) {
        for (String how : new String[] {"by-reply", "by-acknowledgement"}) {
            PagingScene scene = PagingScene.offered(s, 1);
            KvmGuest guest = KvmGuest.started(scene);
            long page = scene.absent(0);
            long token = guest.expectNotPresent(page);
            if (how.equals("by-reply")) {
                s.expectEqual("result of REPLY with got it", Smccc.SUCCESS, guest.reply(token, KvmGuest.GOT_IT));
            }
            WaitingTask task = guest.answerAsynchronously(page, token);
            scene.arrive(page);
            s.expectEqual("token of ready", token, guest.takeReady());
            s.expectRetired("the access after ready", guest.retry(task));
            s.expectEqual("declined faults", 0, scene.counters().declined());
            s.witness(how);
        }
    }

    /** APF-197. */
    private static void otherRepliesAreInvalid(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 2);
        KvmGuest guest = KvmGuest.started(scene);
        KvmGuest other = new KvmGuest(scene.rig().cpu(1));
        other.start(0);
        expectInvalid(s, scene, guest, "while nothing is shown", 0, KvmGuest.GOT_IT);
        s.witness("nothing-shown");
        long page = scene.absent(0);
        long token = guest.expectNotPresent(page);
        expectInvalid(s, scene, guest, "with token 0", 0, KvmGuest.NOT_NOW);
        expectInvalid(s, scene, guest, "with another token", token ^ 0x1000, KvmGuest.NOT_NOW);
        expectInvalid(s, scene, guest, "with the wake-all", KvmGuest.WAKE_ALL, KvmGuest.NOT_NOW);
        for (long answer : new long[] {2, 3, 0x8000_0000L, 0xFFFF_FFFFL}) {
            expectInvalid(s, scene, guest, "with answer " + PagingScene.hex(answer), token, answer);
        }
        expectInvalid(s, scene, other, "by another vCPU", token, KvmGuest.NOT_NOW);
        s.witness("foreign");
        s.expectEqual("result of the first REPLY", Smccc.SUCCESS, guest.reply(token, KvmGuest.GOT_IT));
        expectInvalid(s, scene, guest, "after the first", token, KvmGuest.NOT_NOW);
        expectInvalid(s, scene, guest, "after the first", token, KvmGuest.GOT_IT);
        s.witness("answered");
        WaitingTask task = guest.answerAsynchronously(page, token);
        expectInvalid(s, scene, guest, "after IRQ_ACK", token, KvmGuest.NOT_NOW);
        s.witness("acknowledged");
        scene.arrive(page);
        s.expectEqual("token of ready", task.token(), guest.takeReady());
        expectInvalid(s, scene, guest, "after ready", token, KvmGuest.NOT_NOW);
    }

    private static void expectInvalid(
            Scenario s, PagingScene scene, KvmGuest guest, String when, long token, long answer) {
        FaultCounters before = scene.counters();
        s.expectEqual("result of REPLY " + when, Smccc.INVALID_PARAMETER, guest.reply(token, answer));
        FaultCounters now = scene.counters();
        s.expectEqual("faults outstanding after REPLY " + when, before.outstanding(), now.outstanding());
        s.expectEqual("declined faults after REPLY " + when, before.declined(), now.declined());
        s.expectEqual("cancelled faults after REPLY " + when, before.cancelled(), now.cancelled());
    }

    /** APF-198. */
    private static void withoutTheChannelThereIsNoReply(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        s.expectEqual("result of REPLY with token 0", Smccc.NOT_SUPPORTED, guest.reply(0, KvmGuest.GOT_IT));
        long page = scene.absent(0);
        long token = guest.expectNotPresent(page);
        s.expectEqual("result of REPLY with not now", Smccc.NOT_SUPPORTED, guest.reply(token, KvmGuest.NOT_NOW));
        s.witness("not-supported");
        guest.answerAsynchronously(page, token);
        scene.arrive(page);
        s.expectEqual("token of ready", token, guest.takeReady());
    }

    /** APF-202. */
    private static void aRequestNamesAnEventIfOneIsNeeded(Scenario s) {
        AsyncPageFaultLimits limits = s.capability(Capabilities.ASYNC_PAGE_FAULTS);
        s.expectThat(
                "a plan " + (limits.needsEvent() ? "without an event" : "with an event") + " is refused",
                !s.plan(request -> {
                            if (limits.needsEvent()) {
                                request.asyncPageFaults(PageFaultGuest.INTERRUPT);
                            } else {
                                request.asyncPageFaults(PageFaultGuest.EVENT, PageFaultGuest.INTERRUPT);
                            }
                        })
                        .refusals()
                        .isEmpty());
        s.witness("refused");
        s.expectThat(
                "a plan with the numbers that the mechanism needs is not refused",
                s.plan(request -> PageFaultGuest.offer(s, request)).refusals().isEmpty());
        s.witness("accepted");
    }
}
