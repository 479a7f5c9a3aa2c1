/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.guest;

import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.backend.core.guest.GuestHandler;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * The guest's half of asynchronous page faults in the style of Hyper-V, whatever the way of ready
 * (docs/abi/hyperv-async-page-fault.md). A handler takes one notification; if there are more, the driver makes its interrupt
 * pending again.
 */
abstract class PageFaultDriver implements GuestDriver {
    static final long WAKE_ALL = 0xFFFF_FFFFL;

    private static final long ENABLE = 1;
    private static final int SOURCE_SHIFT = 16;
    private static final int INTERRUPT_SHIFT = 32;
    private static final int SLOTS_SHIFT = 16;

    private static final long VECTORS = -0x800;
    private static final long FROM_EL0 = 0x400;
    private static final long FROM_EL1 = 0x200;
    private static final long FROM_EL1_WITH_SP0 = 0;

    private static final int STATE = 0x40;
    private static final int CODE = 0x44;
    private static final int TOKEN = 0x48;
    private static final long VALID = 1;
    private static final long FREE = 0;
    private static final long SYNCHRONOUS = 2;
    private static final long NOT_PRESENT = 1;
    private static final long CLASS = 0x3F;
    private static final int CLASS_SHIFT = 26;

    /** In the driver's own page: INTID of the interrupt. */
    private static final int OWN_INTERRUPT = 0;
    /** In the driver's own page: number of slots. */
    private static final int OWN_SLOTS = 4;
    /** In the driver's own page: how far it is in what it reads. */
    static final int OWN_POSITION = 8;

    private final String mechanism;
    private final int pageRegister;
    private final long way;

    PageFaultDriver(String mechanism, int pageRegister, long way) {
        this.mechanism = mechanism;
        this.pageRegister = pageRegister;
        this.way = way;
    }

    /** Makes nothing of what is in the page. */
    abstract void clean(SynicGuest guest);

    /** Whether the page has something that was not taken. */
    abstract boolean hasMore(SynicGuest guest);

    /** Takes the next token. */
    abstract long take(SynicGuest guest);

    static int slots(SynicGuest guest) {
        return (int) guest.word(guest.own() + OWN_SLOTS);
    }

    @Override
    public final String mechanism() {
        return mechanism;
    }

    @Override
    public final int areaPages() {
        return SynicGuest.PAGES;
    }

    @Override
    public final boolean discover(GuestCpu cpu) {
        GuestProgram program = new GuestProgram(cpu, mechanism);
        boolean found = SynicGuest.isOffered(program);
        program.leave();
        return found;
    }

    private SynicGuest guest(GuestCpu cpu, GuestProgram program, GuestSetup setup) {
        return new SynicGuest(program, setup, cpu.index());
    }

    @Override
    public final void enable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu, mechanism);
        SynicGuest guest = guest(cpu, program, setup);
        guest.identify();
        long limits = guest.get(SynicGuest.LIMITS);
        int interrupt = (int) (limits >>> INTERRUPT_SHIFT) & 0xFF;
        guest.open(pageRegister);
        guest.word(guest.own() + OWN_INTERRUPT, interrupt);
        guest.word(guest.own() + OWN_SLOTS, limits >>> SLOTS_SHIFT & 0xFFFF);
        guest.word(guest.own() + OWN_POSITION, 0);
        clean(guest);
        GuestInterrupts interrupts = guest.interrupts();
        interrupts.forget(interrupt);
        interrupts.enableEdge(interrupt);
        guest.unmask(interrupt);
        guest.set(SynicGuest.CONTROL, ENABLE | way | (long) SynicGuest.SOURCE << SOURCE_SHIFT);
        program.leave();
    }

    @Override
    public final GuestNotification identify(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu, mechanism);
        SynicGuest guest = guest(cpu, program, setup);
        long vector = cpu.pc() - (setup.handler() & VECTORS);
        GuestNotification notification;
        if (vector == FROM_EL0 || vector == FROM_EL1 || vector == FROM_EL1_WITH_SP0) {
            notification = seeNotPresent(guest);
        } else if (GuestHandler.isInterruptVector(cpu)) {
            notification = identifyInterrupt(guest);
        } else {
            notification = new GuestNotification.NotMine();
        }
        program.leave();
        return notification;
    }

    private static GuestNotification seeNotPresent(SynicGuest guest) {
        long syndrome = guest.get(SynicGuest.SYNDROME);
        long state = guest.word(guest.assist() + STATE);
        if (syndrome >>> CLASS_SHIFT != CLASS
                || guest.word(guest.assist() + CODE) != NOT_PRESENT
                || (state & VALID) == 0) {
            throw guest.program()
                    .violation("an exception has syndrome " + GuestProgram.hex(syndrome) + " and state "
                            + GuestProgram.hex(state));
        }
        long token = guest.word(guest.assist() + TOKEN);
        if (token == 0) {
            throw guest.program().violation("not-present came with token 0");
        }
        return new GuestNotification.NotPresent(token);
    }

    /** An interrupt that tells of nothing is left to whoever wants to look at it. */
    private GuestNotification identifyInterrupt(SynicGuest guest) {
        GuestInterrupts interrupts = guest.interrupts();
        int interrupt = interrupt(guest);
        if (interrupts.highestPending() != interrupt || !hasMore(guest)) {
            return new GuestNotification.NotMine();
        }
        if (interrupts.acknowledge() != interrupt) {
            throw guest.program().violation("PPI " + interrupt + " was pending and was not acknowledged");
        }
        long token = take(guest);
        if (hasMore(guest)) {
            interrupts.pend(interrupt);
        }
        return token == WAKE_ALL ? new GuestNotification.WakeAll() : new GuestNotification.Ready(token);
    }

    private static int interrupt(SynicGuest guest) {
        return (int) guest.word(guest.own() + OWN_INTERRUPT);
    }

    @Override
    public final void answer(GuestCpu cpu, GuestSetup setup, GuestNotification notification, GuestAnswer answer) {
        GuestHandler.requireFitting(mechanism, cpu, notification, answer);
        GuestProgram program = new GuestProgram(cpu, mechanism);
        SynicGuest guest = guest(cpu, program, setup);
        if (answer == GuestAnswer.ACKNOWLEDGED) {
            guest.interrupts().end(interrupt(guest));
        } else {
            guest.word(guest.assist() + STATE, answer == GuestAnswer.SYNCHRONOUS ? SYNCHRONOUS : FREE);
        }
        if (answer == GuestAnswer.ASYNCHRONOUS) {
            program.leaveTo(setup.resume());
        } else {
            GuestHandler.leave(cpu, program, "a notification");
        }
    }

    /** What is there already is dropped: the guest wakes its own waiters. */
    @Override
    public final void disable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu, mechanism);
        SynicGuest guest = guest(cpu, program, setup);
        guest.identify();
        int interrupt = (int) (guest.get(SynicGuest.LIMITS) >>> INTERRUPT_SHIFT) & 0xFF;
        guest.interrupts().disable(interrupt);
        guest.set(SynicGuest.CONTROL, 0);
        guest.open(pageRegister);
        clean(guest);
        guest.close(pageRegister);
        guest.interrupts().forget(interrupt);
        program.leave();
    }
}
