/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.SUCCESS;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Sections 8.11 and 8.12: when an event is dispatched, and what its handler finds.
 *
 * @since 0.1
 */
public final class DispatchChecks {
    private static final int EVENT = SdeiClient.EVENT_0;
    private static final InterruptId SGI = new InterruptId(3);

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: dispatch and handler entry",
            Check.of("SDEI-114", DispatchChecks::interruptMasksDoNotHoldEventsBack)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-115", DispatchChecks::criticalPreemptsNormal)
                    .witnesses("nested")
                    .cut(),
            Check.of("SDEI-116", s -> waits(s, SdeiClient.CRITICAL, SdeiClient.SECOND_CRITICAL))
                    .witnesses("handler-entered", "held-back")
                    .cut(),
            Check.of("SDEI-117", s -> waits(s, SdeiClient.NORMAL, SdeiClient.SECOND_NORMAL))
                    .witnesses("handler-entered", "held-back")
                    .cut(),
            Check.of("SDEI-118", DispatchChecks::anEventIsNotDispatchedWhileItsHandlerRuns)
                    .witnesses("held-back")
                    .cut(),
            Check.of("SDEI-119", DispatchChecks::criticalGoesFirst)
                    .witnesses("both-ran")
                    .cut(),
            Check.of("SDEI-120", DispatchChecks::equalEventsAllRun)
                    .witnesses("first-ran", "second-ran")
                    .cut(),
            Check.of("SDEI-121", DispatchChecks::pendingEventsAreReconsidered)
                    .witnesses("after-unmask", "after-complete", "after-enable", "after-resume")
                    .cut(),
            Check.of("SDEI-122", DispatchChecks::interruptsAreNotTakenInAHandler)
                    .witnesses("interrupt-taken-afterwards")
                    .cut(),
            Check.of("SDEI-123", DispatchChecks::whateverWasInterrupted)
                    .witnesses("interrupted-el0", "interrupted-irq-handler")
                    .cut(),
            Check.of("SDEI-124", DispatchChecks::privateHandlersRunOnSeveralPes)
                    .witnesses("running-on-0", "running-on-1")
                    .cut(),
            Check.of("SDEI-126", DispatchChecks::criticalPreemptsNormal)
                    .witnesses("nested")
                    .cut(),
            Check.of("SDEI-127", DispatchChecks::triggersThatCannotBeTakenAreKept)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-128", DispatchChecks::pcIsTheEntryPoint)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-129", s -> x0AndX1NameEventAndArgument(s, true))
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-130", s -> x0AndX1NameEventAndArgument(s, false))
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-131", DispatchChecks::x2IsTheInterruptedPc)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-132", DispatchChecks::x3IsTheInterruptedPstate)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-133", s -> registersKeepTheirInterruptedValues(s, 4, 17))
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-134", DispatchChecks::nothingIsLeaked)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-135", s -> registersKeepTheirInterruptedValues(s, 18, 30))
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-136", DispatchChecks::exceptionRegistersAreUntouched)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-137", DispatchChecks::handlersRunMaskedAtEl1)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of(
                            "SDEI-138",
                            s -> bitsAreClearedAtEntry(s, ProcessorState.IL | ProcessorState.SS | ProcessorState.BTYPE))
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-140", DispatchChecks::panFollowsSpan)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-141", DispatchChecks::flagsAreKept)
                    .witnesses("handler-entered")
                    .cut());

    private DispatchChecks() {}

    /** SDEI-114. */
    private static void interruptMasksDoNotHoldEventsBack(Scenario s) {
        for (long mask : new long[] {0, ProcessorState.I, ProcessorState.DAIF}) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.arm(EVENT, 0);
            guest.signalSelf();
            long state = guest.cpu().read(CoreRegister.PSTATE) & ~ProcessorState.DAIF | mask;
            guest.cpu().write(CoreRegister.PSTATE, state);
            guest.expectEntry(0);
        }
    }

    /** SDEI-115, SDEI-126, SDEI-160, SDEI-161. */
    static void criticalPreemptsNormal(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        int normal = SdeiClient.NORMAL.event();
        int critical = SdeiClient.CRITICAL.event();
        guest.arm(normal, 0);
        guest.arm(critical, 1);
        long start = cpu.pc();
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
        long inNormal = cpu.pc();
        guest.trigger(SdeiClient.CRITICAL, 0);
        guest.expectEntry(1);
        s.witness("nested");
        s.expectEqual("X2 of the critical handler", inNormal, cpu.x(2));
        guest.expectStatus(normal, 7);
        guest.expectStatus(critical, 7);
        guest.complete(inNormal);
        guest.expectStatus(critical, 3);
        guest.expectStatus(normal, 7);
        guest.complete(start);
        guest.expectStatus(normal, 3);
    }

    /** SDEI-116, SDEI-117: an event that may not preempt waits for completion. */
    private static void waits(
            Scenario s, NotificationChannel.SdeiEvent running, NotificationChannel.SdeiEvent waiting) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.arm(running.event(), 0);
        guest.arm(waiting.event(), 1);
        guest.trigger(running, 0);
        guest.expectEntry(0);
        guest.trigger(waiting, 0);
        for (int i = 0; i < 3; i++) {
            guest.expectNoEntry("the handler that runs is not preempted");
        }
        s.witness("held-back");
        guest.complete();
        guest.expectEntry(1);
    }

    /** SDEI-118. */
    private static void anEventIsNotDispatchedWhileItsHandlerRuns(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        guest.arm(SdeiClient.SHARED.event(), 0);
        guest.unmask(guest.cpu(1));
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectEntry(0);
        guest.trigger(SdeiClient.SHARED, 1);
        guest.expectNoEntry("its handler runs here", guest.cpu(0));
        guest.expectNoEntry("its handler runs on vCPU 0", guest.cpu(1));
        s.witness("held-back");
    }

    /** SDEI-119. */
    private static void criticalGoesFirst(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        guest.register(SdeiClient.NORMAL.event());
        guest.enable(SdeiClient.NORMAL.event());
        guest.register(guest.cpu(), SdeiClient.CRITICAL.event(), 1);
        guest.enable(SdeiClient.CRITICAL.event());
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.trigger(SdeiClient.CRITICAL, 0);
        guest.unmask();
        guest.expectEntry(1);
        guest.expectStatus(SdeiClient.NORMAL.event(), 3);
        guest.complete();
        guest.expectEntry(0);
        s.witness("both-ran");
    }

    /** SDEI-121. */
    private static void pendingEventsAreReconsidered(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int first = SdeiClient.NORMAL.event();
        int second = SdeiClient.SECOND_NORMAL.event();
        guest.register(first);
        guest.register(guest.cpu(), second, 1);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.trigger(SdeiClient.SECOND_NORMAL, 0);
        guest.enable(first);
        guest.unmask();
        guest.expectEntry(0);
        s.witness("after-unmask");
        guest.enable(second);
        guest.complete();
        guest.expectEntry(1);
        s.witness("after-complete");
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, first);
        guest.resume(guest.cpu().layout().resume());
        guest.expectNoEntry("the event is disabled");
        guest.enable(first);
        guest.expectEntry(0);
        s.witness("after-enable");
        guest.trigger(SdeiClient.SECOND_NORMAL, 0);
        guest.resume(guest.cpu().layout().resume());
        guest.expectEntry(1);
        s.witness("after-resume");
    }

    /** SDEI-122. */
    private static void interruptsAreNotTakenInAHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        cpu.gic().initialise();
        cpu.gic().enable(SGI);
        guest.arm(EVENT, 0);
        guest.signalSelf();
        cpu.write(CoreRegister.PSTATE, cpu.read(CoreRegister.PSTATE) & ~ProcessorState.DAIF);
        guest.expectEntry(0);
        cpu.gic().sendToSelf(SGI);
        for (int i = 0; i < 3; i++) {
            guest.expectNoEntry("interrupts are masked in the handler");
        }
        guest.complete();
        s.expectDiverted(
                "the interrupt after the handler", cpu.settle(), cpu.layout().vectorFromEl1(1));
        s.witness("interrupt-taken-afterwards");
    }

    /** SDEI-123. */
    private static void whateverWasInterrupted(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        SteppingGuestCpu other = guest.cpu(1);
        guest.arm(EVENT, 0);
        cpu.gic().initialise();
        cpu.gic().enable(SGI);

        cpu.enterEl0();
        long el0 = cpu.pc();
        guest.signal(other, 0);
        guest.expectEntry(0);
        s.expectEqual("X2, interrupted at EL0", el0, cpu.x(2));
        guest.complete(el0);
        s.expectEqual("PSTATE after completion", 0, cpu.read(CoreRegister.PSTATE) & 0xF);
        s.witness("interrupted-el0");
        cpu.leaveEl0();

        cpu.interruptsOn();
        cpu.gic().sendToSelf(SGI);
        s.expectDiverted("SGI", cpu.settle(), cpu.layout().vectorFromEl1(1));
        long inHandler = cpu.pc();
        guest.signal(other, 0);
        guest.expectEntry(0);
        s.expectEqual("X2, interrupted in an interrupt handler", inHandler, cpu.x(2));
        guest.complete(inHandler);
        s.witness("interrupted-irq-handler");
    }

    /** SDEI-124. */
    private static void privateHandlersRunOnSeveralPes(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        for (int i = 0; i < 2; i++) {
            guest.arm(guest.cpu(i), EVENT, 0);
        }
        guest.signal(guest.cpu(0), 1);
        guest.signal(guest.cpu(0), 0);
        for (int i = 0; i < 2; i++) {
            guest.expectEntry(guest.cpu(i), 0);
        }
        for (int i = 0; i < 2; i++) {
            guest.expectStatus(guest.cpu(i), EVENT, 7);
            s.witness("running-on-" + i);
        }
    }

    /** SDEI-127. */
    private static void triggersThatCannotBeTakenAreKept(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        int event = SdeiClient.NORMAL.event();
        guest.register(event);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.enable(event);
        guest.expect(SUCCESS, SdeiFunction.EVENT_DISABLE, event);
        guest.expect(0, SdeiFunction.PE_MASK);
        guest.unmask();
        guest.expectNoEntry("the event is disabled");
        guest.enable(event);
        guest.expectEntry(0);
    }

    /** SDEI-128 to SDEI-136 and SDEI-149: the whole register file over one dispatch. */
    private static void registersAtEntry(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        RegisterFile before = signalledWithFilledRegisters(guest);
        guest.expectEntry(0);
        RegisterFile after = cpu.registers();
        RegisterFile expected = before.with(CoreRegister.PC, cpu.layout().handler(0))
                .with(CoreRegister.X0, EVENT)
                .with(CoreRegister.X1, SdeiClient.ARGUMENT)
                .with(CoreRegister.X2, before.get(CoreRegister.PC))
                .with(CoreRegister.X3, before.get(CoreRegister.PSTATE))
                .withFrom(after, CoreRegister.PSTATE);
        s.expectEqual("registers at handler entry", expected, after);
    }

    /** SDEI-128. */
    private static void pcIsTheEntryPoint(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.arm(EVENT, 2);
        guest.signalSelf();
        guest.cpu().settle();
        s.expectEqual(
                "PC at handler entry",
                guest.cpu().layout().handler(2),
                guest.cpu().pc());
        s.witness("handler-entered");
    }

    /** SDEI-129 and SDEI-130. */
    private static void x0AndX1NameEventAndArgument(Scenario s, boolean event) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(SdeiClient.NORMAL.event(), 0);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
        if (event) {
            s.expectEqual("X0", SdeiClient.NORMAL.event(), cpu.x(0));
        } else {
            s.expectEqual("X1", SdeiClient.ARGUMENT, cpu.x(1));
        }
    }

    /** SDEI-131. */
    private static void x2IsTheInterruptedPc(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        RegisterFile before = signalledWithFilledRegisters(guest);
        guest.expectEntry(0);
        s.expectEqual(
                "X2, the address of the next instruction to execute",
                before.get(CoreRegister.PC),
                guest.cpu().x(2));
    }

    /** SDEI-132. */
    private static void x3IsTheInterruptedPstate(Scenario s) {
        for (long flags : new long[] {0, ProcessorState.NZCV, ProcessorState.Z | ProcessorState.I}) {
            SdeiClient guest = SdeiClient.boot(s);
            guest.arm(EVENT, 0);
            guest.signalSelf();
            long interrupted =
                    guest.cpu().read(CoreRegister.PSTATE) & ~(ProcessorState.NZCV | ProcessorState.DAIF) | flags;
            guest.cpu().write(CoreRegister.PSTATE, interrupted);
            guest.expectEntry(0);
            s.expectEqual("X3, the interrupted PSTATE", interrupted, guest.cpu().x(3));
        }
    }

    /** SDEI-133, SDEI-135. */
    private static void registersKeepTheirInterruptedValues(Scenario s, int from, int to) {
        SdeiClient guest = SdeiClient.boot(s);
        RegisterFile before = signalledWithFilledRegisters(guest);
        guest.expectEntry(0);
        RegisterFile after = guest.cpu().registers();
        for (int n = from; n <= to; n++) {
            s.expectEqual("X" + n + " at handler entry", before.get(CoreRegister.x(n)), after.get(CoreRegister.x(n)));
        }
        s.expectEqual("SP_EL0", before.get(CoreRegister.SP_EL0), after.get(CoreRegister.SP_EL0));
        s.expectEqual("SP_EL1", before.get(CoreRegister.SP_EL1), after.get(CoreRegister.SP_EL1));
    }

    /** SDEI-136. */
    private static void exceptionRegistersAreUntouched(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        SystemRegister[] registers = {
            SystemRegister.ELR_EL1,
            SystemRegister.SPSR_EL1,
            SystemRegister.ESR_EL1,
            SystemRegister.FAR_EL1,
            SystemRegister.VBAR_EL1
        };
        cpu.msr(SystemRegister.ELR_EL1, 0x4000_1234_5678L);
        cpu.msr(SystemRegister.SPSR_EL1, 0x6000_03C5L);
        cpu.msr(SystemRegister.ESR_EL1, 0x5600_0042L);
        cpu.msr(SystemRegister.FAR_EL1, 0xFFFF_8000_1234_5678L);
        guest.signalSelf();
        RegisterFile before = cpu.registers();
        guest.expectEntry(0);
        RegisterFile after = cpu.registers();
        for (SystemRegister register : registers) {
            s.expectEqual(register + " at handler entry", before.get(register), after.get(register));
        }
    }

    /** SDEI-137. */
    private static void handlersRunMaskedAtEl1(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        cpu.enterEl0();
        guest.signal(guest.cpu(1), 0);
        guest.expectEntry(0);
        long state = cpu.read(CoreRegister.PSTATE);
        s.expectEqual("M and nRW at handler entry", 0b0101, state & 0x1F);
        s.expectEqual("DAIF at handler entry", ProcessorState.DAIF, state & ProcessorState.DAIF);
    }

    /** SDEI-138, SDEI-139: bits that an exception entry clears. */
    private static void bitsAreClearedAtEntry(Scenario s, long bits) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        guest.signalSelf();
        cpu.write(CoreRegister.PSTATE, cpu.read(CoreRegister.PSTATE) | bits);
        guest.expectEntry(0);
        s.expectEqual("bits of PSTATE at handler entry", 0, cpu.read(CoreRegister.PSTATE) & bits);
    }

    /** SDEI-140. */
    private static void panFollowsSpan(Scenario s) {
        for (boolean span : new boolean[] {false, true}) {
            SdeiClient guest = SdeiClient.boot(s);
            SteppingGuestCpu cpu = guest.cpu();
            boolean implemented = (cpu.mrs(SystemRegister.ID_AA64MMFR1_EL1) >>> 20 & 0xF) != 0;
            long sctlr = cpu.mrs(SystemRegister.SCTLR_EL1);
            cpu.msr(SystemRegister.SCTLR_EL1, span ? sctlr | 1L << 23 : sctlr & ~(1L << 23));
            guest.arm(EVENT, 0);
            guest.signalSelf();
            cpu.write(CoreRegister.PSTATE, cpu.read(CoreRegister.PSTATE) & ~ProcessorState.PAN);
            guest.expectEntry(0);
            long pan = cpu.read(CoreRegister.PSTATE) & ProcessorState.PAN;
            s.expectEqual("PAN at handler entry", implemented && !span ? ProcessorState.PAN : 0, pan);
        }
    }

    /** SDEI-141. */
    private static void flagsAreKept(Scenario s) {
        for (int flags = 0; flags < 16; flags++) {
            SdeiClient guest = SdeiClient.boot(s);
            SteppingGuestCpu cpu = guest.cpu();
            guest.arm(EVENT, 0);
            guest.signalSelf();
            long wanted = (long) flags << 28;
            cpu.write(CoreRegister.PSTATE, cpu.read(CoreRegister.PSTATE) & ~ProcessorState.NZCV | wanted);
            guest.expectEntry(0);
            s.expectEqual("NZCV at handler entry", wanted, cpu.read(CoreRegister.PSTATE) & ProcessorState.NZCV);
        }
    }

    /** SDEI-134: nothing in the handler's registers but what the guest had or the rules put there. */
    private static void nothingIsLeaked(Scenario s) {
        registersAtEntry(s);
    }

    private static RegisterFile signalledWithFilledRegisters(SdeiClient guest) {
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        guest.signalSelf();
        cpu.fillRegisters(5);
        return cpu.registers();
    }

    /** SDEI-120. */
    private static void equalEventsAllRun(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        guest.register(SdeiClient.NORMAL.event());
        guest.enable(SdeiClient.NORMAL.event());
        guest.register(cpu, SdeiClient.SECOND_NORMAL.event(), 1);
        guest.enable(SdeiClient.SECOND_NORMAL.event());
        guest.trigger(SdeiClient.SECOND_NORMAL, 0);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.unmask();
        for (int i = 0; i < 2; i++) {
            cpu.settle();
            s.expectOneOf("PC", cpu.pc(), cpu.layout().handler(0), cpu.layout().handler(1));
            s.witness(cpu.pc() == cpu.layout().handler(0) ? "first-ran" : "second-ran");
            guest.complete();
        }
        guest.expectNoEntry("both have run");
        guest.expectStatus(SdeiClient.NORMAL.event(), Sdei.REGISTERED | Sdei.ENABLED);
    }
}
