/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import java.util.Optional;

/**
 * A guest on one vCPU that uses asynchronous page faults through the driver that the backend ships, whatever the
 * mechanism. Not thread-safe.
 *
 * @since 0.1
 */
public final class PageFaultGuest {
    /** SDEI event for not-present that {@link Scenario#machine} requests use by convention. */
    public static final int EVENT = 0x4040_0001;

    /** PPI for ready that {@link Scenario#machine} requests use by convention. */
    public static final int INTERRUPT = 23;

    private final Scenario scenario;
    private final SteppingGuestCpu cpu;
    private final GuestDriver driver;
    private final GuestSetup setup;

    /**
     * An EL0 task that touched an absent page and waits for it.
     *
     * @param token names the fault
     * @param page address of the page
     * @param pc address of the instruction
     * @param state PSTATE of the task
     */
    public record WaitingTask(long token, long page, long pc, ProcessorState state) {}

    /**
     * Offers asynchronous page faults by the numbers of the convention.
     *
     * @param scenario whose backend it is
     * @param request where they are offered
     */
    public static void offer(Scenario scenario, MachineRequest.Builder request) {
        offer(scenario, request, EVENT, INTERRUPT);
    }

    /**
     * Offers asynchronous page faults. A backend without the capability is offered both numbers, and a mechanism that has
     * no interrupt of its own none.
     *
     * @param scenario whose backend it is
     * @param request where they are offered
     * @param event SDEI event for not-present, which is named only if the mechanism has one
     * @param interrupt INTID of the PPI
     */
    public static void offer(Scenario scenario, MachineRequest.Builder request, int event, int interrupt) {
        Optional<AsyncPageFaultLimits> limits = scenario.capabilities().get(Capabilities.ASYNC_PAGE_FAULTS);
        boolean needsEvent = limits.map(AsyncPageFaultLimits::needsEvent).orElse(true);
        boolean needsInterrupt =
                limits.map(AsyncPageFaultLimits::needsInterrupt).orElse(true);
        if (needsEvent) {
            request.asyncPageFaults(event, interrupt);
        } else if (!needsInterrupt) {
            request.asyncPageFaults();
        } else {
            request.asyncPageFaults(interrupt);
        }
    }

    /**
     * Makes a guest for the mechanism of a machine.
     *
     * @param cpu the vCPU, at EL1
     */
    public PageFaultGuest(SteppingGuestCpu cpu) {
        this.cpu = cpu;
        this.scenario = cpu.rig().scenario();
        this.driver = driver();
        GuestLayout layout = cpu.layout();
        int pages = driver.areaPages();
        long area = pages == 1 ? layout.area() : layout.wideArea();
        this.setup = new GuestSetup(
                MemoryRegion.ram(area, (long) pages << PageSize.SHIFT), layout.handler(3), layout.resume());
    }

    /**
     * Returns the driver.
     *
     * @return the guest's half of the mechanism
     */
    public GuestDriver driver() {
        String mechanism = limits().mechanism();
        return scenario.subject().backend().guestDrivers().stream()
                .filter(candidate -> candidate.mechanism().equals(mechanism))
                .findFirst()
                .orElseThrow(() -> scenario.failure("guest driver for " + mechanism, "one", "none"));
    }

    /**
     * Returns the limits of the mechanism.
     *
     * @return the value of the capability
     */
    public AsyncPageFaultLimits limits() {
        return scenario.capability(Capabilities.ASYNC_PAGE_FAULTS);
    }

    /**
     * Returns the memory that the driver was given.
     *
     * @return the set-up
     */
    public GuestSetup setup() {
        return setup;
    }

    /** Finds and enables the mechanism, with the interrupt controller set up, and leaves what is pending pending. */
    public void enableOnly() {
        scenario.note("vcpu " + cpu.index() + " enables asynchronous page faults");
        cpu.interruptsOff();
        if (cpu.rig().machine().capabilities().has(Capabilities.PPI)) {
            cpu.gic().initialise();
        }
        scenario.expectThat("the guest driver finds " + driver.mechanism(), driver.discover(cpu));
        driver.enable(cpu, setup);
    }

    /** Finds and enables the mechanism, takes the wake-all that enabling causes, and leaves interrupts unmasked. */
    public void enable() {
        enableOnly();
        cpu.interruptsOn();
        GuestNotification notification = take("wake-all after enabling");
        scenario.expectEqual("notification after enabling (APF-141)", new GuestNotification.WakeAll(), notification);
        acknowledge(notification);
    }

    /** Takes the mechanism down. */
    public void disable() {
        scenario.note("vcpu " + cpu.index() + " disables asynchronous page faults");
        driver.disable(cpu, setup);
    }

    /**
     * Touches a page from EL0 by a load, entering EL0 first if the guest is at EL1.
     *
     * @param page address of a doubleword
     * @return what happened
     */
    public GuestStep touch(long page) {
        if (!cpu.isAt(ExceptionLevel.EL0)) {
            cpu.enterEl0();
        }
        return touchHere(page);
    }

    /**
     * Touches a page by a load at the present exception level: {@code LDR X0, [X1]}.
     *
     * @param page address of a doubleword
     * @return what happened
     */
    public GuestStep touchHere(long page) {
        cpu.x(1, page);
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    /**
     * Touches an absent page from EL0 and demands that the fault is announced. The guest is in the handler then.
     *
     * @param page address of the page
     * @return the notification
     */
    public GuestNotification.NotPresent expectNotPresent(long page) {
        return expectNotPresent("access to absent page " + Scenario.hex(page), touch(page));
    }

    /**
     * Demands that the fault of an access that was just made is announced. The guest is in the handler.
     *
     * @param what the access, for people
     * @param step what came of it
     * @return the notification
     */
    public GuestNotification.NotPresent expectNotPresent(String what, GuestStep step) {
        if (!(step instanceof GuestStep.Diverted)) {
            throw scenario.failure(what, "a notification", step.toString());
        }
        GuestNotification notification = identify();
        if (notification instanceof GuestNotification.NotPresent notPresent) {
            return notPresent;
        }
        throw scenario.failure("notification of " + what, "not-present", notification.toString());
    }

    /**
     * Touches an absent page from EL0, demands that the fault is announced, and handles it asynchronously: the guest's
     * scheduler runs at {@link GuestSetup#resume()} then, and the task waits.
     *
     * @param page address of the page
     * @return the waiting task
     */
    public WaitingTask startWaiting(long page) {
        return letWait(page, expectNotPresent(page));
    }

    /**
     * Handles a fault asynchronously: the guest's scheduler runs at {@link GuestSetup#resume()} then, and the task waits.
     *
     * @param page address of the page
     * @param notPresent the notification that the guest is in the handler of
     * @return the waiting task
     */
    public WaitingTask letWait(long page, GuestNotification.NotPresent notPresent) {
        driver.answer(cpu, setup, notPresent, GuestAnswer.ASYNCHRONOUS);
        scenario.expectEqual("PC of the guest's scheduler", setup.resume(), cpu.pc());
        scenario.expectThat("the guest's scheduler runs at EL1", cpu.isAt(ExceptionLevel.EL1));
        return new WaitingTask(
                notPresent.token(),
                page,
                cpu.mrs(SystemRegister.ELR_EL1),
                new ProcessorState(cpu.mrs(SystemRegister.SPSR_EL1)));
    }

    /**
     * Asks the host to resolve a fault by itself; the guest is at the access again.
     *
     * @param notPresent the notification that the guest is in the handler of
     */
    public void decline(GuestNotification.NotPresent notPresent) {
        driver.answer(cpu, setup, notPresent, GuestAnswer.SYNCHRONOUS);
    }

    /**
     * Goes on with a task at the instruction that touched the page, which is executed again.
     *
     * @param task the task
     * @return what happened
     */
    public GuestStep retry(WaitingTask task) {
        cpu.returnTo(task.pc, task.state);
        return touchHere(task.page);
    }

    /**
     * Unmasks interrupts at EL1 and takes the notification that has to be due.
     *
     * @param what what is expected, for people
     * @return the notification; the guest is in the handler
     */
    public GuestNotification take(String what) {
        GuestStep step = cpu.settle();
        if (!(step instanceof GuestStep.Diverted)) {
            throw scenario.failure(what, "a notification to be due", step.toString());
        }
        return identify();
    }

    /**
     * Lets the driver find out why control was diverted.
     *
     * @return the notification; the guest is in the handler
     */
    public GuestNotification identify() {
        return driver.identify(cpu, setup);
    }

    /**
     * Unmasks interrupts, takes the ready notification that has to be due and acknowledges it; the guest is back where
     * it was.
     *
     * @return the token
     */
    public long takeReady() {
        unmask();
        GuestNotification notification = take("ready notification");
        if (notification instanceof GuestNotification.Ready ready) {
            acknowledge(notification);
            return ready.token();
        }
        throw scenario.failure("notification", "ready", notification.toString());
    }

    /**
     * Acknowledges a ready or wake-all and returns to what was interrupted.
     *
     * @param notification what was identified
     */
    public void acknowledge(GuestNotification notification) {
        driver.answer(cpu, setup, notification, GuestAnswer.ACKNOWLEDGED);
    }

    /** Unmasks interrupts, unless they are: an instruction more would be one at which the next notification is taken. */
    private void unmask() {
        if (cpu.pstate().has(ProcessorState.I)) {
            cpu.interruptsOn();
        }
    }

    /** Demands that no notification is due with interrupts unmasked. */
    public void expectNothingDue() {
        unmask();
        scenario.expectRetired("NOP with no notification due", cpu.settle());
    }
}
