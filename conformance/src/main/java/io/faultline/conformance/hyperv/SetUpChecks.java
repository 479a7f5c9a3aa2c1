/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.capability.Capabilities;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.List;

/**
 * Section 11.9, as far as a guest of any kind can do what Linux does.
 *
 * @since 0.1
 */
public final class SetUpChecks {
    private static final long LINUX_IDENTITY = 0x8100_0006_0C75_0000L;
    private static final int PORT = 0xC0;
    private static final int SOURCE = 2;
    private static final int MOST_VCPUS = 4;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: setting up as Linux does",
            Check.of("HV-153", SetUpChecks::bootAndDriver).cut(),
            Check.of("HV-154", SetUpChecks::bothAtOnce).witnesses(Program.BEFORE, Program.BETWEEN, Program.AFTER));

    private SetUpChecks() {}

    /** What the driver does on each vCPU. */
    private static void setUp(HypervGuest guest, int vcpu) {
        SteppingGuestCpu cpu = guest.cpu(vcpu);
        long simp = guest.get(cpu, Hyperv.SIMP) & 0xFFE;
        guest.set(cpu, Hyperv.SIMP, simp | Hyperv.on(HypervGuest.simp(vcpu)));
        long siefp = guest.get(cpu, Hyperv.SIEFP) & 0xFFE;
        guest.set(cpu, Hyperv.SIEFP, siefp | Hyperv.on(HypervGuest.siefp(vcpu)));
        guest.enableInterrupts(vcpu);
        long sint = guest.get(cpu, Hyperv.sint(SOURCE)) & ~(0xFF | Hyperv.MASKED | Hyperv.AUTO_EOI);
        guest.set(cpu, Hyperv.sint(SOURCE), sint | HypervGuest.VECTOR);
        guest.expectInterrupts("before the controller is on", vcpu, 0);
        guest.set(cpu, Hyperv.SCONTROL, guest.get(cpu, Hyperv.SCONTROL) | 1);
    }

    private static void expectSetUp(HypervGuest guest, int vcpu, String when) {
        SteppingGuestCpu cpu = guest.cpu(vcpu);
        guest.expectRegister(when, cpu, Hyperv.SIMP, Hyperv.on(HypervGuest.simp(vcpu)));
        guest.expectRegister(when, cpu, Hyperv.SIEFP, Hyperv.on(HypervGuest.siefp(vcpu)));
        guest.expectRegister(when, cpu, Hyperv.sint(SOURCE), HypervGuest.VECTOR);
        guest.expectRegister(when, cpu, Hyperv.SCONTROL, 1);
        guest.messageChannel(PORT + vcpu, vcpu, SOURCE);
        guest.eventChannel(PORT + 0x10 + vcpu, vcpu, SOURCE);
        Message message = Message.number(vcpu, PORT + vcpu);
        guest.vmmPosts(PORT + vcpu, message);
        guest.signal(PORT + 0x10 + vcpu, 1);
        guest.expectInterrupts("for a message and a flag " + when, vcpu, 1);
        guest.expectFlag(when, vcpu, SOURCE, 1, true);
        guest.expectDrained(when, vcpu, SOURCE, List.of(message));
    }

    /** HV-153: and the way back. */
    private static void bootAndDriver(Scenario s) {
        int vcpus = Math.min(MOST_VCPUS, s.capability(Capabilities.VCPUS));
        HypervGuest guest = HypervGuest.bootUnidentified(s, vcpus);
        guest.set(Hyperv.GUEST_ID, LINUX_IDENTITY);
        guest.get(Hyperv.PRIVILEGES);
        boolean crash = (guest.cpu().x(7) >>> Hyperv.CRASH_REGISTERS & 1) != 0;
        guest.get(Hyperv.FEATURES);
        guest.get(Hyperv.VERSION);
        if (crash) {
            guest.get(Hyperv.CRASH_CONTROL);
        }
        for (int i = 0; i < vcpus; i++) {
            guest.get(guest.cpu(i), Hyperv.VP_INDEX);
        }
        for (int i = 0; i < vcpus; i++) {
            setUp(guest, i);
        }
        for (int i = 0; i < vcpus; i++) {
            expectSetUp(guest, i, "when every vCPU is set up");
        }
        for (int i = 0; i < vcpus; i++) {
            SteppingGuestCpu cpu = guest.cpu(i);
            guest.set(cpu, Hyperv.sint(SOURCE), guest.get(cpu, Hyperv.sint(SOURCE)) | Hyperv.MASKED);
            guest.set(cpu, Hyperv.SIMP, 0);
            guest.set(cpu, Hyperv.SIEFP, 0);
            guest.set(cpu, Hyperv.SCONTROL, 0);
            guest.expectInterrupts("of a vCPU that goes offline", i, 0);
        }
    }

    /** HV-154. */
    private static void bothAtOnce(Scenario s) {
        Interleaving.explore(s, () -> {
            HypervGuest guest = HypervGuest.boot(s, 2);
            guest.enableInterrupts(0);
            Program program = new Program(guest, guest.cpu())
                    .set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)))
                    .set(Hyperv.SIEFP, Hyperv.on(HypervGuest.siefp(0)))
                    .set(Hyperv.sint(SOURCE), HypervGuest.VECTOR)
                    .set(Hyperv.SCONTROL, 1);
            return new Interleaving.Race(
                    guest.rig(),
                    program.write(),
                    () -> {
                        program.witnessSide();
                        setUp(guest, 1);
                    },
                    when -> {
                        program.expectResults(when);
                        expectSetUp(guest, 0, when);
                        expectSetUp(guest, 1, when);
                    });
        });
    }
}
