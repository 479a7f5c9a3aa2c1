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

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Machines that go on elsewhere. */
class ApfSavedStateTest {
    private final ApfRig rig = rig(Map.of());

    private static ApfRig rig(Map<String, String> settings) {
        return new ApfRig(2, settings, PageFaultDecoration.NONE);
    }

    private ApfRig moved(Map<String, String> settings) {
        ApfRig other = rig(settings);
        other.machine.restore(SavedState.fromBytes(rig.machine.save().toBytes()));
        other.requests.clear();
        return other;
    }

    private void prepare() {
        rig.enable(0);
        for (int i = 0; i < 4; i++) {
            rig.pages().discard(page(i));
        }
    }

    @Test
    void announcedFaultsGoOnWithTheirTokensAndTheirPagesAreAskedForAgain() {
        prepare();
        rig.waitFor(0, page(0));
        rig.waitFor(0, page(1));
        rig.complete(page(1));
        ApfRig other = moved(Map.of());
        assertEquals(new GuestNotification.Ready(0x2000), other.take(0), "shown before the move");
        assertEquals(1, other.requests.size());
        other.complete(page(0));
        assertEquals(new GuestNotification.Ready(0x1000), other.take(0));
        assertEquals(0x3000, other.waitFor(0, page(2)));
        assertEquals(3, other.counters().announced());
    }

    @Test
    void anEventThatWasNotTakenIsTakenThere() {
        prepare();
        rig.user(0);
        rig.cpu(0).x(1, page(0));
        rig.word(rig.cpu(0).pc(), 0xF940_0020L);
        rig.cpu(0).vcpu().run(RunBudget.instructions(1));
        ApfRig other = moved(Map.of());
        assertEquals(
                new GuestStep.Diverted(other.setup(0).handler()), other.cpu(0).resume());
        assertEquals(new GuestNotification.NotPresent(0x1000), other.driver.identify(other.cpu(0), other.setup(0)));
        other.answer(0, 0x1000, GuestAnswer.ASYNCHRONOUS);
        other.complete(page(0));
        assertEquals(new GuestNotification.Ready(0x1000), other.take(0));
    }

    @Test
    void anAnswerGivenThereCounts() {
        prepare();
        long token = rig.announced(0, page(0));
        ApfRig other = moved(Map.of());
        other.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertInstanceOf(GuestStep.Stopped.class, other.touchHere(0, page(0)));
        other.complete(page(0));
        assertEquals(1, other.counters().declined());
        assertFalse(other.isDue(0));
    }

    @Test
    void aParkedVcpuTriesAgain() {
        prepare();
        rig.start(0);
        rig.touchHere(0, page(3));
        ApfRig other = moved(Map.of());
        assertInstanceOf(VcpuExit.WaitForPage.class, other.cpu(0).vcpu().step());
        assertEquals(1, other.requests.size());
        other.complete(page(3));
        assertInstanceOf(GuestStep.Retired.class, other.cpu(0).resume());
        assertEquals(0x0303_0303_0303_0303L, other.cpu(0).x(0));
        assertEquals(0, other.counters().repeated());
    }

    @Test
    void aWakeAllMayEndEverything() {
        prepare();
        rig.waitFor(0, page(0));
        rig.waitFor(0, page(1));
        rig.complete(page(1));
        ApfRig other = moved(Map.of("apf.restore", "wake-all"));
        assertEquals(new GuestNotification.Ready(0x2000), other.take(0), "shown before the move (APF-162)");
        assertEquals(new GuestNotification.WakeAll(), other.take(0));
        other.complete(page(0));
        assertFalse(other.isDue(0));
        assertEquals(1, other.counters().coveredByWakeAll());
        assertEquals(-2, other.control(1, 0), "the other vCPU is disabled");
        assertFalse(other.isDue(1), "APF-167");
    }

    @Test
    void everyFaultMayGetItsReady() {
        prepare();
        rig.waitFor(0, page(0));
        ApfRig other = moved(Map.of("apf.restore", "drain"));
        assertEquals(new GuestNotification.Ready(0x1000), other.take(0));
        assertEquals(0x2000, other.waitFor(0, page(0)));
    }

    @Test
    void aMachineWithoutTheInterfaceRefuses() {
        ApfRig bare = new ApfRig(2, Map.of(), PageFaultDecoration.NONE, UnaryOperator.identity());
        SavedState state = rig.machine.save();
        HypervisorException refusal = assertThrows(HypervisorException.class, () -> bare.machine.restore(state));
        assertEquals(ErrorId.INCOMPATIBLE_STATE, refusal.id());
    }

    @Test
    void impossibleControlIsRefused() {
        prepare();
        Map<String, StateValue> good = rig.machine.save().values();
        String path = "kvm/page-fault-interface/apf/";
        refuse(good, path + "control", area(0) | 1 | 4, 0);
        refuse(good, path + "control", area(0), 0);
        refuse(good, path + "control", 0x1000 | 1, 0);
        refuse(good, path + "control", area(0) | 1);
        refuse(good, path + "in-hand", 1L << 32, 0);
        refuse(good, path + "in-hand", 0, -1);
        rig.cpu(0).write(CoreRegister.x(5), 5);
        assertEquals(-2, rig.control(0, area(0) | 1), "the machine is as it was");
    }

    private void refuse(Map<String, StateValue> good, String path, long... words) {
        Map<String, StateValue> bad = new TreeMap<>(good);
        bad.put(path, new StateValue.Words(words));
        SavedState state = new SavedState("kvm", rig.machine.save().version(), bad);
        assertEquals(
                ErrorId.INVALID_STATE,
                assertThrows(HypervisorException.class, () -> rig.machine.restore(state))
                        .id());
    }
}
