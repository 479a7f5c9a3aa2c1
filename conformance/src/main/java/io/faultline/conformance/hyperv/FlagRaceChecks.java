/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sections 11.5 and 11.10, races of flags and of registers with what comes: signals and messages of the VMM and of other vCPUs
 * at every point of a vCPU's program.
 *
 * @since 0.1
 */
public final class FlagRaceChecks {
    private static final int PORT = 0x81;
    private static final int EVENTS = 0x82;
    private static final int SOURCE = 5;
    private static final int KEPT = 41;
    private static final int CLEARED = 44;
    private static final int NEW = 50;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: races of flags and registers",
            Check.of("HV-099", FlagRaceChecks::aSignalChangesOneBit).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-104", FlagRaceChecks::noFlagIsLost).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-110", FlagRaceChecks::twoSignalsAreOneInterrupt).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-176", FlagRaceChecks::maskingMeetsAMessage).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-177", FlagRaceChecks::turningOffMeetsASignal).witnesses(Program.BEFORE, Program.AFTER));

    private FlagRaceChecks() {}

    private static HypervGuest boot(Scenario s, int vcpus) {
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        guest.listen(0, SOURCE);
        guest.eventChannel(EVENTS, 0, SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        return guest;
    }

    private static int bit(int flag) {
        return Hyperv.FLAGS * SOURCE + flag;
    }

    /** The doubleword of flags 0 to 63. */
    private static long flags() {
        return HypervGuest.siefp(0) + SOURCE * Hyperv.SLOT;
    }

    private static void signal(HypervGuest guest, boolean isVmm, int flag) {
        if (isVmm) {
            guest.vmmSignals(EVENTS, flag);
        } else {
            guest.signal(guest.cpu(1), EVENTS, flag);
        }
    }

    /** Clears a flag: by one instruction, or by a pair of exclusive accesses. */
    private static Program clearing(HypervGuest guest, boolean isExclusive) {
        Program program =
                new Program(guest, guest.cpu()).with(10, 1L << CLEARED).with(26, flags());
        return isExclusive
                ? program.code(
                        GuestCode.loadExclusive64(11, 26),
                        GuestCode.bic(12, 11, 10),
                        GuestCode.storeExclusive64(13, 12, 26),
                        A64.cbnz(13, -12))
                : program.code(A64.NOP, GuestCode.clear64(10, 11, 26));
    }

    private static void explore(Scenario s, int signalled, List<Integer> expected) {
        for (boolean isVmm : new boolean[] {true, false}) {
            for (boolean isExclusive : new boolean[] {true, false}) {
                Interleaving.explore(s, () -> {
                    HypervGuest guest = boot(s, 2);
                    guest.signal(EVENTS, KEPT);
                    guest.signal(EVENTS, CLEARED);
                    guest.expectInterrupts("for the flags before", 0, 1);
                    SteppingGuestCpu cpu = guest.cpu();
                    GuestCode code = clearing(guest, isExclusive).write();
                    return new Interleaving.Race(
                            guest.rig(),
                            code,
                            () -> {
                                s.witness(cpu.pc() == cpu.layout().handler(0) ? Program.BEFORE : Program.AFTER);
                                signal(guest, isVmm, signalled);
                            },
                            when -> {
                                guest.expectFlags(when, 0, expected.toArray(new Integer[0]));
                                guest.expectInterrupts("for the new flag " + when, 0, 1);
                                s.expectThat(
                                        "the guest cleared the flag that was set " + when,
                                        (cpu.x(11) >>> CLEARED & 1) != 0);
                            });
                });
            }
        }
    }

    /** HV-099: a flag of another word of the same source. */
    private static void aSignalChangesOneBit(Scenario s) {
        explore(s, 1999, List.of(bit(KEPT), bit(1999)));
        explore(s, NEW + 64, List.of(bit(KEPT), bit(NEW + 64)));
    }

    /** HV-104: flags of the same doubleword, word and byte. */
    private static void noFlagIsLost(Scenario s) {
        explore(s, 3, List.of(bit(3), bit(KEPT)));
        explore(s, NEW, List.of(bit(KEPT), bit(NEW)));
        explore(s, 45, List.of(bit(KEPT), bit(45)));
    }

    /** HV-110. */
    private static void twoSignalsAreOneInterrupt(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 3);
                Program program = new Program(guest, guest.cpu(1)).signal(EVENTS, NEW);
                List<Integer> interrupts = new ArrayList<>();
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            interrupts.addAll(guest.takeInterrupts(0));
                            if (isVmm) {
                                guest.vmmSignals(EVENTS, NEW);
                            } else {
                                guest.signal(guest.cpu(2), EVENTS, NEW);
                            }
                            interrupts.addAll(guest.takeInterrupts(0));
                        },
                        when -> {
                            program.expectResults(when);
                            interrupts.addAll(guest.takeInterrupts(0));
                            s.expectEqual("interrupts of one flag " + when, List.of(HypervGuest.VECTOR), interrupts);
                            guest.expectFlags(when, 0, bit(NEW));
                        });
            });
        }
    }

    /** HV-176: messages and flags. */
    private static void maskingMeetsAMessage(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                Message message = Message.number(1, PORT);
                Program program =
                        new Program(guest, guest.cpu()).set(Hyperv.sint(SOURCE), Hyperv.MASKED | HypervGuest.VECTOR);
                boolean[] late = new boolean[1];
                int[] status = new int[1];
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            late[0] = program.left() == 0;
                            if (isVmm) {
                                guest.vmmPosts(PORT, message);
                                status[0] = guest.eventPort(EVENTS).signal(NEW).code();
                            } else {
                                guest.post(guest.cpu(1), PORT, message);
                                status[0] = guest.trySignal(guest.cpu(1), EVENTS, NEW)
                                        .status();
                            }
                        },
                        when -> {
                            program.expectResults(when);
                            boolean isHeld = guest.slot(0, SOURCE).isEmpty();
                            if (!isHeld) {
                                guest.expectSlot(when, 0, SOURCE, message, false);
                            }
                            s.expectThat("a message waits only for unmasking " + when, late[0] || !isHeld);
                            s.expectOneOf(
                                    "status of the signal " + when,
                                    status[0],
                                    Hyperv.SUCCESS,
                                    Hyperv.INVALID_SYNIC_STATE);
                            guest.expectFlag(when, 0, SOURCE, NEW, status[0] == Hyperv.SUCCESS);
                            int taken = guest.takeInterrupts(0).size();
                            s.expectThat("at most one interrupt, not " + taken + ", comes " + when, taken <= 1);
                            s.expectThat(
                                    "no interrupt comes when the source was masked before, " + when,
                                    !late[0] || taken == 0);
                            guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
                            guest.expectDrained("when it is unmasked " + when, 0, SOURCE, List.of(message));
                        });
            });
        }
    }

    /** HV-177. */
    private static void turningOffMeetsASignal(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                guest.set(Hyperv.SIEFP, 0);
                long place = guest.scratch(2).fill(Hyperv.PAGE, 0x5A).address();
                byte[] ram = guest.page(guest.cpu(), place);
                guest.set(Hyperv.SIEFP, Hyperv.on(place));
                Program program = new Program(guest, guest.cpu()).set(Hyperv.SIEFP, place);
                int[] status = new int[1];
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            status[0] = isVmm
                                    ? guest.eventPort(EVENTS).signal(NEW).code()
                                    : guest.trySignal(guest.cpu(1), EVENTS, NEW).status();
                        },
                        when -> {
                            program.expectResults(when);
                            s.expectOneOf(
                                    "status of the signal " + when,
                                    status[0],
                                    Hyperv.SUCCESS,
                                    Hyperv.INVALID_SYNIC_STATE);
                            boolean isSet = status[0] == Hyperv.SUCCESS;
                            s.expectThat(
                                    "RAM below the page stays " + when,
                                    Arrays.equals(ram, guest.page(guest.cpu(), place)));
                            guest.expectInterrupts(when, 0, isSet ? 1 : 0);
                            guest.set(Hyperv.SIEFP, Hyperv.on(place));
                            s.expectEqual(
                                    "flags in the page " + when,
                                    isSet ? List.of(bit(NEW)) : List.of(),
                                    HypervGuest.bits(guest.page(guest.cpu(), place)));
                        });
            });
        }
    }
}
