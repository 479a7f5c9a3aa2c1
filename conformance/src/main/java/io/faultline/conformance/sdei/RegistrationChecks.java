/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.PENDING;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Sections 8.4 to 8.6: REGISTER, ENABLE, DISABLE, UNREGISTER, STATUS.
 *
 * @since 0.1
 */
public final class RegistrationChecks {
    private static final int EVENT = SdeiClient.EVENT_0;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: registering, enabling, status",
            Check.of("SDEI-033", RegistrationChecks::registeringSucceedsOnce).cut(),
            Check.of("SDEI-034", RegistrationChecks::registeringAgainKeepsTheFirstHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-035", RegistrationChecks::registeringARunningEventIsDenied)
                    .witnesses("state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-036", RegistrationChecks::aRegisteredEventIsDisabled).cut(),
            Check.of("SDEI-037", RegistrationChecks::privateStateBelongsToThePe).cut(),
            Check.of("SDEI-038", RegistrationChecks::privateEventsRegisterOnEveryPe)
                    .witnesses("vcpu-0", "vcpu-3")
                    .cut(),
            Check.of("SDEI-039", RegistrationChecks::sharedStateIsSeenFromEveryPe)
                    .cut(),
            Check.of("SDEI-040", s -> flagsAreInvalid(s, 4, 8, 1L << 32, 1L << 63, -1))
                    .cut(),
            Check.of("SDEI-041", RegistrationChecks::registeringForNobodyIsInvalid)
                    .cut(),
            Check.of("SDEI-042", RegistrationChecks::badAffinityOfAPrivateEventIsRefusedOrIgnored)
                    .cut(),
            Check.of("SDEI-043", RegistrationChecks::entryPointZeroIsInvalid).cut(),
            Check.of("SDEI-044", RegistrationChecks::relativeModeWithoutTheFeatureIsInvalid)
                    .witnesses("no-relative-mode")
                    .cut(),
            Check.of("SDEI-046", RegistrationChecks::triggersBeforeRegisteringAreLost)
                    .witnesses("triggered")
                    .cut(),
            Check.of("SDEI-047", RegistrationChecks::triggersWhileDisabledAreDeliveredAfterEnabling)
                    .witnesses("delivered-after-enable")
                    .cut(),
            Check.of("SDEI-049", RegistrationChecks::enablingWhatIsNotRegisteredIsDenied)
                    .witnesses("state-0", "state-4")
                    .cut(),
            Check.of("SDEI-050", RegistrationChecks::enablingAndDisablingShowInStatus)
                    .cut(),
            Check.of("SDEI-051", RegistrationChecks::enablingAndDisablingAreIdempotent)
                    .cut(),
            Check.of("SDEI-052", RegistrationChecks::aHandlerMayDisableAndEnableItself)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-053", RegistrationChecks::disablingDoesNotStopTheHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-054", RegistrationChecks::triggersWhileDisabledAreDeliveredAfterEnabling)
                    .witnesses("delivered-after-enable")
                    .cut(),
            Check.of("SDEI-055", RegistrationChecks::triggersWhileDisabledAreDeliveredAfterEnabling)
                    .witnesses("delivered-after-enable")
                    .cut(),
            Check.of("SDEI-056", RegistrationChecks::theResultOfEnableIsPartOfTheInterruptedContext)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-057", RegistrationChecks::unregisteringAnIdleEventSucceeds)
                    .witnesses("state-1", "state-3")
                    .cut(),
            Check.of("SDEI-058", RegistrationChecks::unregisteringNothingIsDenied)
                    .cut(),
            Check.of("SDEI-059", RegistrationChecks::unregisteringARunningEventIsPending)
                    .witnesses("state-5", "state-7")
                    .cut(),
            Check.of("SDEI-060", RegistrationChecks::unregisteringAgainIsStillPending)
                    .witnesses("state-4")
                    .cut(),
            Check.of("SDEI-061", RegistrationChecks::completionEndsAPendingUnregister)
                    .witnesses("state-4")
                    .cut(),
            Check.of("SDEI-062", RegistrationChecks::unregisteringDropsThePendingTrigger)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-063", RegistrationChecks::unregisteringASharedHandlerFromAnotherPe)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-064", RegistrationChecks::aNewHandlerCanBeRegisteredAfterwards)
                    .witnesses("handler-entered", "state-4")
                    .cut(),
            Check.of("SDEI-065", RegistrationChecks::statusNeverShowsImpossibleStates)
                    .witnesses("state-1", "state-3", "state-7")
                    .seeds(2),
            Check.of("SDEI-066", RegistrationChecks::privateStateBelongsToThePe).cut(),
            Check.of("SDEI-067", RegistrationChecks::statusShowsTheRunningHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-068", RegistrationChecks::statusWorksInEveryState)
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-188", RegistrationChecks::unregisteringASharedHandlerFromAnotherPe)
                    .witnesses("handler-entered")
                    .cut());

    private RegistrationChecks() {}

    private static long registerAt(SdeiClient guest, int lane, long argument) {
        return guest.call(
                SdeiFunction.EVENT_REGISTER, EVENT, guest.cpu().layout().handler(lane), argument, 0, 0);
    }

    /** SDEI-033. */
    private static void registeringSucceedsOnce(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED);
    }

    /** SDEI-034. */
    private static void registeringAgainKeepsTheFirstHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(EVENT);
        s.expectEqual("second EVENT_REGISTER", DENIED, registerAt(guest, 1, 1));
        guest.enable(EVENT);
        s.expectEqual("EVENT_REGISTER while enabled", DENIED, registerAt(guest, 1, 1));
        guest.unmask();
        guest.signalSelf();
        guest.expectEntry(0);
        s.expectEqual("X1", SdeiClient.ARGUMENT, guest.cpu().x(1));
    }

    /** SDEI-035. */
    private static void registeringARunningEventIsDenied(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            if (state.isRunning()) {
                SdeiClient guest = SdeiClient.boot(s);
                guest.bringTo(state);
                s.expectEqual("EVENT_REGISTER in state " + state, DENIED, registerAt(guest, 1, 1));
                guest.expectStatus(EVENT, state.bits());
            }
        }
    }

    /** SDEI-036. */
    private static void aRegisteredEventIsDisabled(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(EVENT);
        guest.enable(EVENT);
        guest.expect(SUCCESS, SdeiFunction.EVENT_UNREGISTER, EVENT);
        guest.register(EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED);
    }

    /** SDEI-037, SDEI-066. */
    private static void privateStateBelongsToThePe(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        guest.register(EVENT);
        guest.enable(EVENT);
        guest.expectStatus(guest.cpu(1), EVENT, 0);
        guest.expect(guest.cpu(1), DENIED, SdeiFunction.EVENT_ENABLE, EVENT);
        guest.register(guest.cpu(1), EVENT, 0);
        guest.expectStatus(guest.cpu(1), EVENT, Sdei.REGISTERED);
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED);
    }

    /** SDEI-038. */
    private static void privateEventsRegisterOnEveryPe(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 4);
        for (int i = 0; i < 4; i++) {
            guest.register(guest.cpu(i), EVENT, 0);
            s.witness("vcpu-" + i);
        }
    }

    /** SDEI-039. */
    private static void sharedStateIsSeenFromEveryPe(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.register(event);
        guest.expectStatus(guest.cpu(1), event, Sdei.REGISTERED);
        guest.enable(guest.cpu(1), event);
        guest.expectStatus(event, Sdei.REGISTERED | Sdei.ENABLED);
        guest.expect(guest.cpu(1), SUCCESS, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expectStatus(event, 0);
    }

    /** SDEI-040, SDEI-044. */
    private static void flagsAreInvalid(Scenario s, long... flags) {
        SdeiClient guest = SdeiClient.boot(s);
        for (long flag : flags) {
            guest.expect(
                    INVALID_PARAMETERS,
                    SdeiFunction.EVENT_REGISTER,
                    EVENT,
                    guest.cpu().layout().handler(0),
                    0,
                    flag,
                    0);
            guest.expectStatus(EVENT, 0);
        }
    }

    /** SDEI-044: only if the dispatcher does not have relative mode. */
    private static void relativeModeWithoutTheFeatureIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        if (guest.call(SdeiFunction.FEATURES, Sdei.FEATURE_RELATIVE_MODE) != 1) {
            s.witness("no-relative-mode");
            flagsAreInvalid(s, Sdei.FLAG_RELATIVE);
        }
    }

    /** SDEI-041. */
    private static void registeringForNobodyIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.SHARED.event();
        for (long affinity : new long[] {SdeiClient.NO_PE, 1L << 31, guest.affinity(0) | 1L << 24}) {
            guest.expect(
                    INVALID_PARAMETERS,
                    SdeiFunction.EVENT_REGISTER,
                    event,
                    guest.cpu().layout().handler(0),
                    0,
                    Sdei.ROUTE_PE,
                    affinity);
        }
        guest.expectStatus(event, 0);
    }

    /** SDEI-042. */
    private static void badAffinityOfAPrivateEventIsRefusedOrIgnored(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long result = guest.call(
                SdeiFunction.EVENT_REGISTER,
                EVENT,
                guest.cpu().layout().handler(0),
                0,
                Sdei.ROUTE_PE,
                SdeiClient.NO_PE);
        s.expectOneOf("EVENT_REGISTER with a bad affinity", result, INVALID_PARAMETERS, SUCCESS);
        guest.expectStatus(EVENT, result == SUCCESS ? Sdei.REGISTERED : 0);
    }

    /** SDEI-043. */
    private static void entryPointZeroIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long result = guest.call(SdeiFunction.EVENT_REGISTER, EVENT, 0, 0, 0, 0);
        s.expectOneOf("EVENT_REGISTER with entry point 0", result, INVALID_PARAMETERS, SUCCESS);
        guest.expectStatus(EVENT, result == SUCCESS ? Sdei.REGISTERED : 0);
    }

    /** SDEI-046. */
    private static void triggersBeforeRegisteringAreLost(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.unmask();
        guest.rig().notifications().inject(SdeiClient.NORMAL, 0);
        s.witness("triggered");
        guest.register(SdeiClient.NORMAL.event());
        guest.enable(SdeiClient.NORMAL.event());
        guest.expectNoEntry("the trigger came before registering");
    }

    /** SDEI-047, SDEI-054, SDEI-055. */
    private static void triggersWhileDisabledAreDeliveredAfterEnabling(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.NORMAL.event();
        guest.register(event);
        guest.unmask();
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectNoEntry("the event is not enabled");
        guest.enable(event);
        guest.expectEntry(0);
        guest.complete();
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, event);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectNoEntry("the event is disabled");
        guest.enable(event);
        guest.expectEntry(0);
        s.witness("delivered-after-enable");
    }

    /** SDEI-049. */
    private static void enablingWhatIsNotRegisteredIsDenied(Scenario s) {
        for (SdeiClient.State state :
                new SdeiClient.State[] {SdeiClient.State.UNREGISTERED, SdeiClient.State.UNREGISTER_PENDING}) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.expect(DENIED, SdeiFunction.EVENT_ENABLE, EVENT);
            guest.expect(DENIED, SdeiFunction.EVENT_DISABLE, EVENT);
            guest.expectStatus(EVENT, state.bits());
        }
    }

    /** SDEI-050. */
    private static void enablingAndDisablingShowInStatus(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(EVENT);
        guest.enable(EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED);
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED);
    }

    /** SDEI-051. */
    private static void enablingAndDisablingAreIdempotent(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(EVENT);
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED);
        guest.enable(EVENT);
        guest.enable(EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED);
    }

    /** SDEI-052. */
    private static void aHandlerMayDisableAndEnableItself(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.enterHandler();
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.RUNNING);
        guest.enable(EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED | Sdei.RUNNING);
    }

    /** SDEI-053. */
    private static void disablingDoesNotStopTheHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.enterHandler();
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, EVENT);
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.RUNNING);
        guest.expectNoEntry("the handler goes on");
        guest.expect(SUCCESS, SdeiFunction.EVENT_CONTEXT, 0);
        guest.complete();
        guest.expectStatus(EVENT, Sdei.REGISTERED);
    }

    /** SDEI-056: and likewise for UNMASK. */
    private static void theResultOfEnableIsPartOfTheInterruptedContext(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.NORMAL.event();
        guest.register(event);
        guest.unmask();
        guest.trigger(SdeiClient.NORMAL, 0);
        SteppingGuestCpu cpu = guest.cpu();
        guest.enable(event);
        long next = cpu.pc();
        guest.expectEntry(0);
        s.expectEqual("X2, the interrupted PC", next, cpu.x(2));
        guest.expect(SUCCESS, SdeiFunction.EVENT_CONTEXT, 0);
        guest.complete(next);
        s.expectEqual("X0 after the handler", SUCCESS, cpu.x(0));
    }

    /** SDEI-057. */
    private static void unregisteringAnIdleEventSucceeds(Scenario s) {
        for (SdeiClient.State state : new SdeiClient.State[] {SdeiClient.State.REGISTERED, SdeiClient.State.ENABLED}) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.expect(SUCCESS, SdeiFunction.EVENT_UNREGISTER, EVENT);
            guest.expectStatus(EVENT, 0);
        }
    }

    /** SDEI-058. */
    private static void unregisteringNothingIsDenied(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.expect(DENIED, SdeiFunction.EVENT_UNREGISTER, EVENT);
    }

    /** SDEI-059. */
    private static void unregisteringARunningEventIsPending(Scenario s) {
        for (SdeiClient.State state :
                new SdeiClient.State[] {SdeiClient.State.RUNNING, SdeiClient.State.RUNNING_DISABLED}) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.expect(PENDING, SdeiFunction.EVENT_UNREGISTER, EVENT);
            guest.expectStatus(EVENT, Sdei.RUNNING);
        }
    }

    /** SDEI-060. */
    private static void unregisteringAgainIsStillPending(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.bringTo(SdeiClient.State.UNREGISTER_PENDING);
        guest.expect(PENDING, SdeiFunction.EVENT_UNREGISTER, EVENT);
        guest.expect(PENDING, SdeiFunction.EVENT_UNREGISTER, EVENT);
        guest.expectStatus(EVENT, Sdei.RUNNING);
    }

    /** SDEI-061. */
    private static void completionEndsAPendingUnregister(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.bringTo(SdeiClient.State.UNREGISTER_PENDING);
        guest.complete();
        guest.expectStatus(EVENT, 0);
        guest.expect(DENIED, SdeiFunction.EVENT_UNREGISTER, EVENT);
    }

    /** SDEI-062. */
    private static void unregisteringDropsThePendingTrigger(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.NORMAL.event();
        guest.register(event);
        guest.unmask();
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expect(SUCCESS, SdeiFunction.EVENT_UNREGISTER, event);
        guest.register(event);
        guest.enable(event);
        guest.expectNoEntry("the trigger was dropped by unregistering");
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
    }

    /** SDEI-063, SDEI-188. */
    private static void unregisteringASharedHandlerFromAnotherPe(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.arm(event, 0);
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectEntry(0);
        guest.expectStatus(guest.cpu(1), event, Sdei.REGISTERED | Sdei.ENABLED | Sdei.RUNNING);
        guest.expect(guest.cpu(1), PENDING, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expectStatus(guest.cpu(1), event, Sdei.RUNNING);
        guest.complete();
        guest.expectStatus(guest.cpu(1), event, 0);
        guest.expect(guest.cpu(1), DENIED, SdeiFunction.EVENT_UNREGISTER, event);
    }

    /** SDEI-064. */
    private static void aNewHandlerCanBeRegisteredAfterwards(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.bringTo(SdeiClient.State.UNREGISTER_PENDING);
        guest.complete();
        s.expectEqual("EVENT_REGISTER", SUCCESS, registerAt(guest, 1, 77));
        guest.enable(EVENT);
        guest.signalSelf();
        guest.expectEntry(1);
        s.expectEqual("X1", 77, guest.cpu().x(1));
    }

    /** SDEI-065. */
    private static void statusNeverShowsImpossibleStates(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SdeiFunction[] calls = {
            SdeiFunction.EVENT_REGISTER,
            SdeiFunction.EVENT_ENABLE,
            SdeiFunction.EVENT_DISABLE,
            SdeiFunction.EVENT_UNREGISTER,
            SdeiFunction.PRIVATE_RESET,
            SdeiFunction.PE_UNMASK,
            SdeiFunction.EVENT_SIGNAL
        };
        for (int i = 0; i < 300; i++) {
            SteppingGuestCpu cpu = guest.cpu();
            SdeiFunction call = calls[s.random().nextInt(calls.length)];
            long second = call == SdeiFunction.EVENT_SIGNAL
                    ? guest.affinity(0)
                    : cpu.layout().handler(0);
            guest.call(call, EVENT, second, 0, 0, 0);
            cpu.settle();
            long status = guest.call(SdeiFunction.EVENT_STATUS, EVENT);
            s.expectOneOf("EVENT_STATUS", status, 0, 1, 3, 4, 5, 7);
            s.witness("state-" + status);
            if ((status & Sdei.RUNNING) != 0 && s.random().nextBoolean()) {
                guest.complete();
                cpu.settle();
            }
        }
    }

    /** SDEI-067. */
    private static void statusShowsTheRunningHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.enterHandler();
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED | Sdei.RUNNING);
        guest.complete();
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED);
        guest.signalSelf();
        guest.expectEntry(0);
        guest.resume(guest.cpu().layout().resume());
        guest.expectStatus(EVENT, Sdei.REGISTERED | Sdei.ENABLED);
    }

    /** SDEI-068. */
    private static void statusWorksInEveryState(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            SdeiClient.boot(s).bringTo(state);
        }
    }
}
