/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;

/**
 * Triggers whose first taker does not come to take them, and triggers that find one latched: holes of the known testers.
 *
 * @since 0.1
 */
public final class HandOverChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: triggers that change hands",
            Check.of("SDEI-201", HandOverChecks::aPeThatTakesAnotherEventFirstLeavesASharedOneToOthers)
                    .witnesses("busy", "taken-by-another")
                    .cut(),
            Check.of("SDEI-202", HandOverChecks::aPeThatGoesOffLeavesASharedEventToOthers)
                    .witnesses("off", "taken-by-another"),
            Check.of("SDEI-203", HandOverChecks::aTriggerThatFindsOneLatchedIsReportedAsMerged)
                    .witnesses("latched")
                    .cut());

    private HandOverChecks() {}

    private static SdeiClient bothReady(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        guest.register(SdeiClient.SHARED.event());
        guest.enable(SdeiClient.SHARED.event());
        guest.unmask(guest.cpu(0));
        guest.unmask(guest.cpu(1));
        return guest;
    }

    /** SDEI-201. */
    private static void aPeThatTakesAnotherEventFirstLeavesASharedOneToOthers(Scenario s) {
        SdeiClient guest = bothReady(s);
        guest.arm(guest.cpu(0), SdeiClient.CRITICAL.event(), 1);
        guest.trigger(SdeiClient.SHARED, 0);
        guest.trigger(SdeiClient.CRITICAL, 0);
        guest.expectEntry(guest.cpu(0), 1);
        s.witness("busy");
        // The handler is where vCPU 0 has registered it.
        s.expectDiverted(
                "dispatch on vCPU 1",
                guest.cpu(1).settle(),
                guest.cpu(0).layout().handler(0));
        s.witness("taken-by-another");
    }

    /** SDEI-202. */
    private static void aPeThatGoesOffLeavesASharedEventToOthers(Scenario s) {
        SdeiClient guest = bothReady(s);
        guest.trigger(SdeiClient.SHARED, 1);
        guest.cpu(1).vcpu().reset();
        if (!guest.cpu(1).vcpu().isOn()) {
            s.witness("off");
        }
        guest.expectEntry(guest.cpu(0), 0);
        s.witness("taken-by-another");
    }

    /** SDEI-203. */
    private static void aTriggerThatFindsOneLatchedIsReportedAsMerged(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.register(SdeiClient.NORMAL.event());
        guest.enable(SdeiClient.NORMAL.event());
        s.expectEqual(
                "outcome of a trigger on a masked PE",
                DeliveryOutcome.Kind.PENDING,
                guest.trigger(SdeiClient.NORMAL, 0).kind());
        s.witness("latched");
        s.expectEqual(
                "outcome of a second trigger",
                DeliveryOutcome.Kind.COALESCED,
                guest.trigger(SdeiClient.NORMAL, 0).kind());
        guest.unmask();
        guest.expectEntry(0);
        guest.complete();
        guest.expectNoEntry("the two triggers were merged");
    }
}
