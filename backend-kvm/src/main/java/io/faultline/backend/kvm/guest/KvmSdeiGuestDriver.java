/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;

/**
 * The guest's half of asynchronous page faults by SDEI event and PPI (async-page-fault.md, 3.5).
 *
 * <p>The handler of the event begins at {@link GuestSetup#handler()}, ready comes through the IRQ vectors. The driver asks
 * for the numbers of event and interrupt whenever it needs them, so its only memory is the area.
 *
 * @since 0.1
 */
public final class KvmSdeiGuestDriver implements GuestDriver {
    /** Name of the mechanism. */
    static final String MECHANISM = "kvm-sdei";

    private static final long[] UID = {0xB66F_B428L, 0xE911_C52EL, 0x564B_CAA9L, 0x743A_004DL};
    private static final long WORD_MASK = 0xFFFF_FFFFL;

    private static final long VERSION = 0;
    private static final long EVENT = 2;
    private static final long INTERRUPT = 3;
    private static final long ENABLE = 4;
    private static final long ACKNOWLEDGE = 5;
    private static final long ENABLED = 1;

    private static final long REASON = 0;
    private static final long TOKEN = 4;
    private static final long IN_USE = 64;
    private static final long NOT_PRESENT = 1;
    private static final long READY = 2;
    private static final long WAKE_ALL = 0xFFFF_FFFFL;

    private static final long VECTORS = 0x800;
    private static final long IRQ_FROM_EL1_WITH_SP0 = 0x80;
    private static final long IRQ_FROM_EL1 = 0x280;
    private static final long IRQ_FROM_EL0 = 0x480;

    private final int function;

    /**
     * Makes a driver.
     *
     * @param function SMCCC function identifier of the interface
     */
    public KvmSdeiGuestDriver(int function) {
        this.function = function;
    }

    @Override
    public String mechanism() {
        return MECHANISM;
    }

    @Override
    public boolean discover(GuestCpu cpu) {
        GuestProgram program = new GuestProgram(cpu);
        boolean found = isKvm(program) && hasFeature(program) && knowsVersion(program);
        program.leave();
        return found;
    }

    private static boolean isKvm(GuestProgram program) {
        program.call(Smccc.VENDOR_HYP_UID);
        for (int i = 0; i < UID.length; i++) {
            if ((program.x(i) & WORD_MASK) != UID[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean hasFeature(GuestProgram program) {
        program.call(Smccc.VENDOR_HYP_FEATURES);
        int number = function & 0xFFFF;
        int word = number / Integer.SIZE;
        return word < UID.length && (program.x(word) >>> number % Integer.SIZE & 1) != 0;
    }

    /** Any version with the major number 1 will do (APF-004). */
    private boolean knowsVersion(GuestProgram program) {
        return program.call(function, VERSION) == Smccc.SUCCESS && (program.x(1) & WORD_MASK) >>> 16 == 1;
    }

    @Override
    public void enable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu);
        long version = program.firmwareCall(SdeiFunction.VERSION.id());
        if (version < 0 || version >>> 48 != 1) {
            throw program.violation("SDEI_VERSION returned " + GuestProgram.hex(version));
        }
        long event = number(program, EVENT, "the event");
        sdei(program, SdeiFunction.EVENT_REGISTER, event, setup.handler(), 0, Sdei.ROUTE_ANY, 0);
        sdei(program, SdeiFunction.EVENT_ENABLE, event);
        sdei(program, SdeiFunction.PE_UNMASK);
        new GuestInterrupts(program, cpu.index()).enable((int) number(program, INTERRUPT, "the interrupt"));
        long area = setup.area().base();
        clear(program, area);
        program.store(area + IN_USE, AccessWidth.WORD, 1);
        long control = area | ENABLED;
        long result = program.call(function, ENABLE, control & WORD_MASK, control >>> 32);
        if (result != Smccc.SUCCESS) {
            throw program.violation("ENABLE with area " + GuestProgram.hex(area) + " returned " + result);
        }
        program.leave();
    }

    @Override
    public GuestNotification identify(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu);
        GuestNotification notification;
        if (cpu.pc() == setup.handler()) {
            notification = identifyEvent(program, setup);
        } else if (isInterruptVector(cpu)) {
            notification = identifyInterrupt(program, new GuestInterrupts(program, cpu.index()), setup);
        } else {
            notification = new GuestNotification.NotMine();
        }
        program.leave();
        return notification;
    }

    private static boolean isInterruptVector(GuestCpu cpu) {
        long offset = cpu.pc() - (cpu.read(SystemRegister.VBAR_EL1) & -VECTORS);
        return offset == IRQ_FROM_EL1_WITH_SP0 || offset == IRQ_FROM_EL1 || offset == IRQ_FROM_EL0;
    }

    private GuestNotification identifyEvent(GuestProgram program, GuestSetup setup) {
        long event = program.x(0) & WORD_MASK;
        if (event != number(program, EVENT, "the event")) {
            return new GuestNotification.NotMine();
        }
        long area = setup.area().base();
        long reason = program.load(area + REASON, AccessWidth.WORD);
        long token = program.load(area + TOKEN, AccessWidth.WORD);
        if (reason != NOT_PRESENT || token == 0 || token == WAKE_ALL) {
            throw program.violation("the event came with reason " + reason + " and token " + GuestProgram.hex(token));
        }
        clear(program, area);
        return new GuestNotification.NotPresent(token);
    }

    /** An interrupt without a reason is spurious and left to whoever wants to look at it (APF-130). */
    private GuestNotification identifyInterrupt(GuestProgram program, GuestInterrupts interrupts, GuestSetup setup) {
        int interrupt = (int) number(program, INTERRUPT, "the interrupt");
        long area = setup.area().base();
        if (interrupts.highestPending() != interrupt || program.load(area + REASON, AccessWidth.WORD) != READY) {
            return new GuestNotification.NotMine();
        }
        if (interrupts.acknowledge() != interrupt) {
            throw program.violation("PPI " + interrupt + " was pending and was not acknowledged");
        }
        long token = program.load(area + TOKEN, AccessWidth.WORD);
        clear(program, area);
        return token == WAKE_ALL ? new GuestNotification.WakeAll() : new GuestNotification.Ready(token);
    }

    private static void clear(GuestProgram program, long area) {
        program.store(area + TOKEN, AccessWidth.WORD, 0);
        program.store(area + REASON, AccessWidth.WORD, 0);
    }

    @Override
    public void answer(GuestCpu cpu, GuestSetup setup, GuestNotification notification, GuestAnswer answer) {
        boolean notPresent = notification instanceof GuestNotification.NotPresent;
        if (notification instanceof GuestNotification.NotMine || notPresent == (answer == GuestAnswer.ACKNOWLEDGED)) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "answering " + notification + " with " + answer,
                    "guest driver " + MECHANISM + " on vCPU " + cpu.index(),
                    "answer not-present with ASYNCHRONOUS or SYNCHRONOUS, ready and wake-all with ACKNOWLEDGED");
        }
        GuestProgram program = new GuestProgram(cpu);
        if (!notPresent) {
            acknowledge(cpu, program);
        } else if (answer == GuestAnswer.SYNCHRONOUS) {
            program.leaveBy(SdeiFunction.EVENT_COMPLETE.id(), Sdei.HANDLED);
        } else {
            long pc = program.leaveBy(SdeiFunction.EVENT_COMPLETE_AND_RESUME.id(), setup.resume());
            if (pc != setup.resume()) {
                throw program.violation("COMPLETE_AND_RESUME led to " + GuestProgram.hex(pc) + " instead of "
                        + GuestProgram.hex(setup.resume()));
            }
        }
    }

    private void acknowledge(GuestCpu cpu, GuestProgram program) {
        int interrupt = (int) number(program, INTERRUPT, "the interrupt");
        long result = program.call(function, ACKNOWLEDGE);
        if (result != Smccc.SUCCESS) {
            throw program.violation("IRQ_ACK returned " + result);
        }
        new GuestInterrupts(program, cpu.index()).end(interrupt);
        program.leave();
        GuestStep step = cpu.exceptionReturn();
        if (!(step instanceof GuestStep.Diverted)) {
            throw program.violation("ERET from the handler of ready gave " + step);
        }
    }

    @Override
    public void disable(GuestCpu cpu, GuestSetup setup) {
        GuestProgram program = new GuestProgram(cpu);
        long result = program.call(function, ENABLE, 0, 0);
        if (result != Smccc.SUCCESS && result != Smccc.NOT_REQUIRED) {
            throw program.violation("ENABLE with 0 returned " + result);
        }
        new GuestInterrupts(program, cpu.index()).disable((int) number(program, INTERRUPT, "the interrupt"));
        long event = number(program, EVENT, "the event");
        sdei(program, SdeiFunction.EVENT_DISABLE, event);
        sdei(program, SdeiFunction.EVENT_UNREGISTER, event);
        long area = setup.area().base();
        clear(program, area);
        program.store(area + IN_USE, AccessWidth.WORD, 0);
        program.leave();
    }

    private long number(GuestProgram program, long subFunction, String what) {
        long result = program.call(function, subFunction);
        if (result != Smccc.SUCCESS) {
            throw program.violation("asking for " + what + " returned " + result);
        }
        return program.x(1) & WORD_MASK;
    }

    private static void sdei(GuestProgram program, SdeiFunction call, long... arguments) {
        long result = program.firmwareCall(call.id(), arguments);
        if (result < 0) {
            throw program.violation("SDEI " + call + " returned " + result);
        }
    }
}
