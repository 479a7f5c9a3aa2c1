/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.ScriptedPageSource;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One machine whose data pages may be absent, the source they come from, and a guest on each vCPU that uses the backend's
 * own driver.
 */
final class PagingScene {
    private static final int NEAR_PAGES = 512;
    private static final int SPARE_PAGES = 8;
    private static final long FAR = 0x8000_0000L;
    private static final NotificationChannel.Ppi DEVICE =
            new NotificationChannel.Ppi(InterruptId.ppi(22), Trigger.EDGE);

    private final Scenario scenario;
    private final Rig rig;
    private final ScriptedPageSource source;
    private final List<PageFaultGuest> guests = new ArrayList<>();

    private PagingScene(Scenario scenario, int vcpus, Consumer<MachineRequest.Builder> more) {
        this.scenario = scenario;
        boolean hasPpi = scenario.capabilities().has(Capabilities.PPI);
        int farPages = scenario.capability(Capabilities.ASYNC_PAGE_FAULTS).slots() + SPARE_PAGES - NEAR_PAGES;
        this.rig = scenario.machine(request -> {
            request.vcpus(vcpus);
            if (hasPpi) {
                request.channel(DEVICE);
            }
            if (farPages > 0) {
                request.memory(MemoryRegion.ram(FAR, (long) farPages << PageSize.SHIFT));
            }
            more.accept(request);
        });
        this.source = scenario.pageSource();
        rig.attach(source, GuestLayout.dataPage(0), NEAR_PAGES);
        if (farPages > 0) {
            rig.attach(source, FAR, farPages);
        }
        for (int i = 0; i < vcpus; i++) {
            guests.add(new PageFaultGuest(i == 0 ? rig.cpu(0) : rig.turnOn(i)));
        }
    }

    /** A machine whose guest could use asynchronous page faults and does not yet; all vCPUs are on and at EL1. */
    static PagingScene offered(Scenario scenario, int vcpus) {
        return offered(scenario, vcpus, request -> {});
    }

    /** As {@link #offered(Scenario, int)}, with more in the request. */
    static PagingScene offered(Scenario scenario, int vcpus, Consumer<MachineRequest.Builder> more) {
        return new PagingScene(scenario, vcpus, request -> {
            PageFaultGuest.offer(scenario, request);
            more.accept(request);
        });
    }

    /** A machine to whose guest nothing is offered. */
    static PagingScene withoutOffer(Scenario scenario) {
        return new PagingScene(scenario, 1, request -> {});
    }

    /** A machine with one vCPU that has enabled asynchronous page faults. */
    static PagingScene enabled(Scenario scenario) {
        return enabled(scenario, 1);
    }

    /** A machine whose vCPUs have all enabled asynchronous page faults. */
    static PagingScene enabled(Scenario scenario, int vcpus) {
        PagingScene scene = offered(scenario, vcpus);
        scene.guests.forEach(PageFaultGuest::enable);
        return scene;
    }

    Scenario scenario() {
        return scenario;
    }

    Rig rig() {
        return rig;
    }

    ScriptedPageSource source() {
        return source;
    }

    PageFaultGuest guest() {
        return guest(0);
    }

    PageFaultGuest guest(int vcpu) {
        return guests.get(vcpu);
    }

    SteppingGuestCpu cpu() {
        return rig.cpu(0);
    }

    /** Returns how many faults may be outstanding on one vCPU, at most a number that is enough for a scenario. */
    int slots(int enough) {
        return Math.min(enough, guest().limits().slots());
    }

    FaultCounters counters() {
        return rig.faults().counters();
    }

    /** Takes data page n away from the guest; the source supplies {@link ScriptedPageSource#pattern}. */
    long absent(int n) {
        long page = n < NEAR_PAGES ? GuestLayout.dataPage(n) : FAR + ((long) (n - NEAR_PAGES) << PageSize.SHIFT);
        rig.faults().discard(page);
        return page;
    }

    /** Takes the first data pages away from the guest. */
    List<Long> absentPages(int count) {
        List<Long> pages = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            pages.add(absent(n));
        }
        return pages;
    }

    /** The page that somebody waits for comes. */
    void arrive(long page) {
        source.release(page);
        rig.advance(0);
    }

    /** Lets a task of vCPU 0 touch each page; all wait. */
    List<WaitingTask> startWaiting(List<Long> pages) {
        List<WaitingTask> tasks = new ArrayList<>();
        for (long page : pages) {
            tasks.add(guest().startWaiting(page));
        }
        return tasks;
    }

    /** The access has to stop its vCPU: nobody tells the guest. */
    VcpuExit.WaitForPage expectWaits(String what, GuestStep step) {
        return scenario.expectStopped(what + ", which is not announced", step, VcpuExit.WaitForPage.class);
    }

    /** The vCPU stands at an access that waited for a page; now the access has to succeed. */
    void expectGoesOn(SteppingGuestCpu cpu, long page) {
        scenario.expectRetired("the access to page " + hex(page) + " after the page has come", cpu.resume());
        expectData(cpu, page);
    }

    /** The page that the vCPU waits for comes, the access succeeds, and the guest is at EL1 after it. */
    void arriveAndGoOn(SteppingGuestCpu cpu, long page) {
        arrive(page);
        expectGoesOn(cpu, page);
        toKernel(cpu);
    }

    /** Goes on with a task of vCPU 0 that was told that its page is ready; the guest is at EL1 after it. */
    void finish(WaitingTask task) {
        finish(guest(), cpu(), task);
    }

    /** Goes on with a task that was told that its page is ready; the guest is at EL1 after it. */
    void finish(PageFaultGuest guest, SteppingGuestCpu cpu, WaitingTask task) {
        scenario.expectRetired("the access to page " + hex(task.page()) + " after ready", guest.retry(task));
        expectData(cpu, task.page());
        toKernel(cpu);
    }

    /** Takes a ready notification on vCPU 0, which has to be that of a task, and goes on with the task. */
    void takeReadyAndFinish(WaitingTask task) {
        scenario.expectEqual("token of ready for page " + hex(task.page()), task.token(), guest().takeReady());
        finish(task);
    }

    // An interrupt that has nothing to do with page faults

    /** Sets the guest up for the interrupt of a device. */
    void openDeviceInterrupt(SteppingGuestCpu cpu) {
        cpu.gic().initialise();
        cpu.gic().configure(DEVICE.interrupt(), DEVICE.trigger());
        cpu.gic().enable(DEVICE.interrupt());
    }

    /** The device interrupts a vCPU, which takes the interrupt before anything else. */
    void takeDeviceInterrupt(SteppingGuestCpu cpu, String what) {
        long vector = cpu.isAt(ExceptionLevel.EL0)
                ? cpu.layout().vectorFromEl0(1)
                : cpu.layout().vectorFromEl1(1);
        raiseDeviceInterrupt(cpu);
        scenario.expectDiverted(what, cpu.resume(), vector);
        expectDeviceInterrupt(cpu, what);
    }

    void raiseDeviceInterrupt(SteppingGuestCpu cpu) {
        rig.notifications().inject(DEVICE, cpu.index());
    }

    /** Sets the priority of the device's interrupt. */
    void prioritiseDeviceInterrupt(SteppingGuestCpu cpu, int priority) {
        cpu.gic().prioritise(DEVICE.interrupt(), priority);
    }

    /** The vCPU has entered the vector of an interrupt, which has to be the device's. */
    void expectDeviceInterrupt(SteppingGuestCpu cpu, String what) {
        scenario.expectEqual(
                "INTID of " + what, DEVICE.interrupt().number(), cpu.gic().acknowledge());
    }

    /** Ends the interrupt; the guest stays in the handler. */
    void endDeviceInterrupt(SteppingGuestCpu cpu) {
        cpu.gic().end(DEVICE.interrupt().number());
    }

    // Power

    /** The VMM resets vCPU 0, wherever it is, and boots it again. */
    void resetFirst() {
        SteppingGuestCpu cpu = cpu();
        cpu.vcpu().reset();
        cpu.write(CoreRegister.PC, cpu.layout().el1());
        cpu.write(CoreRegister.SP_EL1, cpu.layout().stackTop());
        cpu.msr(SystemRegister.VBAR_EL1, cpu.layout().vectors());
    }

    /** Turns a vCPU off by a call of its own, wherever it is. */
    void turnOff(int vcpu) {
        SteppingGuestCpu cpu = rig.cpu(vcpu);
        while (cpu.isAt(ExceptionLevel.EL0)) {
            scenario.expectThat(
                    "SVC, or an interrupt before it, leads to EL1",
                    cpu.supervisorCall(0) instanceof GuestStep.Diverted);
        }
        scenario.expectStopped("CPU_OFF", cpu.callStep(Psci.CPU_OFF), VcpuExit.PoweredOff.class);
    }

    /** Turns a vCPU off and, by vCPU 0, on again. */
    void powerCycle(int vcpu) {
        turnOff(vcpu);
        rig.turnOn(vcpu);
    }

    /** vCPU 0 stands at an access of EL0 whose page has come: ready is taken first, and then the access succeeds. */
    void expectReadyAndGoOn(WaitingTask task) {
        GuestStep step = cpu().resume();
        scenario.expectThat("ready is taken before the access: " + step, step instanceof GuestStep.Diverted);
        GuestNotification ready = guest().identify();
        scenario.expectEqual("notification", new GuestNotification.Ready(task.token()), ready);
        guest().acknowledge(ready);
        expectGoesOn(cpu(), task.page());
    }

    /** Takes and acknowledges whatever is due on vCPU 0 at EL1. */
    List<GuestNotification> drain() {
        List<GuestNotification> taken = new ArrayList<>();
        if (cpu().pstate().has(ProcessorState.I)) {
            cpu().interruptsOn();
        }
        while (cpu().settle() instanceof GuestStep.Diverted) {
            GuestNotification notification = guest().identify();
            taken.add(notification);
            guest().acknowledge(notification);
        }
        return taken;
    }

    void expectData(SteppingGuestCpu cpu, long page) {
        scenario.expectEqual("data of page " + hex(page), ScriptedPageSource.patternWord(page), cpu.x(0));
    }

    /** Leaves EL0, if the guest is there. */
    void toKernel(SteppingGuestCpu cpu) {
        if (cpu.isAt(ExceptionLevel.EL0)) {
            cpu.leaveEl0();
        }
    }

    /** Demands that exactly one more fault was not announced than before, and that this was the reason. */
    void expectVeto(String what, Veto veto, FaultCounters before) {
        FaultCounters now = counters();
        scenario.expectEqual("faults announced after " + what, before.announced(), now.announced());
        scenario.expectEqual(
                "count of veto " + veto + " after " + what + " (all: " + now.vetoes() + ")",
                before.count(veto) + 1,
                now.count(veto));
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
