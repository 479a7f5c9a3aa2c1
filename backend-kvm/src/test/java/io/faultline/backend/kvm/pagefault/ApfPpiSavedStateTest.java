/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
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
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines in which one PPI carries both notifications, and that go on elsewhere. */
class ApfPpiSavedStateTest {
    private static final String PATH = "kvm/page-fault-interface/apf-ppi/";

    private final ApfRig rig = rig(Map.of());

    private static ApfRig rig(Map<String, String> more) {
        Map<String, String> settings = new TreeMap<>(more);
        settings.put("apf.route", "ppi");
        ApfRig rig = new ApfRig(2, settings, PageFaultDecoration.NONE);
        rig.enable(0);
        for (int i = 0; i < 4; i++) {
            rig.pages().discard(page(i));
        }
        return rig;
    }

    private ApfRig moved(Map<String, String> settings) {
        ApfRig other = rig(settings);
        other.machine.restore(SavedState.fromBytes(rig.machine.save().toBytes()));
        other.requests.clear();
        return other;
    }

    @Test
    void notPresentThatWasNotTakenIsTakenThere() {
        rig.start(0);
        // The priority mask keeps it pending.
        rig.cpu(0).write(io.faultline.api.arm64.SystemRegister.ICC_PMR_EL1, 0x80);
        rig.hidden(0, page(0));
        ApfRig other = moved(Map.of());
        assertEquals(1, other.word(area(0)));
        other.cpu(0).write(io.faultline.api.arm64.SystemRegister.ICC_PMR_EL1, 0xF0);
        assertEquals(
                new GuestStep.Diverted(ApfRig.vectors(0) + 0x480), other.cpu(0).resume());
        assertEquals(new GuestNotification.NotPresent(0x1000), other.driver.identify(other.cpu(0), other.setup(0)));
        other.answer(0, 0x1000, GuestAnswer.ASYNCHRONOUS);
        other.complete(page(0));
        assertEquals(new GuestNotification.Ready(0x1000), other.take(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"carry", "wake-all", "drain"})
    void anAcknowledgementGivenThereCounts(String restore) {
        long token = rig.announced(0, page(0));
        ApfRig other = moved(Map.of("apf.restore", restore));
        other.complete(page(0));
        assertEquals(0, other.word(area(0)), "nothing before the acknowledgement");
        other.answer(0, token, GuestAnswer.ASYNCHRONOUS);
        assertEquals(
                restore.equals("wake-all") ? new GuestNotification.WakeAll() : new GuestNotification.Ready(token),
                other.take(0));
        assertEquals(0, other.counters().outstanding());
    }

    @Test
    void aReplyGivenThereCounts() {
        long token = rig.announced(0, page(0));
        ApfRig other = moved(Map.of());
        other.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertInstanceOf(GuestStep.Stopped.class, other.touchHere(0, page(0)));
        assertEquals(1, other.counters().declined());
    }

    @Test
    void aReplyGivenBeforeIsNotForgotten() {
        long token = rig.announced(0, page(0));
        assertEquals(0, rig.ask(0, ApfFunction.REPLY, token, 1));
        ApfRig other = moved(Map.of());
        assertEquals(-3, other.ask(0, ApfFunction.REPLY, token, 0));
        assertEquals(0, other.ask(0, ApfFunction.IRQ_ACK));
        other.complete(page(0));
        assertEquals(0, other.word(area(0)));
    }

    @Test
    void aMachineOfTheOtherRouteRefuses() {
        SavedState state = rig.machine.save();
        ApfRig sdei = new ApfRig(2, Map.of(), PageFaultDecoration.NONE);
        assertEquals(
                ErrorId.INCOMPATIBLE_STATE,
                assertThrows(HypervisorException.class, () -> sdei.machine.restore(state))
                        .id());
    }

    @Test
    void impossibleStatesAreRefused() {
        rig.announced(0, page(0));
        Map<String, StateValue> good = rig.machine.save().values();
        long control = area(0) | 1;
        refuse(good, "control", control | 2, 0);
        refuse(good, "control", control, 2);
        refuse(good, "control", 0, 0);
        refuse(good, "control", control, area(1) | 1);
        refuse(good, "unacknowledged", 0, 0);
        refuse(good, "unacknowledged", 2, 0);
        refuse(good, "unacknowledged", 1, 1);
        refuse(good, "in-hand", 0x2001, 0);
        refuse(good, "in-hand", 0x1001, 0x1001);
        refuse(good, "in-hand", -1, 0);
        assertTrue(good.containsKey(PATH + "in-hand"));
        rig.machine.restore(rig.machine.save());
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK), "the machine is as it was");
    }

    @Test
    void anAcknowledgementIsNotAwaitedWhileTheLineIsLow() {
        Map<String, StateValue> good = rig.machine.save().values();
        refuse(good, "unacknowledged", 1, 0);
    }

    @Test
    void anAcknowledgementIsNotAwaitedWhileReadyIsShown() {
        rig.waitFor(0, page(0));
        rig.complete(page(0));
        Map<String, StateValue> good = rig.machine.save().values();
        refuse(good, "unacknowledged", 1, 0);
        assertFalse(good.isEmpty());
    }

    private void refuse(Map<String, StateValue> good, String name, long... words) {
        Map<String, StateValue> bad = new TreeMap<>(good);
        bad.put(PATH + name, new StateValue.Words(words));
        SavedState state = new SavedState("kvm", rig.machine.save().version(), bad);
        assertEquals(
                ErrorId.INVALID_STATE,
                assertThrows(HypervisorException.class, () -> rig.machine.restore(state), name)
                        .id());
    }
}
