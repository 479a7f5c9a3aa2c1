/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section 11.8: pages of the hypervisor that lie over RAM, and what happens when they move.
 *
 * @since 0.1
 */
public final class OverlayChecks {
    private static final int PORT = 0x61;
    private static final int SOURCE = 5;
    private static final int RUBBISH = 0x5A;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: overlay pages",
            Check.of("HV-145", OverlayChecks::thePageIsItsOwn).cut(),
            Check.of("HV-146", OverlayChecks::aMessageMovesWithThePage).cut(),
            Check.of("HV-147", OverlayChecks::whatWaitsSurvivesAMove).cut(),
            Check.of("HV-148", OverlayChecks::slotsSurviveOffAndOn).cut(),
            Check.of("HV-149", OverlayChecks::ramComesBack).cut(),
            Check.of("HV-150", OverlayChecks::aMoveAndAMessageMeet).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-151", OverlayChecks::aPageIsInRam).cut(),
            Check.of("HV-152", OverlayChecks::twoPagesAtOnePlace).cut());

    private OverlayChecks() {}

    private static Message message(int number) {
        return Message.number(number, PORT);
    }

    private static HypervGuest boot(Scenario s, int vcpus) {
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        guest.listen(0, SOURCE);
        guest.messageChannel(PORT, 0, SOURCE);
        return guest;
    }

    private static long slotIn(long page) {
        return page + SOURCE * Hyperv.SLOT;
    }

    /** A place with RAM that is not zero. */
    private static long place(HypervGuest guest, int n) {
        return guest.scratch(n).fill(Hyperv.PAGE, RUBBISH).address();
    }

    private static void expectRubbish(HypervGuest guest, String when, long place) {
        byte[] expected = new byte[Hyperv.PAGE];
        Arrays.fill(expected, (byte) RUBBISH);
        byte[] actual = guest.page(guest.cpu(), place);
        for (int i = 0; i < actual.length; i++) {
            guest.scenario()
                    .expectEqual("RAM at 0x" + Long.toHexString(place + i) + " " + when, expected[i], actual[i]);
        }
    }

    /** HV-145: both pages. */
    private static void thePageIsItsOwn(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int register : new int[] {Hyperv.SIMP, Hyperv.SIEFP}) {
            long place = place(guest, register == Hyperv.SIMP ? 1 : 2);
            guest.set(register, Hyperv.on(place));
            s.expectEqual(
                    "bits in the page of " + Hyperv.name(register) + " when it is turned on the first time",
                    List.of(),
                    HypervGuest.bits(guest.page(guest.cpu(), place)));
        }
        guest.enableInterrupts(0);
        guest.set(Hyperv.sint(SOURCE), HypervGuest.VECTOR);
        guest.set(Hyperv.SCONTROL, 1);
        guest.messageChannel(PORT, 0, SOURCE);
        guest.vmmPosts(PORT, message(1));
        guest.expectSlotAt(
                "over RAM that is not zero",
                guest.cpu(),
                slotIn(guest.scratch(1).address()),
                message(1),
                false);
        guest.expectInterrupts("for the message", 0, 1);
    }

    /** HV-146. */
    private static void aMessageMovesWithThePage(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.vmmPosts(PORT, message(1));
        guest.expectInterrupts("for the message", 0, 1);
        long place = place(guest, 1);
        guest.set(Hyperv.SIMP, Hyperv.on(place));
        guest.expectSlotAt("after the move", guest.cpu(), slotIn(place), message(1), false);
        guest.expectEmpty("at the old place", 0, SOURCE);
        guest.expectInterrupts("for the move", 0, 0);
        guest.cpu().put(slotIn(place), AccessWidth.WORD, 0);
        guest.eom(0);
        s.expectEqual(
                "type in the slot when the message was taken",
                0,
                guest.slotAt(guest.cpu(), slotIn(place)).type());
        guest.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
        guest.expectEmpty("moved back when the message was taken", 0, SOURCE);
        guest.expectInterrupts("in the end", 0, 0);
    }

    /** HV-147: with the slot in use, and emptied. */
    private static void whatWaitsSurvivesAMove(Scenario s) {
        for (boolean isEmptied : new boolean[] {false, true}) {
            HypervGuest guest = boot(s, 1);
            for (int i = 0; i < 5; i++) {
                guest.vmmPosts(PORT, message(i));
            }
            guest.expectInterrupts("for the first message", 0, 1);
            if (isEmptied) {
                guest.clear(0, SOURCE);
            }
            guest.set(Hyperv.SIMP, Hyperv.on(place(guest, 1)));
            guest.takeInterrupts(0);
            guest.set(Hyperv.SIMP, Hyperv.on(place(guest, 2)));
            guest.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
            if (isEmptied) {
                guest.eom(0);
            }
            List<Message> expected = new ArrayList<>();
            for (int i = isEmptied ? 1 : 0; i < 5; i++) {
                expected.add(message(i));
            }
            guest.expectDrained("after three moves", 0, SOURCE, expected);
        }
    }

    /** HV-148: what the guest wrote there, too. */
    private static void slotsSurviveOffAndOn(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.vmmPosts(PORT, message(1));
        guest.vmmPosts(PORT, message(2));
        guest.expectInterrupts("for the first message", 0, 1);
        guest.cpu().put(HypervGuest.slotAddress(0, 11) + 32, AccessWidth.DOUBLEWORD, 0x1234_5678_9ABC_DEF0L);
        byte[] before = guest.page(guest.cpu(), HypervGuest.simp(0));
        guest.set(Hyperv.SIMP, HypervGuest.simp(0));
        guest.set(Hyperv.SIMP, 0);
        guest.set(Hyperv.SIMP, Hyperv.on(HypervGuest.simp(0)));
        byte[] after = guest.page(guest.cpu(), HypervGuest.simp(0));
        for (int i = 0; i < before.length; i++) {
            s.expectEqual("byte " + i + " of the page after off and on", before[i], after[i]);
        }
        guest.expectInterrupts("for off and on", 0, 0);
        guest.expectDrained("after off and on", 0, SOURCE, List.of(message(1), message(2)));
    }

    /** HV-149: turned off, and moved; with messages written to the page. */
    private static void ramComesBack(Scenario s) {
        HypervGuest guest = boot(s, 1);
        for (int register : new int[] {Hyperv.SIMP, Hyperv.SIEFP}) {
            String name = Hyperv.name(register);
            long first = place(guest, 1);
            long second = place(guest, 2);
            guest.set(register, Hyperv.on(first));
            guest.vmmPosts(PORT, message(1));
            guest.cpu().put(first + 0x800, AccessWidth.DOUBLEWORD, -1);
            guest.set(register, Hyperv.on(second));
            expectRubbish(guest, "after " + name + " moved away", first);
            guest.set(register, second);
            expectRubbish(guest, "after " + name + " was turned off", second);
            guest.set(register, Hyperv.on(second));
            s.expectEqual(
                    "what the guest wrote to the page of " + name,
                    -1,
                    guest.cpu().get(second + 0x800, AccessWidth.DOUBLEWORD));
            guest.cpu().put(second + 0x800, AccessWidth.DOUBLEWORD, 0);
            guest.set(register, 0);
            guest.set(register, Hyperv.on(register == Hyperv.SIMP ? HypervGuest.simp(0) : HypervGuest.siefp(0)));
            expectRubbish(guest, "after all this with " + name, second);
            guest.drain(0, SOURCE);
        }
    }

    /** HV-150: posted by the VMM and by the other vCPU. */
    private static void aMoveAndAMessageMeet(Scenario s) {
        for (boolean isVmm : new boolean[] {true, false}) {
            Interleaving.explore(s, () -> {
                HypervGuest guest = boot(s, 2);
                long place = place(guest, 1);
                Program program = new Program(guest, guest.cpu()).set(Hyperv.SIMP, Hyperv.on(place));
                return new Interleaving.Race(
                        guest.rig(),
                        program.write(),
                        () -> {
                            program.witnessSide();
                            if (isVmm) {
                                guest.vmmPosts(PORT, message(1));
                            } else {
                                guest.post(guest.cpu(1), PORT, message(1));
                            }
                        },
                        when -> {
                            program.expectResults(when);
                            guest.expectSlotAt(
                                    "at the new place " + when, guest.cpu(), slotIn(place), message(1), false);
                            guest.expectEmpty("at the old place " + when, 0, SOURCE);
                            guest.expectInterrupts(when, 0, 1);
                            guest.set(Hyperv.SIMP, 0);
                            expectRubbish(guest, "below the page " + when, place);
                        });
            });
        }
    }

    /** HV-151. */
    private static void aPageIsInRam(Scenario s) {
        HypervGuest guest = boot(s, 1);
        guest.vmmPosts(PORT, message(1));
        guest.expectInterrupts("for the message", 0, 1);
        long[] beyond = {
            HypervGuest.HOLE, GicGuest.DISTRIBUTOR, GuestLayout.RAM.end(), 1L << 47, 0xFFFF_FFFF_FFFF_F000L, 0
        };
        for (long place : beyond) {
            for (int register : new int[] {Hyperv.SIMP, Hyperv.SIEFP}) {
                long before = guest.get(register);
                Result result = guest.trySet(register, Hyperv.on(place));
                String what = Hyperv.name(register) + " at 0x" + Long.toHexString(place);
                s.expectEqual("status of Set of " + what, Hyperv.INVALID_PARAMETER, result.status());
                s.expectEqual("completed elements of Set of " + what, 0, result.completed());
                guest.expectRegister("after a move beyond RAM", register, before);
            }
            guest.expectSlot("after a move beyond RAM", 0, SOURCE, message(1), false);
        }
        guest.receive("", 0, SOURCE);
        guest.vmmPosts(PORT, message(2));
        guest.expectSlot("in the end", 0, SOURCE, message(2), false);
        guest.expectInterrupts("in the end", 0, 1);
    }

    /** HV-152: refused or not; the third vCPU's page stays as it is. */
    private static void twoPagesAtOnePlace(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s, 3);
        guest.listenAll(SOURCE);
        for (int i = 0; i < 3; i++) {
            guest.messageChannel(PORT + i, i, SOURCE);
        }
        guest.vmmPosts(PORT + 2, Message.number(5, PORT + 2));
        guest.expectInterrupts("for its message", 2, 1);
        byte[] third = guest.page(guest.cpu(2), HypervGuest.simp(2));
        GuestBlock place = guest.scratch(1).fill(Hyperv.PAGE, RUBBISH);
        for (int register : new int[] {Hyperv.SIMP, Hyperv.SIEFP}) {
            for (int i = 0; i < 2; i++) {
                int status = guest.trySet(guest.cpu(i), register, Hyperv.on(place.address()))
                        .status();
                s.expectOneOf(
                        "status of the Set of vCPU " + i + " of " + Hyperv.name(register),
                        status,
                        Hyperv.SUCCESS,
                        Hyperv.INVALID_PARAMETER);
            }
            for (int i = 0; i < 2; i++) {
                guest.messagePort(PORT + i).post(1, new byte[8]);
                guest.synic().signal(i, SOURCE, 7);
            }
            s.expectThat(
                    "the page of the third vCPU stays",
                    Arrays.equals(third, guest.page(guest.cpu(2), HypervGuest.simp(2))));
            guest.expectFlags("as its page is its own", 2);
            guest.expectInterrupts("as its page is its own", 2, 0);
            for (int i = 0; i < 2; i++) {
                guest.set(guest.cpu(i), register, 0);
            }
            expectRubbish(guest, "when both pages are off", place.address());
        }
        for (int i = 0; i < 2; i++) {
            guest.set(guest.cpu(i), Hyperv.SIMP, Hyperv.on(HypervGuest.simp(i)));
            guest.set(guest.cpu(i), Hyperv.SIEFP, Hyperv.on(HypervGuest.siefp(i)));
            guest.drain(i, SOURCE);
            guest.takeInterrupts(i);
            guest.vmmPosts(PORT + i, Message.number(6, PORT + i));
            guest.expectSlot("at its own place again", i, SOURCE, Message.number(6, PORT + i), false);
        }
    }
}
