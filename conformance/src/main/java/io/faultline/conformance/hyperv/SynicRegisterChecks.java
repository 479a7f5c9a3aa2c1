/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.capability.Capabilities;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 11.3: registers of the synthetic interrupt controller.
 *
 * @since 0.1
 */
public final class SynicRegisterChecks {
    private static final long PRESERVED = 0xFFE;
    private static final int PORT = 0x31;
    private static final int EVENTS = 0x32;
    private static final int[] WRONG_VECTORS = {0, 1, 7, 15, 32, 33, 64, 128, 255};

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: registers of the SynIC",
            Check.of("HV-050", SynicRegisterChecks::firstValues).cut(),
            Check.of("HV-051", SynicRegisterChecks::theVersionIsOne).cut(),
            Check.of("HV-052", SynicRegisterChecks::theVersionCannotBeWritten).cut(),
            Check.of("HV-053", SynicRegisterChecks::eomReadsAsZero).cut(),
            Check.of("HV-054", SynicRegisterChecks::pagesReadAsWritten).cut(),
            Check.of("HV-055", SynicRegisterChecks::sourcesReadAsWritten).cut(),
            Check.of("HV-056", SynicRegisterChecks::eachVcpuHasItsOwn).cut(),
            Check.of("HV-057", SynicRegisterChecks::vectorsArePrivateInterrupts).cut(),
            Check.of("HV-058", SynicRegisterChecks::aMaskedSourceHasAnyVector).cut(),
            Check.of("HV-059", SynicRegisterChecks::theGuestEndsInterrupts).cut(),
            Check.of("HV-060", SynicRegisterChecks::aControllerThatIsOffTakesNothing)
                    .cut(),
            Check.of("HV-061", SynicRegisterChecks::resetStartsAgain).witnesses("vcpu-reset", "machine-reset"));

    private SynicRegisterChecks() {}

    /** What SCONTROL is after reset: 0 or 1. */
    static long firstControl(Scenario s) {
        long control = HypervGuest.boot(s).get(Hyperv.SCONTROL);
        s.expectOneOf("SCONTROL at first", control, 0, 1);
        return control;
    }

    /** Demands the values after reset. */
    static void expectFirstValues(HypervGuest guest, String when, SteppingGuestCpu cpu) {
        guest.expectRegister(when, cpu, Hyperv.SCONTROL, firstControl(guest.scenario()));
        guest.expectRegister(when, cpu, Hyperv.SIEFP, 0);
        guest.expectRegister(when, cpu, Hyperv.SIMP, 0);
        for (int source = 0; source < Hyperv.SOURCES; source++) {
            guest.expectRegister(when, cpu, Hyperv.sint(source), Hyperv.MASKED);
        }
    }

    /** HV-050. */
    private static void firstValues(Scenario s) {
        int vcpus = Math.min(2, s.capability(Capabilities.VCPUS));
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        for (int i = 0; i < vcpus; i++) {
            expectFirstValues(guest, "at first", guest.cpu(i));
        }
    }

    /** HV-051. */
    private static void theVersionIsOne(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.expectRegister("at first", Hyperv.SVERSION, 1);
        guest.listen(0, 2);
        guest.expectRegister("of a controller that is on", Hyperv.SVERSION, 1);
    }

    /** HV-052. */
    private static void theVersionCannotBeWritten(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (long value : new long[] {0, 1, 2, -1}) {
            Result result = guest.trySet(Hyperv.SVERSION, value);
            s.expectThat("a Set of SVERSION to " + value + " fails", result.status() != Hyperv.SUCCESS);
            guest.expectRegister("after a Set", Hyperv.SVERSION, 1);
        }
    }

    /** HV-053. */
    private static void eomReadsAsZero(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.expectRegister("at first", Hyperv.EOM, 0);
        guest.set(Hyperv.EOM, -1);
        guest.expectRegister("after a write", Hyperv.EOM, 0);
        guest.listen(0, 2);
        guest.messageChannel(PORT, 0, 2);
        guest.vmmPosts(PORT, Message.number(1, PORT));
        guest.vmmPosts(PORT, Message.number(2, PORT));
        guest.expectRegister("while a message waits", Hyperv.EOM, 0);
        guest.set(Hyperv.EOM, 0x1234);
        guest.expectRegister("while a message waits", Hyperv.EOM, 0);
    }

    /** HV-054. */
    private static void pagesReadAsWritten(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int register : new int[] {Hyperv.SIMP, Hyperv.SIEFP}) {
            long page = register == Hyperv.SIMP ? HypervGuest.simp(0) : HypervGuest.siefp(0);
            long[] values = {page, page | 1, page | PRESERVED, page | PRESERVED | 1, page | 0x550 | 1, PRESERVED, 0};
            for (long value : values) {
                guest.set(register, value);
                guest.expectRegister("as it was written", register, value);
            }
        }
    }

    /** HV-055: values that a guest may write whatever there is. */
    private static void sourcesReadAsWritten(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        long[] values = {
            Hyperv.MASKED,
            HypervGuest.VECTOR,
            0xFF00 | HypervGuest.VECTOR,
            -1L << 21 | HypervGuest.VECTOR,
            -1L << 21 | Hyperv.AUTO_EOI | Hyperv.MASKED | 0xFF12,
            0xA5A5_A5A5_A5A0_0000L | HypervGuest.OTHER_VECTOR
        };
        for (int source = 0; source < Hyperv.SOURCES; source++) {
            for (long value : values) {
                guest.set(Hyperv.sint(source), value);
                guest.expectRegister("as it was written", Hyperv.sint(source), value);
            }
        }
        for (int source = 0; source < Hyperv.SOURCES; source++) {
            guest.expectRegister("in the end", Hyperv.sint(source), values[values.length - 1]);
        }
    }

    /** HV-056. */
    private static void eachVcpuHasItsOwn(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 2);
        SteppingGuestCpu other = guest.cpu(1);
        for (int source = 0; source < Hyperv.SOURCES; source++) {
            guest.set(Hyperv.sint(source), HypercallChecks.value(source));
        }
        guest.set(Hyperv.SIMP, HypervGuest.simp(0) | 1);
        guest.set(Hyperv.SIEFP, HypervGuest.siefp(0) | 1);
        guest.set(Hyperv.SCONTROL, 1);
        expectFirstValues(guest, "as only vCPU 0 wrote its own", other);
        for (int source = 0; source < Hyperv.SOURCES; source++) {
            guest.set(other, Hyperv.sint(source), HypercallChecks.value(source + 16));
        }
        guest.set(other, Hyperv.SIMP, HypervGuest.simp(1) | 1);
        guest.set(other, Hyperv.SIEFP, HypervGuest.siefp(1) | 1);
        for (int source = 0; source < Hyperv.SOURCES; source++) {
            guest.expectRegister("after vCPU 1 wrote its own", Hyperv.sint(source), HypercallChecks.value(source));
        }
        guest.expectRegister("after vCPU 1 wrote its own", Hyperv.SIMP, HypervGuest.simp(0) | 1);
        guest.expectRegister("after vCPU 1 wrote its own", Hyperv.SIEFP, HypervGuest.siefp(0) | 1);
        guest.expectRegister("that vCPU 1 did not write", other, Hyperv.SCONTROL, firstControl(s));
        guest.set(Hyperv.SCONTROL, 0);
        guest.set(other, Hyperv.SCONTROL, 1);
        guest.expectRegister("after vCPU 1 wrote its own", Hyperv.SCONTROL, 0);
    }

    /** HV-057: from what is masked and from what is not. */
    private static void vectorsArePrivateInterrupts(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0);
        guest.messageChannel(PORT, 0, 7);
        for (long before : new long[] {Hyperv.MASKED | 200, HypervGuest.VECTOR}) {
            guest.set(Hyperv.sint(7), before);
            for (int vector : WRONG_VECTORS) {
                Result result = guest.trySet(Hyperv.sint(7), vector);
                String what = "a source unmasked with vector " + vector;
                s.expectOneOf("status of " + what, result.status(), Hyperv.INVALID_PARAMETER, Hyperv.SUCCESS);
                boolean isKept = result.status() == Hyperv.SUCCESS;
                s.expectEqual("completed elements of " + what, isKept ? 1 : 0, result.completed());
                guest.expectRegister("after " + what, Hyperv.sint(7), isKept ? vector : before);
                if (isKept) {
                    guest.vmmPosts(PORT, Message.number(1, PORT));
                    guest.expectInterrupts("of " + what, 0, 0);
                    guest.drain(0, 7);
                    guest.set(Hyperv.sint(7), before);
                }
            }
        }
        for (int vector : new int[] {16, 17, 18, 19, 21, 22, 31}) {
            Result result = guest.trySet(Hyperv.sint(7), vector);
            s.expectEqual("status of a source unmasked with vector " + vector, Hyperv.SUCCESS, result.status());
            guest.expectRegister("with a good vector", Hyperv.sint(7), vector);
        }
    }

    /** HV-058. */
    private static void aMaskedSourceHasAnyVector(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int vector = 0; vector < 256; vector += 5) {
            guest.set(Hyperv.sint(7), Hyperv.MASKED | vector);
            guest.expectRegister("masked", Hyperv.sint(7), Hyperv.MASKED | vector);
        }
    }

    /** HV-059: messages and flags, with the bit and without. */
    private static void theGuestEndsInterrupts(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0);
        guest.messageChannel(PORT, 0, 2);
        guest.eventChannel(EVENTS, 0, 2);
        for (long bit : new long[] {Hyperv.AUTO_EOI, 0}) {
            String when = bit == 0 ? "" : " with automatic EOI";
            guest.set(Hyperv.sint(2), HypervGuest.VECTOR | bit);
            guest.vmmPosts(PORT, Message.number(1, PORT));
            s.expectEqual("the interrupt of a message" + when, HypervGuest.VECTOR, guest.acknowledge(0));
            s.expectThat("the interrupt is active before its end" + when, guest.isActive(0, HypervGuest.VECTOR));
            guest.vmmSignals(EVENTS, 3);
            s.expectThat("the interrupt is active still" + when, guest.isActive(0, HypervGuest.VECTOR));
            s.expectThat("the next interrupt is pending" + when, guest.isPending(0, HypervGuest.VECTOR));
            s.expectEqual("an interrupt before the end of the one before" + when, 1023, guest.acknowledge(0));
            guest.end(0, HypervGuest.VECTOR);
            guest.expectInterrupts("after the end" + when, 0, 1);
            guest.receive("" + when, 0, 2);
            guest.clearFlag(0, 2, 3);
        }
    }

    /** HV-060. */
    private static void aControllerThatIsOffTakesNothing(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 2);
        guest.listenAll(2);
        for (int i = 0; i < 2; i++) {
            guest.messageChannel(PORT + 0x10 * i, i, 2);
            guest.eventChannel(EVENTS + 0x10 * i, i, 2);
        }
        for (int off = 0; off < 2; off++) {
            guest.set(guest.cpu(off), Hyperv.SCONTROL, 0);
            int on = 1 - off;
            String when = "with the controller of vCPU " + off + " off";
            Message early = Message.number(5, PORT + 0x10 * off);
            int status = guest.tryPost(PORT + 0x10 * off, early).status();
            s.expectOneOf("status of PostMessage " + when, status, Hyperv.INVALID_SYNIC_STATE, Hyperv.SUCCESS);
            boolean waits = status == Hyperv.SUCCESS;
            s.expectEqual(
                    "messages that wait " + when,
                    waits ? 1 : 0,
                    guest.messagePort(PORT + 0x10 * off).waiting());
            guest.expectEmpty(when, off, 2);
            s.expectEqual(
                    "status of SignalEvent " + when,
                    Hyperv.INVALID_SYNIC_STATE,
                    guest.trySignal(EVENTS + 0x10 * off, 40).status());
            guest.expectInterrupts(when, off, 0);
            Message message = Message.number(on, PORT + 0x10 * on);
            guest.post(PORT + 0x10 * on, message);
            guest.signal(EVENTS + 0x10 * on, 41);
            guest.expectInterrupts(when, on, 1);
            guest.expectDrained(when, on, 2, List.of(message));
            guest.expectFlag(when, on, 2, 41, true);
            guest.clearFlag(on, 2, 41);
            guest.set(guest.cpu(off), Hyperv.SCONTROL, 1);
            guest.expectInterrupts("when its controller is on again", off, waits ? 1 : 0);
            guest.expectDrained("when its controller is on again", off, 2, waits ? List.of(early) : List.of());
            guest.expectFlag("after a signal that was refused", off, 2, 40, false);
        }
    }

    /** HV-061: of one vCPU, then of all. */
    private static void resetStartsAgain(Scenario s) {
        int vcpus = Math.min(2, s.capability(Capabilities.VCPUS));
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        int last = vcpus - 1;
        beBusy(guest, last);
        guest.cpu(last).vcpu().reset();
        guest.bootAgain(last);
        s.witness("vcpu-reset");
        expectFresh(guest, "after reset of the vCPU", last, true);
        beBusy(guest, last);
        guest.rig().machine().reset();
        for (int i = 0; i < vcpus; i++) {
            guest.bootAgain(i);
        }
        s.witness("machine-reset");
        guest.expectRegister("after reset of the machine", Hyperv.GUEST_ID, 0);
        guest.identify();
        expectFresh(guest, "after reset of the machine", last, false);
    }

    /** Everything that a reset has to forget: a slot in use, a queue, a flag, a timer. */
    private static void beBusy(HypervGuest guest, int vcpu) {
        Scenario s = guest.scenario();
        guest.listen(vcpu, 2, 3);
        if (guest.synic().messagePort(PORT).isEmpty()) {
            guest.synic().createMessagePort(PORT, vcpu, 2);
            guest.synic().createEventPort(EVENTS, vcpu, 3, 0, Hyperv.FLAGS);
        }
        for (int i = 0; i < 3; i++) {
            guest.vmmPosts(PORT, Message.number(i, PORT));
        }
        guest.vmmSignals(EVENTS, 77);
        guest.expectInterrupts("while it gets busy", vcpu, 1);
        if (s.capabilities().has(Capabilities.SYNIC_TIMERS)) {
            SteppingGuestCpu cpu = guest.cpu(vcpu);
            long config = Hyperv.TIMER_ENABLE | Hyperv.TIMER_PERIODIC | 3L << Hyperv.TIMER_SINT_SHIFT;
            guest.set(cpu, Hyperv.timerCount(1), TimerChecks.MILLISECOND * 1000);
            guest.set(cpu, Hyperv.timerConfig(1), config);
        }
    }

    private static void expectFresh(HypervGuest guest, String when, int vcpu, boolean hasPorts) {
        Scenario s = guest.scenario();
        SteppingGuestCpu cpu = guest.cpu(vcpu);
        expectFirstValues(guest, when, cpu);
        if (s.capabilities().has(Capabilities.SYNIC_TIMERS)) {
            for (int timer = 0; timer < Hyperv.TIMERS; timer++) {
                guest.expectRegister(when, cpu, Hyperv.timerConfig(timer), 0);
                guest.expectRegister(when, cpu, Hyperv.timerCount(timer), 0);
            }
        }
        guest.listen(vcpu, 2, 3);
        s.expectEqual(
                "bits in the SIM page " + when, List.of(), HypervGuest.bits(guest.page(cpu, HypervGuest.simp(vcpu))));
        guest.expectFlags(when, vcpu);
        guest.eom(vcpu);
        guest.expectEmpty("after EOM " + when, vcpu, 2);
        guest.rig().advance(2_000_000_000L);
        s.expectRetired("NOP", cpu.settle());
        guest.expectEmpty("after the time of a timer from before, " + when, vcpu, 3);
        guest.expectInterrupts(when, vcpu, 0);
        if (hasPorts) {
            s.expectEqual(
                    "messages that wait in the port " + when,
                    0,
                    guest.messagePort(PORT).waiting());
            Message message = Message.number(9, PORT);
            guest.vmmPosts(PORT, message);
            guest.expectSlot("of the first message " + when, vcpu, 2, message, false);
            guest.receive(when, vcpu, 2);
            guest.expectInterrupts("for the first message " + when, vcpu, 1);
        }
    }
}
