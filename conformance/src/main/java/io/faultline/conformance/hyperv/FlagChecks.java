/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.synic.SynicStatus;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section 11.5 but for races: event flags. Where it says nothing else, once with signals of the VMM and once with signals of a
 * guest.
 *
 * @since 0.1
 */
public final class FlagChecks {
    private static final int PORT = 0x41;
    private static final int SECOND = 0x42;
    private static final int SOURCE = 5;
    private static final int[] SOME_FLAGS = {0, 1, 7, 8, 31, 32, 63, 64, 1000, 2040, 2047};

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: event flags",
            Check.of("HV-095", FlagChecks::aSignalSetsItsFlag).cut(),
            Check.of("HV-096", FlagChecks::aFlagThatIsSetMakesNoInterrupt).cut(),
            Check.of("HV-097", FlagChecks::flagsAreBitsOfBytes).cut(),
            Check.of("HV-098", FlagChecks::sourcesHaveAreas).cut(),
            Check.of("HV-100", FlagChecks::aControllerThatIsOffTakesNoFlag),
            Check.of("HV-101", FlagChecks::aPageThatIsOffTakesNoFlag).cut(),
            Check.of("HV-102", FlagChecks::aMaskedSourceTakesNoFlag).cut(),
            Check.of("HV-103", FlagChecks::aPolledSourceTakesFlags).cut(),
            Check.of("HV-105", FlagChecks::aClearedFlagMakesAnInterruptAgain).cut(),
            Check.of("HV-106", FlagChecks::aPortHasItsFlagsOnly).cut(),
            Check.of("HV-107", FlagChecks::theVmmCannotSignalBeyondThePage).cut(),
            Check.of("HV-108", FlagChecks::aPortBeginsAtItsFirstFlag).cut(),
            Check.of("HV-109", FlagChecks::signalsNeedNoBuffers).cut(),
            Check.of("HV-111", FlagChecks::twoFlagsMayShareAnInterrupt).cut(),
            Check.of("HV-112", FlagChecks::flagsMoveWithThePage).cut());

    private FlagChecks() {}

    /** Who signals. */
    private enum Signaller {
        VMM,
        GUEST;

        int trySignal(HypervGuest guest, int port, int flag) {
            return this == VMM
                    ? guest.eventPort(port).signal(flag).code()
                    : guest.trySignal(port, flag).status();
        }

        void signal(HypervGuest guest, int port, int flag) {
            guest.scenario()
                    .expectEqual(
                            "status of a signal of flag " + flag + " by the " + this,
                            Hyperv.SUCCESS,
                            trySignal(guest, port, flag));
        }
    }

    /** What a check does with each signaller. */
    private interface Body {
        void run(HypervGuest guest, Signaller signaller);
    }

    /** Runs a check with each signaller, on a machine of its own whose vCPU 0 listens on one source. */
    private static void each(Scenario s, Body body) {
        for (Signaller signaller : Signaller.values()) {
            s.note("signals of the " + signaller);
            HypervGuest guest = HypervGuest.boot(s);
            guest.listen(0, SOURCE);
            guest.eventChannel(PORT, 0, SOURCE);
            body.run(guest, signaller);
        }
    }

    private static int bit(int source, int flag) {
        return Hyperv.FLAGS * source + flag;
    }

    /** HV-095. */
    private static void aSignalSetsItsFlag(Scenario s) {
        each(s, (guest, signaller) -> {
            List<Integer> set = new ArrayList<>();
            for (int flag : SOME_FLAGS) {
                signaller.signal(guest, PORT, flag);
                set.add(bit(SOURCE, flag));
                guest.expectInterrupts("for flag " + flag, 0, 1);
                guest.expectFlags("after flag " + flag, 0, set.toArray(new Integer[0]));
            }
            s.expectEqual(
                    "bits in the SIM page", List.of(), HypervGuest.bits(guest.page(guest.cpu(), HypervGuest.simp(0))));
        });
    }

    /** HV-096. */
    private static void aFlagThatIsSetMakesNoInterrupt(Scenario s) {
        each(s, (guest, signaller) -> {
            for (int flag : SOME_FLAGS) {
                signaller.signal(guest, PORT, flag);
                guest.expectInterrupts("for flag " + flag, 0, 1);
                for (int i = 0; i < 3; i++) {
                    signaller.signal(guest, PORT, flag);
                    guest.expectInterrupts("for flag " + flag + " again", 0, 0);
                    guest.expectFlag("signalled again", 0, SOURCE, flag, true);
                }
            }
        });
    }

    /** HV-097. */
    private static void flagsAreBitsOfBytes(Scenario s) {
        each(s, (guest, signaller) -> {
            signaller.signal(guest, PORT, 0);
            signaller.signal(guest, PORT, 2047);
            signaller.signal(guest, PORT, 13);
            byte[] area = guest.copy(guest.cpu(), HypervGuest.siefp(0) + SOURCE * Hyperv.SLOT, Hyperv.SLOT);
            byte[] expected = new byte[Hyperv.SLOT];
            expected[0] = 1;
            expected[1] = 1 << 5;
            expected[255] = (byte) 0x80;
            for (int i = 0; i < area.length; i++) {
                s.expectEqual("byte " + i + " of the area of the source", expected[i] & 0xFF, area[i] & 0xFF);
            }
        });
    }

    /** HV-098. */
    private static void sourcesHaveAreas(Scenario s) {
        int[] all = new int[Hyperv.SOURCES];
        for (int source = 0; source < all.length; source++) {
            all[source] = source;
        }
        HypervGuest guest = HypervGuest.boot(s);
        guest.listen(0, all);
        List<Integer> set = new ArrayList<>();
        for (int source : all) {
            guest.eventChannel(PORT + source, 0, source);
            guest.signal(PORT + source, 9 + source);
            set.add(bit(source, 9 + source));
            guest.expectFlags("after source " + source, 0, set.toArray(new Integer[0]));
        }
    }

    /** Demands that a signal is refused and sets nothing, neither in the page nor in the RAM where it was. */
    private static void expectRefused(HypervGuest guest, Signaller signaller, String when) {
        Scenario s = guest.scenario();
        byte[] before = guest.page(guest.cpu(), HypervGuest.siefp(0));
        for (int flag : new int[] {0, 99}) {
            s.expectEqual(
                    "status of a signal of the " + signaller + " " + when,
                    Hyperv.INVALID_SYNIC_STATE,
                    signaller.trySignal(guest, PORT, flag));
        }
        s.expectEqual(
                "status of a signal without port " + when,
                SynicStatus.INVALID_SYNIC_STATE,
                guest.synic().signal(0, SOURCE, 98));
        guest.expectInterrupts(when, 0, 0);
        s.expectThat(
                "memory at the page stays " + when,
                Arrays.equals(before, guest.page(guest.cpu(), HypervGuest.siefp(0))));
    }

    /** HV-100: another machine is told the same. */
    private static void aControllerThatIsOffTakesNoFlag(Scenario s) {
        each(s, (guest, signaller) -> {
            signaller.signal(guest, PORT, 5);
            guest.expectInterrupts("for a flag", 0, 1);
            guest.set(Hyperv.SCONTROL, 0);
            expectRefused(guest, signaller, "while SCONTROL is off");
            guest.set(Hyperv.SCONTROL, 1);
            guest.expectFlags("when SCONTROL is on again", 0, bit(SOURCE, 5));
            guest.expectInterrupts("when SCONTROL is on again", 0, 0);
        });
        HypervGuest receiver = HypervGuest.boot(s);
        HypervGuest sender = HypervGuest.boot(s);
        receiver.listen(0, SOURCE);
        sender.synic().connect(SECOND, receiver.synic().createEventPort(PORT, 0, SOURCE, 8, 8));
        receiver.set(Hyperv.SCONTROL, 0);
        s.expectEqual(
                "status of a signal of another machine while SCONTROL is off",
                Hyperv.INVALID_SYNIC_STATE,
                sender.trySignal(SECOND, 3).status());
        receiver.set(Hyperv.SCONTROL, 1);
        receiver.expectFlags("after a signal of another machine that was refused", 0);
        sender.signal(SECOND, 3);
        receiver.expectFlags("after a signal of another machine", 0, bit(SOURCE, 11));
        receiver.expectInterrupts("for a signal of another machine", 0, 1);
    }

    /** HV-101. */
    private static void aPageThatIsOffTakesNoFlag(Scenario s) {
        each(s, (guest, signaller) -> {
            signaller.signal(guest, PORT, 5);
            guest.expectInterrupts("for a flag", 0, 1);
            guest.set(Hyperv.SIEFP, HypervGuest.siefp(0));
            expectRefused(guest, signaller, "while SIEFP is off");
            guest.set(Hyperv.SIEFP, Hyperv.on(HypervGuest.siefp(0)));
            guest.expectFlags("when SIEFP is on again", 0, bit(SOURCE, 5));
            guest.expectInterrupts("when SIEFP is on again", 0, 0);
        });
    }

    /** HV-102. */
    private static void aMaskedSourceTakesNoFlag(Scenario s) {
        each(s, (guest, signaller) -> {
            guest.set(Hyperv.sint(SOURCE), Hyperv.MASKED | HypervGuest.VECTOR);
            boolean isSet = signaller.trySignal(guest, PORT, 0) == Hyperv.SUCCESS;
            if (isSet) {
                guest.expectFlags("of a masked source", 0, bit(SOURCE, 0));
                guest.clearFlag(0, SOURCE, 0);
            } else {
                expectRefused(guest, signaller, "while the source is masked");
            }
            guest.expectInterrupts("while the source is masked", 0, 0);
            guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
            guest.expectFlags("when the source is not masked any more", 0);
            guest.expectInterrupts("when the source is not masked any more", 0, 0);
            signaller.signal(guest, PORT, 99);
            guest.expectInterrupts("for a signal then", 0, 1);
        });
    }

    /** HV-103. */
    private static void aPolledSourceTakesFlags(Scenario s) {
        each(s, (guest, signaller) -> {
            guest.set(Hyperv.sint(SOURCE), Hyperv.POLLING | HypervGuest.VECTOR);
            s.expectThat("register 0x200 offers polling", guest.hasFeature(Hyperv.POLLING_MODE));
            signaller.signal(guest, PORT, 3);
            signaller.signal(guest, PORT, 4);
            guest.expectFlags("of a polled source", 0, bit(SOURCE, 3), bit(SOURCE, 4));
            guest.expectInterrupts("of a polled source", 0, 0);
            guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
            signaller.signal(guest, PORT, 5);
            guest.expectInterrupts("when the source is not polled any more", 0, 1);
        });
    }

    /** HV-105. */
    private static void aClearedFlagMakesAnInterruptAgain(Scenario s) {
        each(s, (guest, signaller) -> {
            for (int i = 0; i < 4; i++) {
                signaller.signal(guest, PORT, 70);
                guest.expectInterrupts("for the flag, time " + i, 0, 1);
                guest.expectFlag("time " + i, 0, SOURCE, 70, true);
                guest.clearFlag(0, SOURCE, 70);
            }
            guest.expectFlags("in the end", 0);
        });
    }

    /** HV-106. */
    private static void aPortHasItsFlagsOnly(Scenario s) {
        each(s, (guest, signaller) -> {
            int[] firsts = {0, 100, 2040, 2047};
            int[] counts = {1, 10, 8, 1};
            for (int i = 0; i < firsts.length; i++) {
                int port = SECOND + i;
                guest.synic().connect(port, guest.synic().createEventPort(port, 0, SOURCE, firsts[i], counts[i]));
                for (int flag : new int[] {counts[i], counts[i] + 1, 2047, 2048, 0xFFFF}) {
                    if (flag >= counts[i]) {
                        s.expectEqual(
                                "status of flag " + flag + " of a port with " + counts[i],
                                Hyperv.INVALID_PARAMETER,
                                signaller.trySignal(guest, port, flag));
                    }
                }
                guest.expectFlags("after flags that the port does not have", 0);
                signaller.signal(guest, port, counts[i] - 1);
                int last = firsts[i] + counts[i] - 1;
                guest.expectFlags("after the last flag of a port", 0, bit(SOURCE, last));
                guest.clearFlag(0, SOURCE, last);
                guest.expectInterrupts("for the last flag of a port", 0, 1);
            }
        });
    }

    /** HV-107. */
    private static void theVmmCannotSignalBeyondThePage(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        int[] all = new int[Hyperv.SOURCES];
        for (int source = 0; source < all.length; source++) {
            all[source] = source;
        }
        guest.listen(0, all);
        guest.eventChannel(PORT, 0, 15);
        long around = HypervGuest.siefp(0) - Hyperv.PAGE;
        byte[] before = guest.copy(guest.cpu(), around, 3 * Hyperv.PAGE);
        int[][] wrong = {
            {0, 16, 0},
            {0, 15, 2048},
            {0, 0, 2048},
            {0, 15, 0x7FFF_FFFF},
            {0, -1, 0},
            {0, 0, -1},
            {0, 255, 5},
            {1, 0, 0},
            {-2, 0, 0},
            {Integer.MAX_VALUE, 15, 2047}
        };
        for (int[] target : wrong) {
            SynicStatus status = guest.synic().signal(target[0], target[1], target[2]);
            s.expectThat(
                    "the status " + status + " of a signal to " + Arrays.toString(target)
                            + " is INVALID_PARAMETER or INVALID_VP_INDEX",
                    status == SynicStatus.INVALID_PARAMETER || status == SynicStatus.INVALID_VP_INDEX);
        }
        for (int flag : new int[] {2048, 0x1_0000, -1, Integer.MIN_VALUE}) {
            s.expectEqual(
                    "status of a signal of flag " + flag + " to a port",
                    SynicStatus.INVALID_PARAMETER,
                    guest.eventPort(PORT).signal(flag));
        }
        guest.expectInterrupts("for signals beyond the page", 0, 0);
        s.expectThat(
                "memory at the page and around it stays",
                Arrays.equals(before, guest.copy(guest.cpu(), around, 3 * Hyperv.PAGE)));
        s.expectEqual(
                "status of the last flag", SynicStatus.SUCCESS, guest.synic().signal(0, 15, 2047));
        guest.expectFlags("after the last flag", 0, bit(15, 2047));
        guest.expectInterrupts("for the last flag", 0, 1);
    }

    /** HV-108. */
    private static void aPortBeginsAtItsFirstFlag(Scenario s) {
        each(s, (guest, signaller) -> {
            int[] firsts = {1, 31, 64, 1000, 2000};
            List<Integer> set = new ArrayList<>();
            for (int i = 0; i < firsts.length; i++) {
                int port = SECOND + i;
                guest.synic().connect(port, guest.synic().createEventPort(port, 0, SOURCE, firsts[i], 20));
                signaller.signal(guest, port, 0);
                signaller.signal(guest, port, 7 + i);
                set.add(bit(SOURCE, firsts[i]));
                set.add(bit(SOURCE, firsts[i] + 7 + i));
                guest.expectFlags("of ports that begin somewhere", 0, set.toArray(new Integer[0]));
            }
        });
    }

    /** HV-109: with all buffers of a port for messages of the source in use. */
    private static void signalsNeedNoBuffers(Scenario s) {
        each(s, (guest, signaller) -> {
            guest.messageChannel(SECOND, 0, SOURCE);
            for (int i = 0; i <= Hyperv.BUFFERS; i++) {
                guest.vmmPosts(SECOND, Message.number(i, SECOND));
            }
            for (int flag = 0; flag < 100; flag++) {
                signaller.signal(guest, PORT, flag);
                signaller.signal(guest, PORT, flag);
            }
            s.expectEqual(
                    "flags that are set",
                    100,
                    HypervGuest.bits(guest.page(guest.cpu(), HypervGuest.siefp(0)))
                            .size());
        });
    }

    /** HV-111. */
    private static void twoFlagsMayShareAnInterrupt(Scenario s) {
        each(s, (guest, signaller) -> {
            signaller.signal(guest, PORT, 10);
            signaller.signal(guest, PORT, 11);
            signaller.signal(guest, PORT, 700);
            guest.expectInterrupts("for flags that were set while none was taken", 0, 1);
            guest.expectFlags("in the end", 0, bit(SOURCE, 10), bit(SOURCE, 11), bit(SOURCE, 700));
            s.expectEqual("the interrupt of one", 1023, guest.acknowledge(0));
            guest.clearFlag(0, SOURCE, 10);
            signaller.signal(guest, PORT, 10);
            s.expectEqual("the interrupt of one", HypervGuest.VECTOR, guest.acknowledge(0));
            signaller.signal(guest, PORT, 12);
            guest.end(0, HypervGuest.VECTOR);
            guest.expectInterrupts("for a flag that was set while the interrupt was active", 0, 1);
        });
    }

    /** HV-112. */
    private static void flagsMoveWithThePage(Scenario s) {
        each(s, (guest, signaller) -> {
            signaller.signal(guest, PORT, 5);
            signaller.signal(guest, PORT, 2047);
            guest.expectInterrupts("for two flags", 0, 1);
            long place = guest.scratch(3).fill(Hyperv.PAGE, 0x5A).address();
            guest.set(Hyperv.SIEFP, Hyperv.on(place));
            s.expectEqual(
                    "flags at the new place",
                    List.of(bit(SOURCE, 5), bit(SOURCE, 2047)),
                    HypervGuest.bits(guest.page(guest.cpu(), place)));
            guest.expectInterrupts("for the move", 0, 0);
            signaller.signal(guest, PORT, 5);
            guest.expectInterrupts("for a flag that was set before the move", 0, 0);
            signaller.signal(guest, PORT, 6);
            guest.expectInterrupts("for a flag after the move", 0, 1);
            s.expectThat("the flag is at the new place", guest.hasFlagAt(guest.cpu(), place, SOURCE, 6));
            s.expectEqual(
                    "flags at the old place",
                    List.of(),
                    HypervGuest.bits(guest.page(guest.cpu(), HypervGuest.siefp(0))));
        });
    }
}
