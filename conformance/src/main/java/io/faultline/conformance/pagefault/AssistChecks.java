/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.guest.GuestStep;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Scenario;
import java.util.Arrays;

/**
 * Asynchronous page faults of the Hyper-V style: the assist page, and ready by the synthetic interrupt controller.
 *
 * @since 0.1
 */
public final class AssistChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: assist page and synthetic interrupts",
            Check.of("APF-113", AssistChecks::aBusySlotWaitsForItsEnd)
                    .witnesses("pending", "emptied", "ended")
                    .cut(),
            Check.of("APF-114", AssistChecks::anEndOfNothingHasNoEffect)
                    .witnesses("idle", "busy", "waiting")
                    .cut(),
            Check.of("APF-203", AssistChecks::aMaskedSourceTakesMessages)
                    .witnesses("masked", "unmasked")
                    .cut(),
            Check.of("APF-204", AssistChecks::aMaskedSourceHoldsFlagsBack)
                    .witnesses("masked", "unmasked")
                    .cut(),
            Check.of("APF-205", AssistChecks::aFlagIsOneToken)
                    .witnesses("not-reused", "reserved", "room-again")
                    .cut(),
            Check.of("APF-206", AssistChecks::theControlRegisterIsChecked)
                    .witnesses("reserved", "not-ready", "enabled", "disabled")
                    .cut(),
            Check.of("APF-207", AssistChecks::theStateIsTheAnswer)
                    .witnesses("unanswered", "not-now", "garbage")
                    .cut(),
            Check.of("APF-208", AssistChecks::nothingIsLostWhileTheControllerIsOff)
                    .witnesses("controller-off", "page-off", "told")
                    .cut(),
            Check.of("APF-209", AssistChecks::withoutAssistPageNothingIsTold)
                    .witnesses("hidden", "shown")
                    .cut());

    private static final long ENABLE = AssistGuest.ENABLE;

    private AssistChecks() {}

    /** APF-113. */
    private static void aBusySlotWaitsForItsEnd(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, false);
        PagingScene scene = guest.scene();
        int count = scene.slots(3);
        long[] pages = new long[count];
        long[] tokens = new long[count];
        for (int n = 0; n < count; n++) {
            pages[n] = scene.absent(n);
            tokens[n] = guest.letWait(pages[n]);
        }
        guest.arrive(pages[0]);
        s.expectEqual("interrupts for the first message", 1, guest.takeInterrupts());
        s.expectThat("nothing is pending behind the first message", !guest.isMessagePending());
        for (int n = 1; n < count; n++) {
            guest.arrive(pages[n]);
        }
        s.expectRetired("NOP with a busy slot", guest.cpu().settle());
        s.expectEqual("interrupts with a busy slot", 0, guest.takeInterrupts());
        expectTokens(s, "of the first message", guest.message(), tokens[0]);
        s.expectEqual("MessagePending of the first message", count > 1, guest.isMessagePending());
        s.witness("pending");
        guest.empty();
        s.expectRetired("NOP with an empty slot", guest.cpu().settle());
        s.expectEqual("type of the message before EOM", 0, guest.type());
        s.witness("emptied");
        guest.endOfMessage();
        s.expectEqual("interrupts for EOM", count > 1 ? 1 : 0, guest.takeInterrupts());
        guest.expectTokens("after EOM", Arrays.copyOfRange(tokens, 1, count));
        s.witness("ended");
    }

    private static void expectTokens(Scenario s, String what, long[] actual, long... expected) {
        s.expectEqual("tokens " + what, Arrays.toString(expected), Arrays.toString(actual));
    }

    /** APF-114. */
    private static void anEndOfNothingHasNoEffect(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, false);
        PagingScene scene = guest.scene();
        guest.endOfMessage();
        guest.expectNothing("after EOM of nothing");
        s.witness("idle");
        long page = scene.absent(0);
        long token = guest.letWait(page);
        guest.endOfMessage();
        s.expectEqual("faults outstanding after EOM", 1, scene.counters().outstanding());
        guest.expectNothing("after EOM with a fault outstanding");
        s.witness("waiting");
        guest.arrive(page);
        s.expectEqual("interrupts for the message", 1, guest.takeInterrupts());
        for (int round = 0; round < 2; round++) {
            guest.endOfMessage();
            expectTokens(s, "after EOM with a message in the slot", guest.message(), token);
        }
        s.expectEqual("interrupts after EOM with a message in the slot", 0, guest.takeInterrupts());
        s.witness("busy");
        guest.empty();
        guest.endOfMessage();
        guest.expectNothing("after the message");
    }

    /** APF-203: written without an interrupt, or when the source is unmasked. */
    private static void aMaskedSourceTakesMessages(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, false);
        PagingScene scene = guest.scene();
        long first = scene.absent(0);
        long token = guest.letWait(first);
        guest.mask();
        guest.arrive(first);
        s.expectRetired("NOP with a masked source", guest.cpu().settle());
        s.expectEqual("interrupts of a masked source", 0, guest.takeInterrupts());
        boolean isWritten = guest.type() != 0;
        s.witness("masked");
        guest.unmask();
        s.expectEqual("interrupts for unmasking", isWritten ? 0 : 1, guest.takeInterrupts());
        guest.expectTokens("after unmasking", token);
        long second = scene.absent(1);
        long next = guest.letWait(second);
        guest.arrive(second);
        guest.expectReady("with the source unmasked", next);
        s.witness("unmasked");
    }

    /** APF-204: set without an interrupt, or when the source is unmasked. */
    private static void aMaskedSourceHoldsFlagsBack(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, true);
        long page = guest.scene().absent(0);
        long token = guest.letWait(page);
        guest.mask();
        guest.arrive(page);
        s.expectRetired("NOP with a masked source", guest.cpu().settle());
        s.expectEqual("interrupts of a masked source", 0, guest.takeInterrupts());
        boolean isSet = guest.firstFlag() >= 0;
        s.witness("masked");
        guest.unmask();
        s.expectRetired("NOP after unmasking", guest.cpu().settle());
        s.expectEqual("interrupts after unmasking", isSet ? 0 : 1, guest.takeInterrupts());
        guest.expectTokens("after unmasking", token);
        guest.expectNothing("after that");
        s.witness("unmasked");
    }

    /** APF-205. */
    private static void aFlagIsOneToken(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, true);
        PagingScene scene = guest.scene();
        int taken = guest.flags() - 2;
        int first = 0;
        for (int flag = 0; flag < taken; flag++) {
            guest.setFlag(flag, true);
        }
        // One more fault, and its wake-all: there are two clear flags.
        long page = scene.absent(0);
        long token = guest.letWait(page);
        guest.arrive(page);
        s.expectEqual("interrupts for one flag", 1, guest.takeInterrupts());
        for (int flag = taken; flag < guest.flags(); flag++) {
            if (guest.isSet(flag)) {
                s.expectEqual("token of flag " + flag, token, guest.tokenOf(flag));
                first++;
            }
        }
        s.expectEqual("flags set for one ready", 1, first);
        for (int flag = 0; flag < taken; flag++) {
            s.expectThat("flag " + flag + ", which was set, still is", guest.isSet(flag));
        }
        s.witness("not-reused");
        long second = scene.absent(1);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault with one clear flag, which is the wake-all's", guest.touch(second));
        s.expectEqual("announced faults", before.announced(), scene.counters().announced());
        s.expectEqual("vetoes", before.vetoed() + 1, scene.counters().vetoed());
        scene.arriveAndGoOn(guest.cpu(), second);
        s.witness("reserved");
        for (int flag = 0; flag < guest.flags(); flag++) {
            guest.setFlag(flag, false);
        }
        guest.letWait(scene.absent(2));
        s.witness("room-again");
    }

    /** APF-206. */
    private static void theControlRegisterIsChecked(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        AssistGuest guest = AssistGuest.prepared(scene, AssistGuest.prefersFlags(s));
        long good = guest.control();
        long[] impossible = {
            good | 1 << 3,
            good | 1 << 15,
            good | 1 << 20,
            good | 1L << 32,
            good | 1L << 63,
            1 << 4,
            good & 0xFFFF,
            good & 0xFFFF | 2 << 16,
            good & 0xFFFF | 7 << 16
        };
        for (long value : impossible) {
            expectStatus(s, guest, value, AssistGuest.INVALID_PARAMETER);
        }
        s.expectEqual("the register after refusals", 0, guest.get(AssistGuest.CONTROL));
        s.expectEqual(
                "status of setting the limits", AssistGuest.INVALID_PARAMETER, guest.trySet(AssistGuest.LIMITS, 0));
        s.witness("reserved");
        guest.hideAssist();
        expectStatus(s, guest, good, AssistGuest.OPERATION_DENIED);
        guest.showAssist();
        s.witness("not-ready");
        guest.expectNothing("before enabling");
        guest.enable();
        for (long value : impossible) {
            expectStatus(s, guest, value, AssistGuest.INVALID_PARAMETER);
        }
        expectStatus(s, guest, good ^ 1 << 1, AssistGuest.OPERATION_DENIED);
        expectStatus(s, guest, good, AssistGuest.SUCCESS);
        s.expectEqual("the register while enabled", good, guest.get(AssistGuest.CONTROL));
        guest.expectNothing("after the same value");
        guest.letWait(scene.absent(0));
        s.witness("enabled");
        guest.set(AssistGuest.CONTROL, good & ~ENABLE);
        s.expectEqual("the register while disabled", good & ~ENABLE, guest.get(AssistGuest.CONTROL));
        s.expectEqual("faults outstanding after disabling", 0, scene.counters().outstanding());
        guest.arrive(GuestLayout.dataPage(0));
        guest.expectNothing("after disabling");
        s.witness("disabled");
    }

    private static void expectStatus(Scenario s, AssistGuest guest, long value, int status) {
        s.expectEqual(
                "status of setting the control register to " + PagingScene.hex(value),
                status,
                guest.trySet(AssistGuest.CONTROL, value));
    }

    /** APF-207. */
    private static void theStateIsTheAnswer(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, AssistGuest.prefersFlags(s));
        PagingScene scene = guest.scene();
        long page = scene.absent(0);
        long token = guest.expectTold(page);
        guest.cpu().jump(guest.cpu().layout().el1());
        long other = scene.absent(1);
        FaultCounters before = scene.counters();
        scene.expectWaits("a fault while VALID is set", guest.touch(other));
        if (guest.scene().guest().limits().slots() > 1) {
            scene.expectVeto("a fault while VALID is set", Veto.NOTIFICATION_OUTSTANDING, before);
        }
        scene.arriveAndGoOn(guest.cpu(), other);
        guest.arrive(page);
        guest.expectNothing("while VALID is set");
        s.witness("unanswered");
        guest.state(0);
        guest.expectReady("after the answer", token);

        long refused = scene.absent(2);
        guest.expectTold(refused);
        guest.state(AssistGuest.VALID | AssistGuest.SYNCHRONOUS);
        guest.state(AssistGuest.SYNCHRONOUS);
        scene.expectWaits("the access after not now", guest.goBack());
        s.expectEqual("refused faults", 1, scene.counters().declined());
        scene.arriveAndGoOn(guest.cpu(), refused);
        guest.expectNothing("after a fault that was refused");
        s.witness("not-now");

        long last = scene.absent(3);
        long lastToken = guest.expectTold(last);
        guest.state(0xFFFF_FFFCL);
        guest.cpu().jump(guest.cpu().layout().el1());
        guest.arrive(last);
        guest.expectReady("after an answer with other bits", lastToken);
        s.expectEqual("state after the answer", 0, guest.state());
        s.witness("garbage");
    }

    /** APF-208. */
    private static void nothingIsLostWhileTheControllerIsOff(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, AssistGuest.prefersFlags(s));
        PagingScene scene = guest.scene();
        long first = scene.absent(0);
        long token = guest.letWait(first);
        guest.set(AssistGuest.SYNIC_CONTROL, 0);
        guest.arrive(first);
        guest.expectNothing("while the controller is off");
        s.witness("controller-off");
        guest.set(AssistGuest.SYNIC_CONTROL, 1);
        guest.expectReady("after the controller is on", token);
        guest.expectNothing("after that");
        long second = scene.absent(1);
        long other = guest.letWait(second);
        guest.hidePage();
        guest.arrive(second);
        s.expectRetired("NOP while the page is off", guest.cpu().settle());
        s.expectEqual("interrupts while the page is off", 0, guest.takeInterrupts());
        s.witness("page-off");
        guest.showPage();
        guest.expectReady("after the page is on", other);
        guest.expectNothing("after that");
        s.witness("told");
    }

    /** APF-209. */
    private static void withoutAssistPageNothingIsTold(Scenario s) {
        AssistGuest guest = AssistGuest.started(s, AssistGuest.prefersFlags(s));
        PagingScene scene = guest.scene();
        long before = scene.absent(0);
        long token = guest.letWait(before);
        guest.hideAssist();
        long page = scene.absent(1);
        FaultCounters counters = scene.counters();
        GuestStep step = guest.touch(page);
        scene.expectWaits("a fault without assist page", step);
        if (scene.guest().limits().slots() > 1) {
            scene.expectVeto("a fault without assist page", Veto.AREA_UNWRITABLE, counters);
        }
        scene.arriveAndGoOn(guest.cpu(), page);
        s.witness("hidden");
        guest.showAssist();
        guest.arrive(before);
        guest.expectReady("of a fault from before", token);
        guest.letWait(scene.absent(2));
        s.witness("shown");
    }
}
