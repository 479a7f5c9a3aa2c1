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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SmcccFunctionId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both notifications by one PPI. */
class ApfPpiTest {
    private static final long ENABLED = 1;

    private final ApfRig rig = rig(Map.of());

    private static ApfRig rig(Map<String, String> more) {
        Map<String, String> settings = new TreeMap<>(more);
        settings.put("apf.route", "ppi");
        ApfRig rig = new ApfRig(2, settings, PageFaultDecoration.NONE);
        for (int i = 0; i < 4; i++) {
            rig.pages().discard(page(i));
        }
        return rig;
    }

    private long value(ApfFunction function) {
        assertEquals(0, rig.ask(0, function));
        return rig.cpu(0).x(1);
    }

    @Test
    void theInterfaceHasItsOwnNumberAndItsOwnCalls() {
        assertEquals(1, rig.call(0, Smccc.VENDOR_HYP_FEATURES));
        assertEquals(0, rig.cpu(0).x(1));
        assertEquals(1 << 2, rig.cpu(0).x(2));
        assertEquals(0x1_0000, value(ApfFunction.VERSION));
        assertEquals(64, value(ApfFunction.SLOTS));
        assertEquals(ApfRig.INTERRUPT, value(ApfFunction.IRQ));
        assertEquals(-1, rig.call(0, 0x8600_0042, 6));
        assertEquals(-1, rig.call(0, 0x8600_0042, -1));
        assertEquals(-1, rig.call(0, 0x8600_0002, 0));
        assertTrue(rig.driver.discover(rig.cpu(0)));
    }

    @Test
    void theCapabilitiesSayWhichRouteItIs() {
        var capabilities = rig.machine.capabilities();
        assertEquals(
                new AsyncPageFaultLimits("kvm-ppi", 64, false, false),
                capabilities.get(Capabilities.ASYNC_PAGE_FAULTS).orElseThrow());
        assertEquals(
                new SmcccFunctionId(0x8600_0042),
                capabilities.get(Capabilities.APF_KVM_PPI).orElseThrow());
        assertFalse(capabilities.has(Capabilities.APF_KVM_SDEI));
        assertFalse(capabilities.has(Capabilities.APF_IMMEDIATE));
        assertTrue(capabilities.has(Capabilities.APF_DECLINE));
        assertTrue(rig(Map.of("apf.inject", "taken")).machine.capabilities().has(Capabilities.APF_IMMEDIATE));
        assertFalse(rig(Map.of("apf.reply", "ignored")).machine.capabilities().has(Capabilities.APF_DECLINE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdei.dispatcher=present", "sdei.dispatcher=absent", "apf.inject=taken"})
    void aFaultIsAnnouncedAndItsPageBecomesReady(String setting) {
        ApfRig other = rig(Map.of(setting.split("=")[0], setting.split("=")[1]));
        other.enable(0);
        long token = other.waitFor(0, page(0));
        assertEquals(0x1000, token);
        assertEquals(other.setup(0).resume(), other.cpu(0).pc());
        assertEquals(ApfRig.el0(0), other.cpu(0).read(SystemRegister.ELR_EL1));
        assertFalse(other.isDue(0));
        other.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), other.take(0));
        assertInstanceOf(GuestStep.Retired.class, other.touch(0, page(0)));
        assertEquals(1, other.counters().ready());
        assertEquals(0, other.counters().outstanding());
    }

    @Test
    void reservedBitsAndAnAddressAloneAreInvalid() {
        for (long bits = 2; bits < 64; bits += 2) {
            assertEquals(-3, rig.control(0, area(0) | ENABLED | bits));
        }
        assertEquals(-3, rig.control(0, area(0)));
        assertEquals(-3, rig.control(0, ENABLED | ApfRig.ROM));
        assertEquals(-3, rig.control(0, ENABLED | 0x1000));
        assertEquals(-2, rig.control(0, 0));
        assertEquals(0, rig.control(0, area(0) | ENABLED));
        assertEquals(-2, rig.control(0, area(0) | ENABLED));
        assertEquals(-3, rig.control(0, area(0)));
        assertEquals(-2, rig.control(0, area(0) | ENABLED), "still enabled");
    }

    @Test
    void theAreaMayMoveWhileEnabled() {
        rig.enable(0);
        long before = rig.waitFor(0, page(0));
        long other = area(0) + 0x400;
        assertEquals(0, rig.control(0, other | ENABLED));
        assertFalse(rig.isDue(0), "no wake-all");
        rig.complete(page(0));
        assertEquals(0, rig.word(area(0)));
        assertEquals(2, rig.word(other));
        assertEquals(before, rig.word(other + 4));
    }

    @Test
    void anAreaThatMovesWhileNotPresentIsShownKeepsTheOldWordsAndNeedsTheSameAcknowledgement() {
        rig.enable(0);
        rig.touch(0, page(0));
        assertEquals(1, rig.word(area(0)));
        assertEquals(0, rig.control(0, area(0) + 0x400 | ENABLED));
        rig.complete(page(0));
        assertEquals(0, rig.word(area(0) + 0x400), "held back until the acknowledgement");
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK));
        assertEquals(2, rig.word(area(0) + 0x400));
        assertEquals(1, rig.word(area(0)), "the old area is the guest's again");
    }

    @Test
    void aRepeatedFaultParksAndIsNotAnnouncedAgain() {
        rig.enable(0);
        rig.waitFor(0, page(0));
        assertTrue(rig.hidden(0, page(0)).interruptible());
        assertEquals(1, rig.counters().repeated());
        assertEquals(1, rig.counters().announced());
        assertEquals(1, rig.requests.size());
    }

    @Test
    void aRepeatedFaultMaySpin() {
        ApfRig other = rig(Map.of("apf.repeated", "spin"));
        other.enable(0);
        long token = other.waitFor(0, page(0));
        other.user(0);
        other.cpu(0).x(1, page(0));
        other.word(ApfRig.el0(0), 0xF940_0020L);
        for (int i = 1; i <= 3; i++) {
            assertEquals(new VcpuExit.BudgetExhausted(10), other.cpu(0).vcpu().run(RunBudget.instructions(10)));
            assertEquals(ApfRig.el0(0), other.cpu(0).pc());
            assertEquals(10 * i, other.counters().repeated());
        }
        assertEquals(0, other.counters().parked());
        other.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), other.take(0));
    }

    @Test
    void theFirstTokenMayBeZero() {
        ApfRig other = rig(Map.of("apf.first-token", "zero"));
        other.enable(0);
        other.touch(0, page(0));
        assertEquals(1, other.word(area(0)));
        assertEquals(0, other.word(area(0) + 4));
        other.machine.restore(other.machine.save());
        other.word(area(0), 0);
        assertEquals(0, other.ask(0, ApfFunction.REPLY, 0, 0));
        assertEquals(-3, other.ask(0, ApfFunction.REPLY, 0, 0));
        assertEquals(0, other.ask(0, ApfFunction.IRQ_ACK));
        other.complete(page(0));
        assertEquals(2, other.word(area(0)));
        assertEquals(0, other.word(area(0) + 4));
    }

    // Reply

    @Test
    void notNowMeansThatTheVcpuWaitsAndNoReadyFollows() {
        rig.enable(0);
        long token = rig.announced(0, page(0));
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertEquals(ApfRig.el0(0), rig.cpu(0).pc());
        assertInstanceOf(GuestStep.Stopped.class, rig.touchHere(0, page(0)));
        assertEquals(1, rig.counters().declined());
        rig.complete(page(0));
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
    }

    @Test
    void aReplyIsGivenOnceForTheTokenThatIsShown() {
        rig.enable(0);
        rig.enable(1);
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, 0, 0), "the probe");
        long token = rig.announced(0, page(0));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, 0, 0));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, token + 1, 1));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, token, 2));
        assertEquals(-3, rig.ask(1, ApfFunction.REPLY, token, 1), "foreign");
        assertEquals(0, rig.counters().declined());
        assertEquals(0, rig.ask(0, ApfFunction.REPLY, token, 1));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, token, 1));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, token, 0));
        assertEquals(1, rig.counters().declined());
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, token, 0), "acknowledged");
        assertEquals(1, rig.counters().cancelled());
    }

    @Test
    void gotItLetsReadyComeAfterTheAcknowledgement() {
        rig.enable(0);
        long token = rig.announced(0, page(0));
        assertEquals(0, rig.ask(0, ApfFunction.REPLY, token, 0));
        rig.complete(page(0));
        assertEquals(0, rig.word(area(0)), "not-present is not acknowledged");
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK));
        assertEquals(2, rig.word(area(0)));
        assertEquals(token, rig.word(area(0) + 4));
    }

    @Test
    void aRefusedFaultWhosePageHasComeNeedsNothingMore() {
        rig.enable(0);
        long token = rig.announced(0, page(0));
        rig.complete(page(0));
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertInstanceOf(GuestStep.Retired.class, rig.touchHere(0, page(0)));
        assertFalse(rig.isDue(0));
    }

    @Test
    void whereAnswersAreIgnoredThereIsNoReply() {
        ApfRig other = rig(Map.of("apf.reply", "ignored"));
        other.enable(0);
        assertEquals(-1, other.ask(0, ApfFunction.REPLY, 0, 0));
        long token = other.announced(0, page(0));
        assertEquals(-1, other.ask(0, ApfFunction.REPLY, token, 1));
        assertEquals(0, other.ask(0, ApfFunction.IRQ_ACK));
        other.complete(page(0));
        assertEquals(2, other.word(area(0)));
        assertEquals(token, other.word(area(0) + 4));
    }

    // Guests that do not keep to it

    @Test
    void aGuestThatNeverAcknowledgesHurtsOnlyItself() {
        rig.enable(0);
        rig.enable(1);
        rig.announced(0, page(0));
        for (int i = 1; i < 4; i++) {
            rig.hidden(0, page(i));
        }
        assertEquals(3, rig.counters().vetoes().get("notification-outstanding"));
        long other = rig.waitFor(1, page(0));
        for (int i = 0; i < 4; i++) {
            rig.complete(page(i));
        }
        assertEquals(new GuestNotification.Ready(other), rig.take(1));
        assertEquals(0, rig.word(area(0)), "held back");
        assertEquals(1, rig.counters().outstanding());
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK), "a late acknowledgement");
        assertEquals(2, rig.word(area(0)));
    }

    @Test
    void acknowledgingTwiceEndsNothingThatWasNotShown() {
        rig.enable(0);
        long token = rig.announced(0, page(0));
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK));
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK));
        assertEquals(1, rig.counters().outstanding());
        rig.complete(page(0));
        assertEquals(2, rig.word(area(0)));
        assertEquals(token, rig.word(area(0) + 4));
    }

    @Test
    void acknowledgingBeforeTheWordsAreClearLosesNothing() {
        rig.enable(0);
        rig.touch(0, page(0));
        long token = rig.word(area(0) + 4);
        rig.complete(page(0));
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK));
        assertEquals(1, rig.word(area(0)), "not clear");
        rig.word(area(0), 0);
        rig.word(area(0) + 4, 0);
        assertEquals(0, rig.ask(0, ApfFunction.IRQ_ACK), "once more, and nothing is taken for what it has not seen");
        assertEquals(token, rig.word(area(0) + 4));
        assertEquals(0, rig.counters().outstanding(), "shown");
    }

    @Test
    void disablingWithEverythingOutstandingLeavesNothing() {
        rig.enable(0);
        rig.waitFor(0, page(1));
        rig.touch(0, page(0));
        assertEquals(0, rig.control(0, 0));
        assertEquals(0, rig.word(area(0)));
        assertEquals(0, rig.word(area(0) + 4));
        assertFalse(rig.isDue(0), "the line is low");
        assertEquals(2, rig.counters().cancelled());
        rig.complete(page(0));
        rig.complete(page(1));
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.word(area(0)));
        assertEquals(-3, rig.ask(0, ApfFunction.REPLY, 0x2000, 0));
        rig.enable(0);
        assertEquals(0x3000, rig.waitFor(0, page(2)));
    }

    @Test
    void disablingWhileReadyIsShownLowersTheLine() {
        rig.enable(0);
        rig.waitFor(0, page(0));
        rig.complete(page(0));
        assertEquals(2, rig.word(area(0)));
        assertEquals(0, rig.control(0, 0));
        assertEquals(0, rig.word(area(0)));
        assertFalse(rig.isDue(0));
    }

    @Test
    void disablingWhileTheAreaIsAwayClearsNothingAndIsDone() {
        rig.enable(0);
        rig.touch(0, page(0));
        rig.pages().discard(area(0));
        assertEquals(0, rig.control(0, 0));
        assertEquals(-2, rig.control(0, 0));
    }

    @Test
    void turningOffInTheMiddleLeavesNothing() {
        rig.enable(1);
        rig.touch(1, page(0));
        rig.start(1);
        rig.cpu(1).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
        rig.cpu(1).hypervisorCall(0);
        rig.complete(page(0));
        assertEquals(0, rig.counters().outstanding());
        rig.turnOn(1);
        rig.start(1);
        assertFalse(rig.isDue(1));
        assertEquals(-2, rig.control(1, 0));
        rig.word(area(1), 0);
        rig.word(area(1) + 4, 0);
        rig.enable(1);
    }

    /** Whatever vCPU 0 is in the middle of, vCPU 1 is told, and told again. */
    @ParameterizedTest
    @ValueSource(strings = {"silent", "twice", "wrong-token", "disabled", "moved", "off"})
    void theOtherVcpuGoesOn(String what) {
        rig.enable(0);
        rig.enable(1);
        rig.announced(1, page(0));
        switch (what) {
            case "twice" -> {
                rig.ask(1, ApfFunction.IRQ_ACK);
                rig.ask(1, ApfFunction.IRQ_ACK);
            }
            case "wrong-token" -> assertEquals(-3, rig.ask(1, ApfFunction.REPLY, 0x7000, 1));
            case "disabled" -> rig.control(1, 0);
            case "moved" -> rig.control(1, area(1) + 0x40 | ENABLED);
            case "off" -> {
                rig.start(1);
                rig.cpu(1).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
                rig.cpu(1).hypervisorCall(0);
            }
            default -> assertEquals("silent", what);
        }
        for (int n = 0; n < 3; n++) {
            long token = rig.waitFor(0, page(n));
            rig.complete(page(n));
            assertEquals(new GuestNotification.Ready(token), rig.take(0));
            assertInstanceOf(GuestStep.Retired.class, rig.touch(0, page(n)));
        }
        assertEquals(4, rig.counters().announced());
        boolean ended = what.equals("disabled") || what.equals("off") || what.equals("twice");
        assertEquals(ended ? 0 : 1, rig.counters().outstanding());
    }

    @Test
    void anAreaInUseIsNotOverwritten() {
        rig.enable(0);
        rig.word(area(0) + 4, 7);
        rig.hidden(0, page(0));
        rig.word(area(0) + 4, 0);
        rig.word(area(0), 7);
        rig.hidden(0, page(1));
        assertEquals(2, rig.counters().vetoes().get("notification-outstanding"));
        rig.complete(page(0));
        assertEquals(7, rig.word(area(0)));
    }
}
