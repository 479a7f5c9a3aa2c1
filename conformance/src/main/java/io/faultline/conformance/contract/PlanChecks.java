/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.Scenario;
import java.util.List;

/**
 * Plans: every request is recognised or refused.
 *
 * @since 0.1
 */
public final class PlanChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: plans",
            Check.of("API-006", PlanChecks::whatIsPossibleIsBuilt),
            Check.of("API-007", PlanChecks::theNumberOfVcpusIsLimited),
            Check.of("API-008", PlanChecks::regionsMustNotOverlap),
            Check.of("API-009", PlanChecks::aRefusedPlanIsNotBuilt),
            Check.of("API-010", PlanChecks::onePpiHasOneOwner),
            Check.of("API-011", PlanChecks::everyChannelIsRecognisedOrRefused),
            Check.of("API-012", PlanChecks::theMachineHasWhatThePlanPromised),
            Check.of("API-013", PlanChecks::eachBuildIsAMachineOfItsOwn));

    private static final MemoryRegion OVERLAPPING =
            MemoryRegion.ram(GuestLayout.RAM.base() + 0x1000, GuestLayout.RAM.bytes());

    private PlanChecks() {}

    private static void whatIsPossibleIsBuilt(Scenario s) {
        int vcpus = Math.min(2, s.capability(Capabilities.VCPUS));
        MachinePlan plan = s.plan(request -> request.vcpus(vcpus));
        expectNoRefusal(s, plan);
        try (Machine machine = plan.build()) {
            s.expectEqual("number of vCPUs", vcpus, machine.vcpus().size());
            for (int i = 0; i < vcpus; i++) {
                s.expectEqual("index of vCPU " + i, i, machine.vcpus().get(i).index());
            }
            s.expectEqual("regions", List.of(GuestLayout.RAM), machine.memory().regions());
        }
    }

    private static void theNumberOfVcpusIsLimited(Scenario s) {
        int largest = s.capability(Capabilities.VCPUS);
        expectRefusal(s, "a plan without vCPUs", s.plan(request -> request.vcpus(0)));
        expectRefusal(s, "a plan with a negative number of vCPUs", s.plan(request -> request.vcpus(-1)));
        expectNoRefusal(s, s.plan(request -> request.vcpus(largest)));
        expectRefusal(s, "a plan with " + (largest + 1L) + " vCPUs", s.plan(request -> request.vcpus(largest + 1)));
    }

    private static void regionsMustNotOverlap(Scenario s) {
        MachinePlan plan = s.plan(request -> request.memory(OVERLAPPING));
        expectRefusal(s, "a plan with regions that overlap", plan);
        boolean namesBoth = plan.refusals().stream()
                .anyMatch(sentence -> sentence.contains(Long.toHexString(GuestLayout.RAM.base()))
                        && sentence.contains(Long.toHexString(OVERLAPPING.base())));
        s.expectThat("one refusal names both regions: " + plan.refusals(), namesBoth);
    }

    private static void aRefusedPlanIsNotBuilt(Scenario s) {
        MachinePlan plan = s.plan(request -> request.vcpus(0).memory(OVERLAPPING));
        HypervisorException refusal =
                s.expectRefused("MachinePlan.build with refusals", ErrorId.PLAN_REFUSED, plan::build);
        for (String sentence : plan.refusals()) {
            s.expectThat("the error tells: " + sentence, refusal.getMessage().contains(sentence));
        }
    }

    private static void onePpiHasOneOwner(Scenario s) {
        NotificationChannel ppi = new NotificationChannel.Ppi(InterruptId.ppi(PageFaultGuest.INTERRUPT), Trigger.EDGE);
        MachinePlan plan = s.plan(request -> PageFaultGuest.offer(s, request.channel(ppi)));
        expectRefusal(s, "a plan in which PPI 23 has two owners", plan);
        s.expectThat(
                "the refusal names the number: " + plan.refusals(),
                plan.refusals().stream().anyMatch(sentence -> sentence.contains("23")));
        expectRefusal(
                s,
                "a plan that has one channel twice",
                s.plan(request -> request.channel(ppi).channel(ppi)));
    }

    private static void everyChannelIsRecognisedOrRefused(Scenario s) {
        List<NotificationChannel> kinds = List.of(
                new NotificationChannel.SdeiEvent(0x100, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
                new NotificationChannel.Ppi(InterruptId.ppi(PageFaultGuest.INTERRUPT), Trigger.LEVEL),
                new NotificationChannel.EventChannel(3),
                new NotificationChannel.Virq(1),
                new NotificationChannel.Synic(2, 7));
        for (NotificationChannel channel : kinds) {
            MachinePlan plan = s.plan(request -> request.channel(channel));
            if (plan.refusals().isEmpty()) {
                try (Machine machine = plan.build()) {
                    boolean offered = machine.notifications()
                            .filter(notifications -> notifications.channels().contains(channel))
                            .isPresent();
                    s.expectThat("a channel that is not refused can be used: " + channel, offered);
                }
            }
        }
    }

    private static void theMachineHasWhatThePlanPromised(Scenario s) {
        MachinePlan plan = s.plan(request -> {});
        try (Machine machine = plan.build()) {
            s.expectEqual(
                    "capabilities of the machine",
                    plan.capabilities().toString(),
                    machine.capabilities().toString());
            s.expectEqual(
                    "Machine.asyncPageFaults() is present",
                    plan.capabilities().has(Capabilities.PAGING),
                    machine.asyncPageFaults().isPresent());
        }
    }

    private static void eachBuildIsAMachineOfItsOwn(Scenario s) {
        MachinePlan plan = s.plan(request -> {});
        try (Machine first = plan.build();
                Machine second = plan.build()) {
            first.memory().store(GuestLayout.DATA, AccessWidth.DOUBLEWORD, 42);
            first.vcpus().get(0).write(CoreRegister.X5, 43);
            s.expectEqual(
                    "memory of the second machine", 0, second.memory().load(GuestLayout.DATA, AccessWidth.DOUBLEWORD));
            s.expectThat(
                    "X5 of the second machine is not that of the first",
                    second.vcpus().get(0).read(CoreRegister.X5) != 43);
        }
    }

    private static void expectNoRefusal(Scenario s, MachinePlan plan) {
        s.expectEqual("refusals", List.of(), plan.refusals());
    }

    private static void expectRefusal(Scenario s, String what, MachinePlan plan) {
        s.expectThat(what + " is refused", !plan.refusals().isEmpty());
    }
}
