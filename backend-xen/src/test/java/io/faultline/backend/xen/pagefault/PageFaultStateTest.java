/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest has registered and is waiting for goes on in another machine. */
class PageFaultStateTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void aFaultGoesOnWhereverItIsSaved(int step) {
        PageFaultRig rig = new PageFaultRig(1);
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
        assertEquals(new GuestStep.Diverted(PageFaultRig.vectors(0) + 0x480), rig.touch(0, page));
        maybe.run();
        GuestNotification.NotPresent told =
                assertInstanceOf(GuestNotification.NotPresent.class, rig.driver.identify(rig.cpu(0), rig.setup(0)));
        maybe.run();
        rig.answer(0, told.token(), GuestAnswer.ASYNCHRONOUS);
        maybe.run();
        rig.pages().poll();
        rig.complete(page);
        maybe.run();
        assertEquals(new GuestNotification.Ready(told.token()), rig.take(0));
        maybe.run();
        assertFalse(rig.isDue(0));
        assertInstanceOf(GuestStep.Retired.class, rig.touch(0, page));
        long next = rig.waitFor(0, rig.absent(1));
        rig.complete(PageFaultRig.page(1));
        assertEquals(new GuestNotification.Ready(next), rig.take(0));
    }

    @Test
    void anAnswerThatNobodyHasSeenTravels() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        long page = rig.absent(0);
        long token = rig.announced(0, page);
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertEquals(SharedArea.DECLINED, rig.state(0));
        rig.move();
        PageFaultRig.waits(rig.cpu(0).resume());
        assertEquals(1, rig.counters().declined());
        rig.complete(page);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
    }

    @Test
    void theAreaStaysPinned() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        rig.move();
        assertTrue(rig.pages().isPinned(PageFaultRig.area(0)));
        assertThrows(HypervisorException.class, () -> rig.pages().evict(PageFaultRig.area(0)));
    }

    @Test
    void aRestoredMachineWakesAllIfItIsSaidSo() {
        PageFaultRig rig = new PageFaultRig(1, Map.of("xen.apf-restore", "wake-all"));
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        rig.move();
        rig.pages().poll();
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        assertEquals(1, rig.counters().coveredByWakeAll());
    }

    @Test
    void aRestoredMachineDrainsIfItIsSaidSo() {
        PageFaultRig rig = new PageFaultRig(1, Map.of("xen.apf-restore", "drain"));
        rig.enable(0);
        long token = rig.waitFor(0, rig.absent(0));
        rig.move();
        rig.pages().poll();
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    @Test
    void aMachineWithoutTheOfferRefuses() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        SavedState state = SavedState.fromBytes(rig.machine.save().toBytes());
        Machine without = rig.backend
                .plan(MachineRequest.builder()
                        .memory(MemoryRegion.ram(PageFaultRig.RAM, PageFaultRig.RAM_BYTES))
                        .memory(new MemoryRegion(PageFaultRig.ROM, 0x1000, false))
                        .build())
                .build();
        assertEquals(
                ErrorId.INCOMPATIBLE_STATE,
                assertThrows(HypervisorException.class, () -> without.restore(state))
                        .id());
    }

    @Test
    void registrationsOfTheOldMachineDoNotWriteIntoTheNewOne() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        long before = rig.producer(0);
        rig.move();
        rig.move();
        assertEquals(before, rig.producer(0));
        assertEquals(1, rig.counters().outstanding());
    }

    private static void refused(PageFaultRig rig, String name, long... words) {
        SavedState state = rig.machine.save();
        String path = state.values().keySet().stream()
                .filter(key -> key.endsWith("/apf/" + name))
                .findFirst()
                .orElseThrow();
        Map<String, StateValue> values = new TreeMap<>(state.values());
        values.put(path, new StateValue.Words(words));
        SavedState changed = new SavedState(state.backend(), state.version(), values);
        HypervisorException refused = assertThrows(HypervisorException.class, () -> rig.machine.restore(changed));
        assertEquals(ErrorId.INVALID_STATE, refused.id(), refused.getMessage());
        assertEquals(state, rig.machine.save());
    }

    @Test
    void stateThatCannotBeIsRefused() {
        PageFaultRig rig = new PageFaultRig(2);
        rig.enable(0);
        rig.waitFor(0, rig.absent(0));
        long area = PageFaultRig.area(0);
        for (long wrong : new long[] {0, 8, area + 8, area + 0xFC0, -2, Long.MIN_VALUE, 0x3000_0000L, 1L << 40}) {
            refused(rig, "areas", wrong, -1);
        }
        refused(rig, "areas", -1, -1);
        refused(rig, "areas", area, area);
        for (long wrong : new long[] {0, 3, 512, -4, 1L << 32 | 4}) {
            refused(rig, "entries", wrong, 0);
        }
        refused(rig, "entries", 128, 1);
        for (long wrong : new long[] {0, 1, -1, 1L << 32 | rig.port(0), 1 << 17}) {
            refused(rig, "ports", wrong, 0);
        }
        refused(rig, "ports", rig.port(0), 1);
        refused(rig, "flags", 2, 0);
        refused(rig, "flags", -1, 0);
        refused(rig, "producers", 1L << 32, 0);
        refused(rig, "producers", -1, 0);
        refused(rig, "in-hand", -1, 0);
        refused(rig, "in-hand", (1L << 32) + 1, 0);
        rig.move();
        assertEquals(1, rig.counters().outstanding());
    }

    @Test
    void aRegistrationThatTheEngineDoesNotKnowIsRefused() {
        PageFaultRig rig = new PageFaultRig(1);
        rig.enable(0);
        SavedState state = rig.machine.save();
        Map<String, StateValue> values = new TreeMap<>(state.values());
        values.keySet().stream()
                .filter(key -> key.endsWith("faults/enabled"))
                .findFirst()
                .ifPresent(key -> values.put(key, new StateValue.Words(new long[] {0})));
        SavedState changed = new SavedState(state.backend(), state.version(), values);
        HypervisorException refused = assertThrows(HypervisorException.class, () -> rig.machine.restore(changed));
        assertEquals(ErrorId.INVALID_STATE, refused.id(), refused.getMessage());
    }
}
