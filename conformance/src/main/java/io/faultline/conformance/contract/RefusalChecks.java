/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.Scenario;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What must be true of a backend without a capability: what needs it is refused, never ignored. Run instead of the rules
 * that the capability switches on.
 *
 * @since 0.1
 */
public final class RefusalChecks {
    /** Id of a capability to the check without it. */
    public static final Map<String, Check> ALL = Map.of(
            Capabilities.VCPUS.id(), Check.of("API-007", RefusalChecks::moreVcpusAreRefused),
            Capabilities.PAGING.id(), Check.of("API-012", RefusalChecks::pagesCannotBeAbsent),
            Capabilities.MEMORY_INTERCEPTS.id(), Check.of("API-012", RefusalChecks::accessesCannotBeIntercepted),
            Capabilities.PPI.id(), Check.of("API-011", RefusalChecks::interruptsAreRefused),
            Capabilities.SDEI_PLATFORM_EVENTS.id(), Check.of("API-011", RefusalChecks::eventsAreRefused),
            Capabilities.ASYNC_PAGE_FAULTS.id(), Check.of("API-011", RefusalChecks::pageFaultNumbersAreRefused));

    private RefusalChecks() {}

    /** The rules ask for two or more. */
    private static void moreVcpusAreRefused(Scenario s) {
        int largest = s.capability(Capabilities.VCPUS);
        expectRefused(s, (largest + 1) + " vCPUs", request -> request.vcpus(largest + 1));
    }

    private static void pagesCannotBeAbsent(Scenario s) {
        MachinePlan plan = s.plan(request -> {});
        try (Machine machine = plan.build()) {
            s.expectThat(
                    "Machine.asyncPageFaults() is empty",
                    machine.asyncPageFaults().isEmpty());
        }
    }

    private static void accessesCannotBeIntercepted(Scenario s) {
        MachinePlan plan = s.plan(request -> {});
        try (Machine machine = plan.build()) {
            s.expectThat(
                    "Machine.memoryIntercepts() is empty",
                    machine.memoryIntercepts().isEmpty());
        }
    }

    private static void interruptsAreRefused(Scenario s) {
        NotificationChannel ppi = new NotificationChannel.Ppi(InterruptId.ppi(22), Trigger.EDGE);
        expectRefused(s, "a PPI", request -> request.channel(ppi));
    }

    private static void eventsAreRefused(Scenario s) {
        NotificationChannel event =
                new NotificationChannel.SdeiEvent(0x100, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
        expectRefused(s, "an SDEI event of the VMM", request -> request.channel(event));
    }

    /** The rules ask for the feature, or for more slots than there are. */
    private static void pageFaultNumbersAreRefused(Scenario s) {
        if (s.capabilities().has(Capabilities.ASYNC_PAGE_FAULTS)) {
            return;
        }
        expectRefused(s, "numbers for asynchronous page faults", request -> PageFaultGuest.offer(s, request));
    }

    private static void expectRefused(Scenario s, String what, Consumer<MachineRequest.Builder> request) {
        s.expectThat(
                "a plan with " + what + " is refused",
                !s.plan(request).refusals().isEmpty());
    }
}
