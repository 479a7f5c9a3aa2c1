/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Sections 8.13 and 8.14: CONTEXT and completion.
 *
 * @since 0.1
 */
public final class CompletionChecks {
    private static final int EVENT = SdeiClient.EVENT_0;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "SDEI: context and completion",
            Check.of("SDEI-143", CompletionChecks::contextShowsTheInterruptedRegisters)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-144", CompletionChecks::contextHasEighteenRegisters)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-145", CompletionChecks::contextOutsideAHandlerIsDenied)
                    .witnesses("after-a-handler")
                    .cut(),
            Check.of("SDEI-146", CompletionChecks::contextIsThatOfTheInnermostHandler)
                    .witnesses("nested")
                    .cut(),
            Check.of("SDEI-147", CompletionChecks::contextIsThatOfTheInnermostHandler)
                    .witnesses("nested")
                    .cut(),
            Check.of("SDEI-148", CompletionChecks::completeRestoresTheContext)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-149", CompletionChecks::completeLeavesTheOtherRegistersToTheHandler)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-150", CompletionChecks::completingOutsideAHandlerIsDenied)
                    .cut(),
            Check.of("SDEI-151", CompletionChecks::bothStatusValuesComplete)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-152", CompletionChecks::otherStatusValuesCompleteOrAreRefused)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-153", CompletionChecks::resumeGoesToTheAddress)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-154", CompletionChecks::resumeLeavesTheContextInElrAndSpsr)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-155", CompletionChecks::resumeRunsMaskedAtEl1)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-156", CompletionChecks::flagsAfterResumeAreKeptOrCleared)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-157", CompletionChecks::eretReturnsToTheInterruptedContext)
                    .witnesses("returned")
                    .cut(),
            Check.of("SDEI-158", CompletionChecks::resumeLeavesSyndromeAndFaultAddress)
                    .witnesses("handler-entered")
                    .cut(),
            Check.of("SDEI-159", CompletionChecks::aFailedCompletionKeepsTheHandler)
                    .witnesses("refused")
                    .cut(),
            Check.of("SDEI-160", DispatchChecks::criticalPreemptsNormal)
                    .witnesses("nested")
                    .cut(),
            Check.of("SDEI-161", CompletionChecks::aCrashUnwindsBothHandlers)
                    .witnesses("interrupt-taken")
                    .cut(),
            Check.of("SDEI-162", CompletionChecks::anEventPendingAtResumeInterruptsTheResumeAddress)
                    .witnesses("chained")
                    .cut(),
            Check.of("SDEI-163", CompletionChecks::completingHereLetsASharedEventRunThere)
                    .witnesses("handler-entered-there")
                    .cut(),
            Check.of("SDEI-164", CompletionChecks::aFailedCompletionKeepsTheHandler)
                    .witnesses("refused")
                    .cut(),
            Check.of("SDEI-186", CompletionChecks::aCrashUnwindsBothHandlers)
                    .witnesses("interrupt-taken")
                    .cut(),
            Check.of("SDEI-187", CompletionChecks::resumingAtAVectorLooksLikeAnInterrupt)
                    .witnesses("handler-entered")
                    .cut());

    private CompletionChecks() {}

    private static RegisterFile enterWithFilledRegisters(SdeiClient guest) {
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        guest.signalSelf();
        cpu.fillRegisters(9);
        cpu.write(CoreRegister.PSTATE, cpu.read(CoreRegister.PSTATE) | ProcessorState.C | ProcessorState.N);
        RegisterFile before = cpu.registers();
        guest.expectEntry(0);
        return before;
    }

    /** What a handler may do to every register that completion has to restore. */
    private static void scribble(SteppingGuestCpu cpu) {
        for (int n = 0; n <= 17; n++) {
            cpu.x(n, 0xBAD0_0000_0000_0000L + n);
        }
        cpu.write(
                CoreRegister.PSTATE,
                cpu.read(CoreRegister.PSTATE) & ~ProcessorState.NZCV | ProcessorState.Z | ProcessorState.V);
    }

    /** SDEI-143. */
    private static void contextShowsTheInterruptedRegisters(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        RegisterFile before = enterWithFilledRegisters(guest);
        scribble(guest.cpu());
        for (int round = 0; round < 2; round++) {
            for (int n = 0; n < Sdei.SAVED_REGISTERS; n++) {
                s.expectEqual(
                        "EVENT_CONTEXT(" + n + ")",
                        before.get(CoreRegister.x(n)),
                        guest.call(SdeiFunction.EVENT_CONTEXT, n));
            }
        }
    }

    /** SDEI-144. */
    private static void contextHasEighteenRegisters(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        RegisterFile before = enterWithFilledRegisters(guest);
        guest.expect(before.get(CoreRegister.X17), SdeiFunction.EVENT_CONTEXT, 17);
        for (long n : new long[] {18, 19, 30, 31, 0x100, 0xFFFF_FFFFL}) {
            guest.expect(INVALID_PARAMETERS, SdeiFunction.EVENT_CONTEXT, n);
        }
    }

    /** SDEI-145. */
    private static void contextOutsideAHandlerIsDenied(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.expect(DENIED, SdeiFunction.EVENT_CONTEXT, 0);
        guest.enterHandler();
        guest.resume(guest.cpu().layout().resume());
        guest.expect(DENIED, SdeiFunction.EVENT_CONTEXT, 0);
        s.witness("after-a-handler");
    }

    /** SDEI-146, SDEI-147. */
    private static void contextIsThatOfTheInnermostHandler(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(SdeiClient.NORMAL.event(), 0);
        guest.arm(SdeiClient.CRITICAL.event(), 1);
        cpu.fillRegisters(1);
        long outer = cpu.x(9);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
        cpu.fillRegisters(2);
        long inner = cpu.x(9);
        guest.trigger(SdeiClient.CRITICAL, 0);
        guest.expectEntry(1);
        guest.expect(inner, SdeiFunction.EVENT_CONTEXT, 9);
        guest.complete();
        s.expectEqual("X9 of the normal handler", inner, cpu.x(9));
        guest.expect(outer, SdeiFunction.EVENT_CONTEXT, 9);
        s.witness("nested");
    }

    /** SDEI-148. */
    private static void completeRestoresTheContext(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        RegisterFile before = enterWithFilledRegisters(guest);
        scribble(cpu);
        guest.complete(before.get(CoreRegister.PC));
        RegisterFile after = cpu.registers();
        for (int n = 0; n < Sdei.SAVED_REGISTERS; n++) {
            s.expectEqual(
                    "X" + n + " after EVENT_COMPLETE", before.get(CoreRegister.x(n)), after.get(CoreRegister.x(n)));
        }
        s.expectEqual("PSTATE", before.get(CoreRegister.PSTATE), after.get(CoreRegister.PSTATE));
    }

    /** SDEI-149. */
    private static void completeLeavesTheOtherRegistersToTheHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        RegisterFile before = enterWithFilledRegisters(guest);
        for (int n = 18; n <= 30; n++) {
            cpu.x(n, 0x7777_0000L + n);
        }
        cpu.write(CoreRegister.SP_EL0, 0x1230);
        cpu.write(SystemRegister.ELR_EL1, 0x4567_8888L);
        cpu.write(SystemRegister.SPSR_EL1, 0x3C5);
        guest.complete(before.get(CoreRegister.PC));
        for (int n = 18; n <= 30; n++) {
            s.expectEqual("X" + n + " after EVENT_COMPLETE", 0x7777_0000L + n, cpu.x(n));
        }
        s.expectEqual("SP_EL0", 0x1230, cpu.read(CoreRegister.SP_EL0));
        s.expectEqual("ELR_EL1", 0x4567_8888L, cpu.read(SystemRegister.ELR_EL1));
        s.expectEqual("SPSR_EL1", 0x3C5, cpu.read(SystemRegister.SPSR_EL1));
    }

    /** SDEI-150. */
    private static void completingOutsideAHandlerIsDenied(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        guest.arm(EVENT, 0);
        guest.expect(DENIED, SdeiFunction.EVENT_COMPLETE, Sdei.HANDLED);
        guest.expect(
                DENIED,
                SdeiFunction.EVENT_COMPLETE_AND_RESUME,
                guest.cpu().layout().resume());
        guest.expect(DENIED, SdeiFunction.EVENT_COMPLETE_AND_RESUME, 0);
        guest.expectStatus(EVENT, 3);
    }

    /** SDEI-151. */
    private static void bothStatusValuesComplete(Scenario s) {
        for (long status : new long[] {Sdei.HANDLED, Sdei.FAILED}) {
            SdeiClient guest = SdeiClient.boot(s);
            RegisterFile before = enterWithFilledRegisters(guest);
            s.expectDiverted(
                    "EVENT_COMPLETE(" + status + ")",
                    guest.cpu().callStep(SdeiFunction.EVENT_COMPLETE.id(), status),
                    before.get(CoreRegister.PC));
            guest.expectStatus(EVENT, 3);
        }
    }

    /** SDEI-152. */
    private static void otherStatusValuesCompleteOrAreRefused(Scenario s) {
        for (long status : new long[] {2, 0xFFFF_FFFFL, -1}) {
            SdeiClient guest = SdeiClient.boot(s);
            RegisterFile before = enterWithFilledRegisters(guest);
            GuestStep step = guest.cpu().callStep(SdeiFunction.EVENT_COMPLETE.id(), status);
            if (step instanceof GuestStep.Retired) {
                s.expectEqual(
                        "result of EVENT_COMPLETE(" + status + ")",
                        INVALID_PARAMETERS,
                        guest.cpu().x(0));
                guest.complete(before.get(CoreRegister.PC));
            } else {
                s.expectDiverted("EVENT_COMPLETE(" + status + ")", step, before.get(CoreRegister.PC));
            }
            guest.expectStatus(EVENT, 3);
        }
    }

    /** SDEI-153. */
    private static void resumeGoesToTheAddress(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        RegisterFile before = enterWithFilledRegisters(guest);
        scribble(cpu);
        guest.resume(cpu.layout().resume());
        for (int n = 0; n < Sdei.SAVED_REGISTERS; n++) {
            s.expectEqual("X" + n + " after EVENT_COMPLETE_AND_RESUME", before.get(CoreRegister.x(n)), cpu.x(n));
        }
    }

    /** SDEI-154. */
    private static void resumeLeavesTheContextInElrAndSpsr(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        RegisterFile before = enterWithFilledRegisters(guest);
        guest.resume(cpu.layout().resume());
        s.expectEqual("ELR_EL1", before.get(CoreRegister.PC), cpu.read(SystemRegister.ELR_EL1));
        s.expectEqual("SPSR_EL1", before.get(CoreRegister.PSTATE), cpu.read(SystemRegister.SPSR_EL1));
    }

    /** SDEI-155. */
    private static void resumeRunsMaskedAtEl1(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        cpu.enterEl0();
        guest.signal(guest.cpu(1), 0);
        guest.expectEntry(0);
        guest.resume(cpu.layout().resume());
        long state = cpu.read(CoreRegister.PSTATE);
        s.expectEqual("M and nRW after EVENT_COMPLETE_AND_RESUME", 0b0101, state & 0x1F);
        s.expectEqual("DAIF", ProcessorState.DAIF, state & ProcessorState.DAIF);
    }

    /** SDEI-156. */
    private static void flagsAfterResumeAreKeptOrCleared(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        long interrupted = enterWithFilledRegisters(guest).get(CoreRegister.PSTATE) & ProcessorState.NZCV;
        cpu.write(CoreRegister.PSTATE, cpu.read(CoreRegister.PSTATE) ^ ProcessorState.NZCV);
        guest.resume(cpu.layout().resume());
        s.expectOneOf(
                "NZCV after EVENT_COMPLETE_AND_RESUME",
                cpu.read(CoreRegister.PSTATE) & ProcessorState.NZCV,
                interrupted,
                0);
    }

    /** SDEI-157. */
    private static void eretReturnsToTheInterruptedContext(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        cpu.enterEl0();
        cpu.fillRegisters(3);
        RegisterFile before = cpu.registers();
        guest.signal(guest.cpu(1), 0);
        guest.expectEntry(0);
        guest.resume(cpu.layout().resume());
        cpu.eret(before.get(CoreRegister.PC));
        RegisterFile after = cpu.registers();
        s.expectEqual(
                "registers after ERET", before.withFrom(after, SystemRegister.ELR_EL1, SystemRegister.SPSR_EL1), after);
        s.witness("returned");
    }

    /** SDEI-158. */
    private static void resumeLeavesSyndromeAndFaultAddress(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        cpu.msr(SystemRegister.ESR_EL1, 0x5600_0007L);
        cpu.msr(SystemRegister.FAR_EL1, 0x1234_5678_9ABCL);
        enterWithFilledRegisters(guest);
        guest.resume(cpu.layout().resume());
        s.expectEqual("ESR_EL1", 0x5600_0007L, cpu.read(SystemRegister.ESR_EL1));
        s.expectEqual("FAR_EL1", 0x1234_5678_9ABCL, cpu.read(SystemRegister.FAR_EL1));
    }

    /** SDEI-159, SDEI-164. */
    private static void aFailedCompletionKeepsTheHandler(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s);
        RegisterFile before = enterWithFilledRegisters(guest);
        s.expectOneOf(
                "EVENT_COMPLETE_AND_RESUME to a misaligned address",
                guest.call(
                        SdeiFunction.EVENT_COMPLETE_AND_RESUME,
                        guest.cpu().layout().resume() + 2),
                DENIED,
                INVALID_PARAMETERS);
        s.witness("refused");
        guest.expectStatus(EVENT, 7);
        guest.expect(before.get(CoreRegister.X5), SdeiFunction.EVENT_CONTEXT, 5);
        guest.complete(before.get(CoreRegister.PC));
        s.expectEqual(
                "X5 after the handler", before.get(CoreRegister.X5), guest.cpu().x(5));
    }

    /** SDEI-162. */
    private static void anEventPendingAtResumeInterruptsTheResumeAddress(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        guest.arm(SdeiClient.NORMAL.event(), 1);
        guest.signalSelf();
        long interrupted = cpu.pc();
        long interruptedState = cpu.read(CoreRegister.PSTATE);
        guest.expectEntry(0);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.resume(cpu.layout().resume());
        long resumedState = cpu.read(CoreRegister.PSTATE);
        guest.expectEntry(1);
        s.witness("chained");
        s.expectEqual("X2 of the second handler", cpu.layout().resume(), cpu.x(2));
        s.expectEqual("X3 of the second handler", resumedState, cpu.x(3));
        s.expectEqual("ELR_EL1", interrupted, cpu.read(SystemRegister.ELR_EL1));
        s.expectEqual("SPSR_EL1", interruptedState, cpu.read(SystemRegister.SPSR_EL1));
    }

    /** SDEI-163. */
    private static void completingHereLetsASharedEventRunThere(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 2);
        guest.arm(SdeiClient.SHARED.event(), 0);
        guest.trigger(SdeiClient.SHARED, 0);
        guest.expectEntry(0);
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.unmask(guest.cpu(1));
        guest.trigger(SdeiClient.SHARED, 1);
        guest.expectNoEntry("the handler runs on vCPU 0", guest.cpu(1));
        guest.complete();
        s.expectDiverted(
                "dispatch on vCPU 1",
                guest.cpu(1).settle(),
                guest.cpu(0).layout().handler(0));
        s.witness("handler-entered-there");
    }

    /** SDEI-186. */
    private static void aCrashUnwindsBothHandlers(Scenario s) {
        SdeiClient guest = SdeiClient.bootWithEvents(s, 1);
        SteppingGuestCpu cpu = guest.cpu();
        InterruptId sgi = new InterruptId(2);
        cpu.gic().initialise();
        cpu.gic().enable(sgi);
        guest.arm(SdeiClient.NORMAL.event(), 0);
        guest.arm(SdeiClient.CRITICAL.event(), 1);
        guest.trigger(SdeiClient.NORMAL, 0);
        guest.expectEntry(0);
        guest.trigger(SdeiClient.CRITICAL, 0);
        guest.expectEntry(1);
        guest.expect(1, SdeiFunction.PE_MASK);
        guest.resume(cpu.layout().resume());
        guest.resume(cpu.layout().handler(2));
        guest.expect(DENIED, SdeiFunction.EVENT_COMPLETE, Sdei.HANDLED);
        cpu.gic().sendToSelf(sgi);
        cpu.interruptsOn();
        s.expectDiverted(
                "the interrupt of the crash kernel", cpu.settle(), cpu.layout().vectorFromEl1(1));
        s.witness("interrupt-taken");
    }

    /** SDEI-187. */
    private static void resumingAtAVectorLooksLikeAnInterrupt(Scenario s) {
        SdeiClient guest = SdeiClient.boot(s, 2);
        SteppingGuestCpu cpu = guest.cpu();
        guest.arm(EVENT, 0);
        cpu.enterEl0();
        long interrupted = cpu.pc();
        guest.signal(guest.cpu(1), 0);
        guest.expectEntry(0);
        guest.resume(cpu.layout().vectorFromEl0(1));
        s.expectEqual("ELR_EL1", interrupted, cpu.read(SystemRegister.ELR_EL1));
        s.expectEqual("SPSR_EL1", ProcessorState.EL0T.spsr(), cpu.read(SystemRegister.SPSR_EL1));
        cpu.eret(interrupted);
    }
}
