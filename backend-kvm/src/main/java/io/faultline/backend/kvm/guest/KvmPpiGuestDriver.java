/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.backend.core.guest.GuestHandler;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * The guest's half of asynchronous page faults by one PPI (async-page-fault.md, 3.8).
 *
 * <p>Both notifications come through the IRQ vectors. The driver asks for the number of the interrupt whenever it needs it,
 * so its only memory is the area.
 *
 * @since 0.1
 */
public final class KvmPpiGuestDriver implements GuestDriver {
    private static final String MECHANISM = "kvm-ppi";
    private static final long IRQ = 2;
    private static final long ENABLE = 3;
    private static final long IRQ_ACK = 4;
    private static final long REPLY = 5;
    private static final long NOT_NOW = 1;

    private final ApfClient client;

    /**
     * Makes a driver.
     *
     * @param function SMCCC function identifier of the interface
     */
    public KvmPpiGuestDriver(int function) {
        this.client = new ApfClient(MECHANISM, function, IRQ, ENABLE, IRQ_ACK);
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
        client.enable(cpu, program, setup.area().base());
        program.leave();
    }

    @Override
    public GuestNotification identify(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = client.program(cpu);
        GuestNotification notification = GuestHandler.isInterruptVector(cpu)
                ? identifyInterrupt(cpu, program, setup.area().base())
                : new GuestNotification.NotMine();
        program.leave();
        return notification;
    }

    /** An interrupt without a reason is spurious and left to whoever wants to look at it (APF-130). */
    private GuestNotification identifyInterrupt(GuestCpu cpu, GuestProgram program, long area) {
        GuestInterrupts interrupts = new GuestInterrupts(program, cpu.index());
        int interrupt = client.interrupt(program);
        if (interrupts.highestPending() != interrupt) {
            return new GuestNotification.NotMine();
        }
        long reason = program.load(area + ApfClient.REASON, AccessWidth.WORD);
        if (reason != ApfClient.NOT_PRESENT && reason != ApfClient.READY) {
            return new GuestNotification.NotMine();
        }
        if (interrupts.acknowledge() != interrupt) {
            throw program.violation("PPI " + interrupt + " was pending and was not acknowledged");
        }
        return reason == ApfClient.READY
                ? ApfClient.takeReady(program, area)
                : client.takeNotPresent(program, area, "interrupt");
    }

    /**
     * {@inheritDoc}
     *
     * <p>IRQ_ACK accepts a not-present, so only a refusal needs REPLY.
     */
    @Override
    public void answer(GuestCpu cpu, GuestSetup setup, GuestNotification notification, GuestAnswer answer) {
        GuestHandler.requireFitting(MECHANISM, cpu, notification, answer);
        GuestProgram program = client.program(cpu);
        if (answer == GuestAnswer.SYNCHRONOUS && notification instanceof GuestNotification.NotPresent notPresent) {
            long result = program.call(client.function(), REPLY, notPresent.token(), NOT_NOW);
            if (result != Smccc.SUCCESS) {
                throw program.violation("REPLY returned " + result);
            }
        }
        client.acknowledge(cpu, program);
        if (answer == GuestAnswer.ASYNCHRONOUS) {
            program.leaveTo(setup.resume());
        } else {
            GuestHandler.leave(cpu, program, "the interrupt");
        }
    }

    @Override
    public void disable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = client.program(cpu);
        client.disable(cpu, program);
        client.release(program, setup.area().base());
        program.leave();
    }
}
