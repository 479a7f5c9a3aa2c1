/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.backend.core.guest.GuestHandler;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * The guest's half of asynchronous page faults by SDEI event and PPI (async-page-fault.md, 3.5).
 *
 * <p>The handler of the event begins at {@link GuestSetup#handler()}, ready comes through the IRQ vectors. The driver asks
 * for the numbers of event and interrupt whenever it needs them, so its only memory is the area.
 *
 * @since 0.1
 */
public final class KvmSdeiGuestDriver implements GuestDriver {
    private static final String MECHANISM = "kvm-sdei";
    private static final long EVENT = 2;
    private static final long INTERRUPT = 3;
    private static final long ENABLE = 4;
    private static final long ACKNOWLEDGE = 5;

    private final ApfClient client;

    /**
     * Makes a driver.
     *
     * @param function SMCCC function identifier of the interface
     */
    public KvmSdeiGuestDriver(int function) {
        this.client = new ApfClient(MECHANISM, function, INTERRUPT, ENABLE, ACKNOWLEDGE);
    }

    @Override
    public String mechanism() {
        return MECHANISM;
    }

    @Override
    public boolean discover(GuestCpu cpu) {
        return client.discover(cpu);
    }

    @Override
    public void enable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = client.program(cpu);
        long version = program.firmwareCall(SdeiFunction.VERSION.id());
        if (version < 0 || version >>> 48 != 1) {
            throw program.violation("SDEI_VERSION returned " + GuestProgram.hex(version));
        }
        long event = event(program);
        sdei(program, SdeiFunction.EVENT_REGISTER, event, setup.handler(), 0, Sdei.ROUTE_ANY, 0);
        sdei(program, SdeiFunction.EVENT_ENABLE, event);
        sdei(program, SdeiFunction.PE_UNMASK);
        client.enable(cpu, program, setup.area().base());
        program.leave();
    }

    private long event(GuestProgram program) {
        return client.number(program, EVENT, "the event");
    }

    @Override
    public GuestNotification identify(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = client.program(cpu);
        long area = setup.area().base();
        GuestNotification notification = new GuestNotification.NotMine();
        if (cpu.pc() == setup.handler()) {
            notification = identifyEvent(program, area);
        } else if (GuestHandler.isInterruptVector(cpu)) {
            notification = identifyInterrupt(program, new GuestInterrupts(program, cpu.index()), area);
        }
        program.leave();
        return notification;
    }

    private GuestNotification identifyEvent(GuestProgram program, long area) {
        long event = program.x(0) & ApfClient.WORD_MASK;
        return event == event(program)
                ? client.takeNotPresent(program, area, "event")
                : new GuestNotification.NotMine();
    }

    /** An interrupt without a reason is spurious and left to whoever wants to look at it (APF-130). */
    private GuestNotification identifyInterrupt(GuestProgram program, GuestInterrupts interrupts, long area) {
        int interrupt = client.interrupt(program);
        if (interrupts.highestPending() != interrupt
                || program.load(area + ApfClient.REASON, AccessWidth.WORD) != ApfClient.READY) {
            return new GuestNotification.NotMine();
        }
        if (interrupts.acknowledge() != interrupt) {
            throw program.violation("PPI " + interrupt + " was pending and was not acknowledged");
        }
        return ApfClient.takeReady(program, area);
    }

    @Override
    public void answer(GuestCpu cpu, GuestSetup setup, GuestNotification notification, GuestAnswer answer) {
        GuestHandler.requireFitting(MECHANISM, cpu, notification, answer);
        GuestProgram program = client.program(cpu);
        switch (answer) {
            case ACKNOWLEDGED -> {
                client.acknowledge(cpu, program);
                GuestHandler.leave(cpu, program, "ready");
            }
            case SYNCHRONOUS -> program.leaveBy(SdeiFunction.EVENT_COMPLETE.id(), Sdei.HANDLED);
            case ASYNCHRONOUS -> {
                long pc = program.leaveBy(SdeiFunction.EVENT_COMPLETE_AND_RESUME.id(), setup.resume());
                if (pc != setup.resume()) {
                    throw program.violation("COMPLETE_AND_RESUME led to " + GuestProgram.hex(pc) + " instead of "
                            + GuestProgram.hex(setup.resume()));
                }
            }
        }
    }

    @Override
    public void disable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = client.program(cpu);
        client.disable(cpu, program);
        long event = event(program);
        sdei(program, SdeiFunction.EVENT_DISABLE, event);
        sdei(program, SdeiFunction.EVENT_UNREGISTER, event);
        client.release(program, setup.area().base());
        program.leave();
    }

    private static void sdei(GuestProgram program, SdeiFunction call, long... arguments) {
        long result = program.firmwareCall(call.id(), arguments);
        if (result < 0) {
            throw program.violation("SDEI " + call + " returned " + result);
        }
    }
}
