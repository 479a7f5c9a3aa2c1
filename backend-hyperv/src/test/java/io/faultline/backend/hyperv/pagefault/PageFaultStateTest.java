/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.backend.hyperv.Forged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest has set up and is waiting for goes on in another machine. */
class PageFaultStateTest {
    private static final String STATE = "page-fault-control/";

    @ParameterizedTest
    @CsvSource({
        "0, false",
        "1, false",
        "2, false",
        "3, false",
        "4, false",
        "5, false",
        "6, false",
        "7, false",
        "0, true",
        "1, true",
        "2, true",
        "3, true",
        "4, true",
        "5, true",
        "6, true",
        "7, true"
    })
    void aFaultGoesOnWhereverItIsSaved(int step, boolean byFlag) {
        PageFaultRig rig = new PageFaultRig(1, byFlag);
        int[] at = {0};
        Runnable maybe = () -> {
            if (at[0]++ == step) {
                rig.move();
            }
        };
        rig.start(0);
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        maybe.run();
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        maybe.run();
        long page = rig.absent(0);
        maybe.run();
        assertEquals(new GuestStep.Diverted(PageFaultRig.handler(0) + 0x400), rig.touch(0, page));
        maybe.run();
        GuestNotification.NotPresent told =
                assertInstanceOf(GuestNotification.NotPresent.class, rig.driver.identify(rig.cpu(0), rig.setup(0)));
        maybe.run();
        rig.answer(0, told.token(), GuestAnswer.ASYNCHRONOUS);
        maybe.run();
        rig.pages().poll();
        rig.complete(page);
        maybe.run();
        rig.takesReady(0, told.token());
        maybe.run();
        assertFalse(rig.isDue(0));
        assertInstanceOf(GuestStep.Retired.class, rig.touch(0, page));
        long next = rig.waitFor(0, rig.absent(1));
        rig.complete(PageFaultRig.page(1));
        rig.takesReady(0, next);
    }

    @Test
    void anAnswerThatNobodyHasSeenTravels() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.enable(0);
        long page = rig.absent(0);
        long token = rig.announced(0, page);
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertEquals(FaultInformation.SYNCHRONOUS, rig.state(0));
        rig.move();
        PageFaultRig.waits(rig.cpu(0).resume());
        assertEquals(1, rig.counters().declined());
        rig.complete(page);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
    }

    /** HV-169, HV-186. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWaitsForTheControllerTravels(boolean byFlag) {
        PageFaultRig rig = new PageFaultRig(1, byFlag);
        rig.enable(0);
        long[] tokens = new long[3];
        for (int n = 0; n < tokens.length; n++) {
            tokens[n] = rig.waitFor(0, rig.absent(n));
        }
        rig.complete(PageFaultRig.page(2));
        rig.synic(0, false);
        rig.complete(PageFaultRig.page(1));
        rig.move();
        rig.synicPage(0, false);
        rig.complete(PageFaultRig.page(0));
        rig.move();
        rig.synic(0, true);
        rig.synicPage(0, true);
        rig.takesReady(0, tokens[2]);
        rig.takesReady(0, tokens[1]);
        rig.move();
        rig.takesReady(0, tokens[0]);
        assertFalse(rig.isDue(0));
    }

    @Test
    void flagsGoOnInTurn() {
        PageFaultRig rig = new PageFaultRig(1, true, "hyperv.apf-slots=5");
        rig.enable(0);
        for (int n = 0; n < 20; n++) {
            long token = rig.waitFor(0, rig.absent(n));
            rig.move();
            rig.complete(PageFaultRig.page(n));
            assertEquals(1 << (n + 1) % 6, rig.word(PageFaultRig.slot(0)));
            rig.takesReady(0, token);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRestoredMachineWakesAllIfItIsSaidSo(boolean byFlag) {
        PageFaultRig rig = new PageFaultRig(1, byFlag, "hyperv.apf-restore=wake-all");
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.waitFor(0, rig.absent(1));
        rig.complete(PageFaultRig.page(0));
        rig.move();
        rig.pages().poll();
        assertInstanceOf(GuestNotification.Ready.class, rig.take(0), "it was told before");
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        assertFalse(rig.isDue(0));
        assertEquals(1, rig.counters().coveredByWakeAll());
    }

    @Test
    void aWakeAllTakesTheMessageThatWaits() {
        PageFaultRig rig = new PageFaultRig(1, false, "hyperv.apf-restore=wake-all");
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.synic(0, false);
        rig.complete(PageFaultRig.page(0));
        rig.move();
        rig.synic(0, true);
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        assertFalse(rig.isDue(0));
    }

    @Test
    void aRestoredMachineDrainsIfItIsSaidSo() {
        PageFaultRig rig = new PageFaultRig(1, false, "hyperv.apf-restore=drain");
        rig.enable(0);
        long token = rig.waitFor(0, rig.absent(0));
        rig.move();
        rig.pages().poll();
        rig.takesReady(0, token);
    }

    @Test
    void aMachineWithoutTheOfferRefuses() {
        PageFaultRig rig = new PageFaultRig(1, false);
        rig.enable(0);
        SavedState state = SavedState.fromBytes(rig.machine.save().toBytes());
        Machine without = rig.backend
                .plan(MachineRequest.builder()
                        .memory(MemoryRegion.ram(PageFaultRig.RAM, PageFaultRig.RAM_BYTES))
                        .build())
                .build();
        assertEquals(
                ErrorId.INCOMPATIBLE_STATE,
                assertThrows(HypervisorException.class, () -> without.restore(state))
                        .id());
    }

    private static void refused(PageFaultRig rig, String name, long... words) {
        SavedState state = rig.machine.save();
        SavedState changed = Forged.value(state, name, new StateValue.Words(words));
        HypervisorException refused = assertThrows(HypervisorException.class, () -> rig.machine.restore(changed));
        assertEquals(ErrorId.INVALID_STATE, refused.id(), refused.getMessage());
        assertEquals(state, rig.machine.save());
    }

    @Test
    void stateThatCannotBeIsRefused() {
        PageFaultRig rig = new PageFaultRig(2, false, "hyperv.apf-ready=message");
        rig.enable(0);
        long token = rig.announced(0, rig.absent(0));
        long good = rig.control();
        for (long wrong : new long[] {good | 8, good | 4, good | 1L << 40, 1, 1 | 7 << 16, good & ~1}) {
            refused(rig, STATE + "control", wrong, 0);
        }
        refused(rig, STATE + "control", good, good);
        for (long wrong : new long[] {-1, (1L << 32) + 1, token, token + 2}) {
            refused(rig, STATE + "in-hand", wrong, 0);
        }
        refused(rig, STATE + "in-hand", token + 1, 1);
        refused(rig, STATE + "flags", 65, 0);
        refused(rig, STATE + "flags", -1, 0);
        refused(rig, "faults/enabled", 0, 0);
        refused(rig, "faults/enabled", 1, 1);
        rig.move();
        assertEquals(1, rig.counters().outstanding());
    }

    @Test
    void aMessageOfPageFaultsIsOfTheirSource() {
        PageFaultRig rig = new PageFaultRig(2, false);
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.synic(0, false);
        rig.complete(PageFaultRig.page(0));
        SavedState state = rig.machine.save();
        for (long queue : new long[] {0, 6, 16 + 5}) {
            SavedState changed = Forged.value(state, "queues/queues", new StateValue.Words(new long[] {queue}));
            assertEquals(
                    ErrorId.INVALID_STATE,
                    assertThrows(HypervisorException.class, () -> rig.machine.restore(changed))
                            .id());
        }
        SavedState other = Forged.value(state, "queues/keys", new StateValue.Words(new long[] {1}));
        assertThrows(HypervisorException.class, () -> rig.machine.restore(other));
        rig.machine.restore(state);
        rig.synic(0, true);
        assertInstanceOf(GuestNotification.Ready.class, rig.take(0));
    }
}
