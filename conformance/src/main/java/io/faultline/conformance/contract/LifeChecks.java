/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.machine.Machine;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Closing, reset, counters, determinism and channels.
 *
 * @since 0.1
 */
public final class LifeChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "API: life of a machine",
            Check.of("API-036", LifeChecks::aClosedMachineDoesNothing),
            Check.of("API-037", LifeChecks::resetGoesBackToTheBeginning),
            Check.of("API-038", LifeChecks::countersBalanceAtEveryMoment)
                    .witnesses("faulted")
                    .seeds(3),
            Check.of("API-039", LifeChecks::theSameGuestAndSeedGiveTheSame),
            Check.of("API-040", LifeChecks::unknownChannelsAndVcpusAreRefused));

    private static final NotificationChannel PPI = new NotificationChannel.Ppi(InterruptId.ppi(22), Trigger.EDGE);

    private LifeChecks() {}

    private static void aClosedMachineDoesNothing(Scenario s) {
        Machine machine = s.plan(request -> {}).build();
        machine.close();
        machine.close();
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("capabilities", machine::capabilities);
        calls.put("vcpus", machine::vcpus);
        calls.put("memory", machine::memory);
        calls.put("clock", machine::clock);
        calls.put("asyncPageFaults", machine::asyncPageFaults);
        calls.put("notifications", machine::notifications);
        calls.put("counters", machine::counters);
        calls.put("reset", machine::reset);
        calls.put("save", machine::save);
        calls.forEach((name, call) -> s.expectRefused("Machine." + name + " after close", ErrorId.CLOSED, call));
    }

    private static void resetGoesBackToTheBeginning(Scenario s) {
        Rig fresh = s.unbootedMachine(request -> {});
        Rig used = s.machine();
        SteppingGuestCpu cpu = used.cpu(0);
        cpu.fillRegisters(9);
        cpu.interruptsOn();
        cpu.put(GuestLayout.DATA, AccessWidth.WORD, 5);
        used.machine().reset();
        s.expectEqual("registers after reset", fresh.cpu(0).registers(), cpu.registers());
        s.expectThat("vCPU 0 is on after reset", cpu.vcpu().isOn());
        s.expectEqual("memory after reset", 5, used.machine().memory().load(GuestLayout.DATA, AccessWidth.WORD));
    }

    private static void countersBalanceAtEveryMoment(Scenario s) {
        int pages = 4;
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        ScriptedPageSource source = s.pageSource();
        rig.pageOut(source, GuestLayout.DATA, pages);
        for (int i = 0; i < 60; i++) {
            long page = GuestLayout.dataPage(s.random().nextInt(pages));
            cpu.x(1, page);
            cpu.load(AccessWidth.BYTE, 0, 1);
            expectBalance(s, rig);
            if (s.random().nextInt(4) == 0) {
                source.fail(page, 1);
            }
            source.releaseAll();
            rig.advance(0);
            expectBalance(s, rig);
            cpu.resume();
            source.releaseAll();
            rig.advance(0);
            cpu.resume();
            evictIfResident(rig, source, page);
            expectBalance(s, rig);
        }
        s.expectThat("pages were asked for", rig.faults().counters().pageIns() > 0);
        s.witness("faulted");
    }

    private static void expectBalance(Scenario s, Rig rig) {
        s.expectThat(
                "counters balance: " + rig.faults().counters(),
                rig.faults().counters().isBalanced());
    }

    private static void evictIfResident(Rig rig, ScriptedPageSource source, long page) {
        switch (rig.machine().memory().residency(PageSize.pageOf(page))) {
            case RESIDENT -> rig.evict(source, page);
            case ABSENT, FETCHING, POISONED -> {}
        }
    }

    private static void theSameGuestAndSeedGiveTheSame(Scenario s) {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        work(s, first);
        work(s, second);
        s.expectEqual("number of things that happened", first.size(), second.size());
        for (int i = 0; i < first.size(); i++) {
            s.expectEqual("thing " + i + " that happened", first.get(i), second.get(i));
        }
    }

    private static void work(Scenario s, List<String> happened) {
        Rig rig = s.machine(request -> request.trace((nanos, event) -> happened.add(nanos + " " + event)));
        SteppingGuestCpu cpu = rig.cpu(0);
        cpu.msr(SystemRegister.TPIDR_EL1, 1);
        rig.program(cpu.pc(), A64.add(0, 0, 1), A64.svc(0));
        rig.program(cpu.layout().vectorFromEl1(0), A64.ERET);
        happened.add(rig.run(0, 50).toString());
        happened.add(Long.toString(rig.machine().clock().nanos()));
        happened.add(rig.machine().counters().toString());
        happened.add(rig.machine().save().toString());
        happened.add(Long.toString(cpu.read(CoreRegister.PC)));
    }

    private static void unknownChannelsAndVcpusAreRefused(Scenario s) {
        EventNotifications notifications =
                s.machine(request -> request.channel(PPI)).notifications();
        s.expectThat(
                "the channel of the plan is offered", notifications.channels().contains(PPI));
        NotificationChannel other = new NotificationChannel.Ppi(InterruptId.ppi(21), Trigger.EDGE);
        s.expectRefused(
                "inject on a channel that is not in the plan",
                ErrorId.INVALID_ARGUMENT,
                () -> notifications.inject(other, 0));
        s.expectRefused(
                "state of a channel that is not in the plan",
                ErrorId.INVALID_ARGUMENT,
                () -> notifications.state(other, 0));
        for (int vcpu : new int[] {-1, 1, Integer.MAX_VALUE}) {
            s.expectRefused("inject to vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> notifications.inject(PPI, vcpu));
            s.expectRefused(
                    "injectNow to vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> notifications.injectNow(PPI, vcpu));
            s.expectRefused("cancel at vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> notifications.cancel(PPI, vcpu));
            s.expectRefused("state at vCPU " + vcpu, ErrorId.INVALID_ARGUMENT, () -> notifications.state(PPI, vcpu));
        }
    }
}
