/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Sections 8.8 and 8.10: the mask of a PE, and EVENT_SIGNAL.
 *
 * @since 0.1
 */
public final class MaskAndSignalChecks {
    private static final int EVENT = SdeiClient.EVENT_0;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: mask, signal",
            Check.of("SDEI-077", MaskAndSignalChecks::pesStartMasked).cut(),
            Check.of("SDEI-078", MaskAndSignalChecks::maskingTellsWhetherItChangedAnything)
                    .cut(),
            Check.of("SDEI-079", MaskAndSignalChecks::unmaskingAlwaysReturnsZero)
                    .cut(),
            Check.of("SDEI-080", MaskAndSignalChecks::nothingIsDispatchedOnAMaskedPe)
                    .witnesses("triggered")
                    .cut(),
            Check.of("SDEI-081", MaskAndSignalChecks::maskedTriggersAreDeliveredAfterUnmasking)
                    .witnesses("delivered-after-unmask")
                    .cut(),
            Check.of("SDEI-082", MaskAndSignalChecks::theMaskBelongsToThePe).cut(),
            Check.of("SDEI-083", MaskAndSignalChecks::maskingInsideAHandlerDoesNotDisturbIt)
                    .witnesses("handler-entered", "completed-masked")
                    .cut(),
            Check.of("SDEI-084", MaskAndSignalChecks::maskingInsideAHandlerDoesNotDisturbIt)
                    .witnesses("completed-masked")
                    .cut(),
            Check.of("SDEI-085", MaskAndSignalChecks::maskingDoesNotChangeStatus)
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-086", MaskAndSignalChecks::maskingWorksInEveryState)
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-103", MaskAndSignalChecks::onlyEventZeroCanBeSignalled)
                    .cut(),
            Check.of("SDEI-104", MaskAndSignalChecks::signallingNobodyIsInvalid).cut(),
            Check.of("SDEI-105", MaskAndSignalChecks::signallingRunsTheHandlerOnTheTargetOnly)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-106", MaskAndSignalChecks::aPeMaySignalItself)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-107", MaskAndSignalChecks::signalsMerge)
                    .witnesses("signalled-while-pending")
                    .cut(),
            Check.of("SDEI-108", MaskAndSignalChecks::signalsMerge)
                    .witnesses("signalled-while-pending")
                    .cut(),
            Check.of("SDEI-109", MaskAndSignalChecks::signallingDuringTheHandlerRunsItOnceMore)
                    .witnesses("ran-again")
                    .cut(),
            Check.of("SDEI-110", MaskAndSignalChecks::signallingAPeThatIsNotReady)
                    .witnesses("signalled-not-ready")
                    .cut(),
            Check.of("SDEI-111", MaskAndSignalChecks::signallingWorksInsideOtherHandlers)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-112", MaskAndSignalChecks::memoryWrittenBeforeTheSignalIsVisible)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-113", MaskAndSignalChecks::aSignalWakesAnIdlePe)
                    .witnesses("idle", "handler-entered")
                    .cut());

    private MaskAndSignalChecks() {}

    /** SDEI-077. */
    private static void pesStartMasked(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.expect(guest.cpu(0), 0, SdeiFunction.PE_MASK);
        guest.expect(guest.cpu(1), 0, SdeiFunction.PE_MASK);
    }

    /** SDEI-078. */
    private static void maskingTellsWhetherItChangedAnything(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.unmask();
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.expect(0, SdeiFunction.PE_MASK);
        guest.unmask();
        guest.expect(1, SdeiFunction.PE_MASK);
    }

    /** SDEI-079. */
    private static void unmaskingAlwaysReturnsZero(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.unmask();
        guest.unmask();
    }

    /** SDEI-080. */
    private static void nothingIsDispatchedOnAMaskedPe(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.register(SdeiClient.NORMAL.event());
        guest.enable(SdeiClient.NORMAL.event());
        guest.register(guest.cpu(), SdeiClient.CRITICAL.event(), 1);
        guest.enable(SdeiClient.CRITICAL.event());
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.trigger(SdeiClient.CRITICAL, 0);
        s.witness("triggered");
        for (int i = 0; i < 3; i++) {
            guest.expectNoEntry("the PE is masked");
        }
    }

    /** SDEI-081. */
    private static void maskedTriggersAreDeliveredAfterUnmasking(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.register(SdeiClient.NORMAL.event());
        guest.enable(SdeiClient.NORMAL.event());
        guest.registerFor(guest.cpu(), SdeiClient.SHARED.event(), 1, guest.affinity(0));
        guest.enable(SdeiClient.SHARED.event());
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectNoEntry("the PE is masked");
        guest.unmask();
        guest.expectEntry(0);
        guest.complete();
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectNoEntry("the PE is masked");
        guest.unmask();
        guest.expectEntry(1);
        s.witness("delivered-after-unmask");
    }

    /** SDEI-082. */
    private static void theMaskBelongsToThePe(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.unmask(guest.cpu(0));
        guest.expect(guest.cpu(1), 0, SdeiFunction.PE_MASK);
        guest.expect(guest.cpu(0), 1, SdeiFunction.PE_MASK);
    }

    /** SDEI-083, SDEI-084. */
    private static void maskingInsideAHandlerDoesNotDisturbIt(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.enterHandler();
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.expectStatus(EVENT, 7);
        long interrupted = guest.call(SdeiFunction.EVENT_CONTEXT, 2);
        s.expectThat("the context can be read", interrupted != DENIED);
        guest.complete();
        guest.expect(0, SdeiFunction.PE_MASK);
        s.witness("completed-masked");
    }

    /** SDEI-085. */
    private static void maskingDoesNotChangeStatus(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.call(SdeiFunction.PE_MASK);
            guest.expectStatus(EVENT, state.bits());
            guest.unmask();
            guest.expectStatus(EVENT, state.bits());
        }
    }

    /** SDEI-086. */
    private static void maskingWorksInEveryState(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.unmask();
            guest.expect(1, SdeiFunction.PE_MASK);
            guest.expect(0, SdeiFunction.PE_MASK);
            guest.unmask();
        }
    }

    /** SDEI-103. */
    private static void onlyEventZeroCanBeSignalled(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.arm(SdeiClient.NORMAL.event(), 0);
        guest.arm(EVENT, 1);
        for (long event : new long[] {1, SdeiClient.NORMAL.event(), SdeiClient.NO_EVENT, 0xFFFF_FFFFL}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_SIGNAL, event, guest.affinity(0));
        }
        guest.expectNoEntry("nothing was signalled");
    }

    /** SDEI-104. */
    private static void signallingNobodyIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.arm(EVENT, 0);
        for (long target : new long[] {SdeiClient.NO_PE, 1, 1L << 31 | guest.affinity(0), -1}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_SIGNAL, EVENT, target);
        }
        guest.expectNoEntry("nobody was signalled");
    }

    /** SDEI-105. */
    private static void signallingRunsTheHandlerOnTheTargetOnly(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.arm(guest.cpu(0), EVENT, 0);
        guest.arm(guest.cpu(1), EVENT, 0);
        guest.signal(guest.cpu(0), 1);
        guest.expectNoEntry("vCPU 1 is the target", guest.cpu(0));
        guest.expectEntry(guest.cpu(1), 0);
    }

    /** SDEI-106. */
    private static void aPeMaySignalItself(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        guest.signalSelf();
        long next = cpu.pc();
        guest.expectEntry(0);
        s.expectEqual("X2, the address after the call", next, cpu.x(2));
        guest.expect(SUCCESS, SdeiFunction.EVENT_CONTEXT, 0);
    }

    /** SDEI-107, SDEI-108. */
    private static void signalsMerge(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.arm(EVENT, 0);
        SteppingGuestCpu other = guest.cpu(1);
        int signals = 3;
        for (int i = 0; i < signals; i++) {
            guest.signal(other, 0);
        }
        s.witness("signalled-while-pending");
        int runs = 0;
        while (guest.cpu().settle() instanceof GuestStep.Diverted) {
            runs++;
            s.expectThat("no more than " + signals + " runs", runs <= signals);
            guest.complete();
        }
        s.expectThat("at least one run for " + signals + " signals, there were " + runs, runs >= 1);
    }

    /** SDEI-109. */
    private static void signallingDuringTheHandlerRunsItOnceMore(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.enterHandler();
        guest.signalSelf();
        guest.expectNoEntry("the handler does not nest on itself");
        guest.complete();
        guest.expectEntry(0);
        guest.complete();
        guest.expectNoEntry("there was one signal");
        s.witness("ran-again");
    }

    /** SDEI-110. */
    private static void signallingAPeThatIsNotReady(Scenario s) {
        for (int missing = 0; missing < 3; missing++) {
            SdeiClient guest = SdeiClient.boot(s);
            if (missing > 0) {
                guest.register(EVENT);
            }
            if (missing > 1) {
                guest.enable(EVENT);
            }
            long result = guest.call(SdeiFunction.EVENT_SIGNAL, EVENT, guest.affinity(0));
            s.expectOneOf("EVENT_SIGNAL to a PE that is not ready", result, INVALID_PARAMETERS, SUCCESS);
            guest.expectNoEntry("the PE is not ready");
            if (missing == 0) {
                continue;
            }
            guest.enable(EVENT);
            guest.unmask();
            if (result == SUCCESS) {
                guest.expectEntry(0);
            } else {
                s.expectRetired(
                        "NOP, the refused signal not being latched", guest.cpu().settle());
            }
            s.witness("signalled-not-ready");
        }
    }

    /** SDEI-111. */
    private static void signallingWorksInsideOtherHandlers(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.arm(EVENT, 0);
        guest.arm(SdeiClient.NORMAL.event(), 1);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(1);
        guest.signalSelf();
        guest.expectNoEntry("normal does not preempt normal");
        guest.complete();
        guest.expectEntry(0);
    }

    /** SDEI-112. */
    private static void memoryWrittenBeforeTheSignalIsVisible(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.arm(EVENT, 0);
        guest.cpu(1).put(SdeiClient.scratch(), AccessWidth.DOUBLEWORD, 0x1122_3344_5566_7788L);
        guest.signal(guest.cpu(1), 0);
        guest.expectEntry(0);
        s.expectEqual(
                "what the handler reads",
                0x1122_3344_5566_7788L,
                guest.cpu().get(SdeiClient.scratch(), AccessWidth.DOUBLEWORD));
    }

    /** SDEI-113. */
    private static void aSignalWakesAnIdlePe(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        s.expectStopped("WFI without anything pending", cpu.waitForInterrupt(), VcpuExit.WaitForInterrupt.class);
        s.witness("idle");
        guest.signal(guest.cpu(1), 0);
        GuestStep step = cpu.resume();
        if (step instanceof GuestStep.Retired) {
            step = cpu.settle();
        }
        s.expectDiverted("dispatch on the idle vCPU", step, cpu.layout().handler(0));
        s.witness("handler-entered");
    }
}
