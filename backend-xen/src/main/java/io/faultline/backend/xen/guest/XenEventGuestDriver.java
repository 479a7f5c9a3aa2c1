/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.backend.core.guest.GuestHandler;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * The guest's half of asynchronous page faults by an event channel (docs/abi/xen-async-page-fault.md). The guest uses the
 * two-level ABI and has no other ports.
 *
 * <p>The driver serves the first 42 vCPUs, whose vcpu_info have room in one page. A handler takes one notification. If more are in the ring, the driver sends itself an event.
 *
 * @since 0.1
 */
public final class XenEventGuestDriver implements GuestDriver {
    /** Name of the mechanism. */
    public static final String MECHANISM = "xen-event";

    private static final long QUERY = 0;
    private static final long REGISTER = 1;
    private static final long UNREGISTER = 2;
    private static final long ASK_VERSION = 0;
    private static final long ASK_SLOTS = 2;
    private static final long ENOENT = -2;

    private static final int STATE = 0x00;
    private static final int TOKEN = 0x04;
    private static final int PRODUCER = 0x08;
    private static final int CONSUMER = 0x0C;
    private static final int RING = 0x40;
    private static final int ENTRY_BYTES = 8;
    private static final long FREE = 0;
    private static final long NOT_PRESENT = 1;
    private static final long DECLINED = 2;
    private static final long READY = 1;
    private static final long WAKE_ALL = 2;
    private static final int LEAST_ENTRIES = 4;
    private static final int MOST_ENTRIES = 256;
    /** Where the driver keeps the number of places of the ring. */
    private static final int ENTRIES = 0xD08;

    private final int interrupt;

    /**
     * Makes a driver.
     *
     * @param interrupt INTID of the event interrupt, which a guest finds in its device tree
     */
    public XenEventGuestDriver(int interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public String mechanism() {
        return MECHANISM;
    }

    @Override
    public boolean discover(GuestCpu cpu) {
        GuestProgram program = new GuestProgram(cpu, MECHANISM);
        boolean found = EventGuest.pageFaultOp(program, QUERY, ASK_VERSION) == 1;
        program.leave();
        return found;
    }

    @Override
    public void enable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu, MECHANISM);
        EventGuest events = new EventGuest(program, setup, cpu.index());
        long slots = EventGuest.pageFaultOp(program, QUERY, ASK_SLOTS);
        long entries = LEAST_ENTRIES;
        while (entries < slots + 1 && entries < MOST_ENTRIES) {
            entries *= 2;
        }
        events.open();
        program.store(setup.area().base() + ENTRIES, AccessWidth.WORD, entries);
        new GuestInterrupts(program, cpu.index()).enable(interrupt);
        long gfn = setup.area().base() >> PageSize.SHIFT;
        long registration = events.struct(gfn, (long) events.port() << Integer.SIZE, entries);
        events.require("registering", EventGuest.pageFaultOp(program, REGISTER, registration));
        program.leave();
    }

    @Override
    public GuestNotification identify(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu, MECHANISM);
        GuestNotification notification = GuestHandler.isInterruptVector(cpu)
                ? identifyInterrupt(cpu, program, setup)
                : new GuestNotification.NotMine();
        program.leave();
        return notification;
    }

    /** An event that tells of nothing is left to whoever wants to look at it. */
    private GuestNotification identifyInterrupt(GuestCpu cpu, GuestProgram program, GuestSetup setup) {
        GuestInterrupts interrupts = new GuestInterrupts(program, cpu.index());
        EventGuest events = new EventGuest(program, setup, cpu.index());
        if (interrupts.highestPending() != interrupt || !events.isPending()) {
            return new GuestNotification.NotMine();
        }
        boolean notPresent = word(program, setup, STATE) == NOT_PRESENT;
        if (!notPresent && isRingEmpty(program, setup)) {
            return new GuestNotification.NotMine();
        }
        if (interrupts.acknowledge() != interrupt) {
            throw program.violation("PPI " + interrupt + " was pending and was not acknowledged");
        }
        events.consume();
        return notPresent ? seeNotPresent(program, setup) : takeEntry(program, setup);
    }

    private static GuestNotification seeNotPresent(GuestProgram program, GuestSetup setup) {
        long token = word(program, setup, TOKEN);
        if (token == 0) {
            throw program.violation("not-present came with token 0");
        }
        return new GuestNotification.NotPresent(token);
    }

    private static GuestNotification takeEntry(GuestProgram program, GuestSetup setup) {
        long consumer = word(program, setup, CONSUMER);
        long places = word(program, setup, ENTRIES);
        int entry = RING + (int) (consumer & places - 1) * ENTRY_BYTES;
        long token = word(program, setup, entry);
        long kind = word(program, setup, entry + 4);
        store(program, setup, CONSUMER, consumer + 1);
        if (kind != READY && kind != WAKE_ALL) {
            throw program.violation("an entry of the ring has kind " + kind);
        }
        return kind == WAKE_ALL ? new GuestNotification.WakeAll() : new GuestNotification.Ready(token);
    }

    private static boolean isRingEmpty(GuestProgram program, GuestSetup setup) {
        return word(program, setup, PRODUCER) == word(program, setup, CONSUMER);
    }

    private static long word(GuestProgram program, GuestSetup setup, int at) {
        return program.load(setup.area().base() + at, AccessWidth.WORD);
    }

    private static void store(GuestProgram program, GuestSetup setup, int at, long value) {
        program.store(setup.area().base() + at, AccessWidth.WORD, value);
    }

    @Override
    public void answer(GuestCpu cpu, GuestSetup setup, GuestNotification notification, GuestAnswer answer) {
        GuestHandler.requireFitting(MECHANISM, cpu, notification, answer);
        GuestProgram program = new GuestProgram(cpu, MECHANISM);
        if (answer != GuestAnswer.ACKNOWLEDGED) {
            store(program, setup, STATE, answer == GuestAnswer.SYNCHRONOUS ? DECLINED : FREE);
        }
        if (!isRingEmpty(program, setup)) {
            new EventGuest(program, setup, cpu.index()).sendToSelf();
        }
        new GuestInterrupts(program, cpu.index()).end(interrupt);
        if (answer == GuestAnswer.ASYNCHRONOUS) {
            program.leaveTo(setup.resume());
        } else {
            GuestHandler.leave(cpu, program, "an event");
        }
    }

    /** The event that comes with the wake-all is not waited for: the interrupt is closed first. */
    @Override
    public void disable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu, MECHANISM);
        new GuestInterrupts(program, cpu.index()).disable(interrupt);
        long result = EventGuest.pageFaultOp(program, UNREGISTER, 0);
        if (result != 0 && result != ENOENT) {
            throw program.violation("unregistering returned " + result);
        }
        new EventGuest(program, setup, cpu.index()).close();
        program.leave();
    }
}
