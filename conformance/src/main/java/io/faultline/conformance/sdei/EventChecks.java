/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 8.3: events and GET_INFO, and 8.7: routing.
 *
 * @since 0.1
 */
public final class EventChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: events, information, routing",
            Check.of("SDEI-021", EventChecks::eventZeroIsPrivateAndNormal).cut(),
            Check.of("SDEI-022", EventChecks::numbersWithBit31AreNoEvents).cut(),
            Check.of("SDEI-023", EventChecks::unknownEventsAreInvalidInEveryCall)
                    .cut(),
            Check.of("SDEI-024", EventChecks::typeIsToldByGetInfo).cut(),
            Check.of("SDEI-025", EventChecks::priorityIsToldByGetInfoAndConstant)
                    .cut(),
            Check.of("SDEI-026", EventChecks::eventZeroCanBeSignalled).cut(),
            Check.of("SDEI-027", EventChecks::routingOfPrivateEventsIsInvalid).cut(),
            Check.of("SDEI-028", EventChecks::routingOfUnregisteredSharedEventsIsDenied)
                    .cut(),
            Check.of("SDEI-029", EventChecks::routingToAPeIsReadBack).cut(),
            Check.of("SDEI-030", EventChecks::affinityUnderRouteAnyIsInvalid).cut(),
            Check.of("SDEI-031", EventChecks::unknownInformationIsInvalid).cut(),
            Check.of("SDEI-032", EventChecks::informationIsThereInEveryState)
                    .witnesses("state-0", "state-1", "state-3", "state-4", "state-5", "state-7")
                    .cut(),
            Check.of("SDEI-069", EventChecks::routingIsSetOnlyWhileRegisteredAndIdle)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-070", EventChecks::privateEventsHaveNoRouting).cut(),
            Check.of("SDEI-071", EventChecks::routingToNobodyIsInvalid).cut(),
            Check.of("SDEI-072", EventChecks::reservedModeBitsAreInvalid).cut(),
            Check.of("SDEI-073", EventChecks::aRoutedEventGoesToItsPeOnly)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-074", EventChecks::oneTriggerRunsOnOnePe)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-075", EventChecks::maskedPesDoNotTakeSharedEvents)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-076", EventChecks::everyPeCanTakeASharedEvent)
                    .witnesses("vcpu-0", "vcpu-1")
                    .cut());

    private EventChecks() {}

    private static final List<NotificationChannel.SdeiEvent> EVENTS = List.of(
            SdeiClient.NORMAL,
            SdeiClient.SECOND_NORMAL,
            SdeiClient.CRITICAL,
            SdeiClient.SECOND_CRITICAL,
            SdeiClient.SHARED,
            SdeiClient.SHARED_CRITICAL);

    /** SDEI-021. */
    private static void eventZeroIsPrivateAndNormal(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.expect(0, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_TYPE);
        guest.expect(0, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_PRIORITY);
        guest.expectStatus(SdeiClient.EVENT_0, 0);
    }

    /** SDEI-022. */
    private static void numbersWithBit31AreNoEvents(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        for (long event : new long[] {0x8000_0000L, 0xC000_0000L, 0xFFFF_FFFFL}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_STATUS, event);
            guest.expect(
                    INVALID_PARAMETERS,
                    SdeiFunction.EVENT_REGISTER,
                    event,
                    guest.cpu().layout().handler(0),
                    0,
                    0,
                    0);
        }
    }

    /** SDEI-023. */
    private static void unknownEventsAreInvalidInEveryCall(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long handler = guest.cpu().layout().handler(0);
        int event = SdeiClient.NO_EVENT;
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_REGISTER, event, handler, 0, 0, 0);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_ENABLE, event);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_DISABLE, event);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_STATUS, event);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_TYPE);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_SIGNAL, event, guest.affinity(0));
    }

    /** SDEI-024. */
    private static void typeIsToldByGetInfo(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        for (NotificationChannel.SdeiEvent event : EVENTS) {
            guest.expect(event.type().ordinal(), SdeiFunction.EVENT_GET_INFO, event.event(), Sdei.INFO_TYPE);
        }
    }

    /** SDEI-025. */
    private static void priorityIsToldByGetInfoAndConstant(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        for (int round = 0; round < 2; round++) {
            for (NotificationChannel.SdeiEvent event : EVENTS) {
                guest.expect(
                        event.priority().ordinal(), SdeiFunction.EVENT_GET_INFO, event.event(), Sdei.INFO_PRIORITY);
                if (round == 0) {
                    guest.register(event.event());
                }
            }
        }
    }

    /** SDEI-026. */
    private static void eventZeroCanBeSignalled(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        long signaled = guest.call(SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_SIGNALED);
        s.expectOneOf("EV_SIGNALED of event 0", signaled, 0, 1);
        guest.register(SdeiClient.EVENT_0);
        guest.expect(signaled, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_SIGNALED);
    }

    /** SDEI-027. */
    private static void routingOfPrivateEventsIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        for (int round = 0; round < 2; round++) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_ROUTING_MODE);
            guest.expect(
                    INVALID_PARAMETERS, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_ROUTING_AFFINITY);
            if (round == 0) {
                guest.register(SdeiClient.EVENT_0);
            }
        }
    }

    /** SDEI-028. */
    private static void routingOfUnregisteredSharedEventsIsDenied(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.SHARED.event();
        guest.expect(DENIED, SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_MODE);
        guest.expect(DENIED, SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_AFFINITY);
    }

    /** SDEI-029. */
    private static void routingToAPeIsReadBack(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.registerFor(guest.cpu(), event, 0, guest.affinity(1));
        guest.expect(Sdei.ROUTE_PE, SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_MODE);
        guest.expect(guest.affinity(1), SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_AFFINITY);
        guest.expect(SUCCESS, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_PE, guest.affinity(0));
        guest.expect(guest.affinity(0), SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_AFFINITY);
    }

    /** SDEI-030. */
    private static void affinityUnderRouteAnyIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.SHARED.event();
        guest.register(event);
        guest.expect(Sdei.ROUTE_ANY, SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_MODE);
        long affinity = guest.call(SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_AFFINITY);
        s.expectThat(
                "EV_ROUTING_AFF is refused as invalid or has some value: " + affinity,
                affinity == INVALID_PARAMETERS || affinity >= 0);
    }

    /** SDEI-031. */
    private static void unknownInformationIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        for (long info : new long[] {5, 6, 0x100, 0xFFFF_FFFFL}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, info);
        }
    }

    /** SDEI-032. */
    private static void informationIsThereInEveryState(Scenario s) {
        for (SdeiClient.State state : SdeiClient.State.values()) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.bringTo(state);
            guest.expect(0, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_TYPE);
            guest.expect(0, SdeiFunction.EVENT_GET_INFO, SdeiClient.EVENT_0, Sdei.INFO_PRIORITY);
        }
    }

    /** SDEI-069. */
    private static void routingIsSetOnlyWhileRegisteredAndIdle(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.SHARED.event();
        guest.expect(DENIED, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
        guest.register(event);
        guest.expect(SUCCESS, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
        guest.enable(event);
        guest.expect(DENIED, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
        guest.unmask();
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectEntry(0);
        guest.expect(DENIED, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, event);
        guest.expect(DENIED, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
        guest.expect(Sdei.PENDING, SdeiFunction.EVENT_UNREGISTER, event);
        guest.expect(DENIED, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_ANY, 0);
    }

    /** SDEI-070. */
    private static void privateEventsHaveNoRouting(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.register(SdeiClient.EVENT_0);
        guest.expect(
                INVALID_PARAMETERS,
                SdeiFunction.EVENT_ROUTING_SET,
                SdeiClient.EVENT_0,
                Sdei.ROUTE_PE,
                guest.affinity(0));
    }

    /** SDEI-071. */
    private static void routingToNobodyIsInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.SHARED.event();
        guest.register(event);
        guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_PE, SdeiClient.NO_PE);
        guest.expect(Sdei.ROUTE_ANY, SdeiFunction.EVENT_GET_INFO, event, Sdei.INFO_ROUTING_MODE);
    }

    /** SDEI-072. */
    private static void reservedModeBitsAreInvalid(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.SHARED.event();
        guest.register(event);
        for (long mode : new long[] {2, 3, 1L << 32, 1L << 63}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_ROUTING_SET, event, mode, guest.affinity(0));
        }
    }

    /** SDEI-073. */
    private static void aRoutedEventGoesToItsPeOnly(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        SteppingGuestCpu other = guest.cpu(1);
        int event = SdeiClient.SHARED.event();
        guest.expect(
                SUCCESS,
                SdeiFunction.EVENT_REGISTER,
                event,
                other.layout().handler(0),
                SdeiClient.ARGUMENT,
                Sdei.ROUTE_PE,
                guest.affinity(0));
        guest.expect(SUCCESS, SdeiFunction.EVENT_ROUTING_SET, event, Sdei.ROUTE_PE, guest.affinity(1));
        guest.enable(event);
        guest.unmask();
        guest.unmask(other);
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectNoEntry("the event is routed to vCPU 1");
        guest.expectEntry(other, 0);
    }

    /** SDEI-074. */
    private static void oneTriggerRunsOnOnePe(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.register(guest.cpu(), event, 0);
        guest.enable(event);
        guest.unmask();
        guest.unmask(guest.cpu(1));
        long handler = guest.cpu().layout().handler(0);
        for (int round = 0; round < 4; round++) {
            guest.trigger(SdeiClient.SHARED, round & 1);
            int runs = 0;
            for (int i = 0; i < 2; i++) {
                SteppingGuestCpu cpu = guest.cpu(i);
                cpu.settle();
                if (cpu.pc() == handler) {
                    runs++;
                    s.witness("handler-entered");
                    guest.complete(cpu);
                }
            }
            s.expectEqual("number of vCPUs that ran the handler", 1, runs);
        }
    }

    /** SDEI-075. */
    private static void maskedPesDoNotTakeSharedEvents(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.expect(
                SUCCESS,
                SdeiFunction.EVENT_REGISTER,
                event,
                guest.cpu(1).layout().handler(0),
                0,
                Sdei.ROUTE_ANY,
                0);
        guest.enable(event);
        guest.unmask(guest.cpu(1));
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectNoEntry("vCPU 0 is masked and vCPU 1 is free");
        guest.expectEntry(guest.cpu(1), 0);
    }

    /** SDEI-076. */
    private static void everyPeCanTakeASharedEvent(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        int event = SdeiClient.SHARED.event();
        guest.register(guest.cpu(), event, 0);
        guest.enable(event);
        long handler = guest.cpu().layout().handler(0);
        for (int i = 0; i < 2; i++) {
            guest.unmask(guest.cpu(i));
            guest.trigger(SdeiClient.SHARED, i);
            s.expectDiverted("dispatch on vCPU " + i, guest.cpu(i).settle(), handler);
            s.witness("vcpu-" + i);
            guest.complete(guest.cpu(i));
            guest.expect(guest.cpu(i), 1, SdeiFunction.PE_MASK);
        }
    }
}
