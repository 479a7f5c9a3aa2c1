/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.FUNCTION;
import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.hwmodel.memory.WriteWatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the guest is told, and what it does about it. */
class ApfDeliveryTest {
    private static final SdeiEvent CRITICAL = new SdeiEvent(0x78, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL);
    private static final long GICR = 0x080A_0000L;
    private static final long ISENABLER = 0x1_0100;
    private static final long ICENABLER = 0x1_0180;

    private final ApfRig rig = rig(Map.of());

    private static ApfRig rig(Map<String, String> settings) {
        ApfRig rig = new ApfRig(
                2,
                settings,
                PageFaultDecoration.NONE,
                request ->
                        request.asyncPageFaults(ApfRig.EVENT, ApfRig.INTERRUPT).channel(CRITICAL));
        rig.enable(0);
        for (int i = 0; i < 8; i++) {
            rig.pages().discard(page(i));
        }
        return rig;
    }

    /** Lets the vCPU fault and stop before the event is taken. */
    private static void faultOnly(ApfRig rig, long address) {
        rig.user(0);
        rig.cpu(0).x(1, address);
        rig.word(rig.cpu(0).pc(), 0xF940_0020L);
        assertInstanceOf(VcpuExit.BudgetExhausted.class, rig.cpu(0).vcpu().run(RunBudget.instructions(1)));
        assertEquals(ApfRig.el0(0), rig.cpu(0).pc());
        assertEquals(1, rig.word(area(0)));
    }

    private static void store(ApfRig rig, long address, long value) {
        rig.start(0);
        rig.cpu(0).x(2, address);
        rig.cpu(0).x(3, value);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).store(AccessWidth.WORD, 3, 2));
    }

    @Test
    void onlyReasonAndTokenAreWritten() {
        for (long offset = 8; offset < 4096; offset += 4) {
            rig.word(area(0) + offset, 0xA5A5_0000L + offset);
        }
        long token = rig.waitFor(0, page(0));
        rig.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
        for (long offset = 8; offset < 4096; offset += 4) {
            assertEquals(0xA5A5_0000L + offset, rig.word(area(0) + offset));
        }
    }

    @Test
    void theHandlerFindsTheWordsAndTheRegistersOfTheAccess() {
        for (int n = 2; n < 31; n++) {
            rig.cpu(0).x(n, 0x1111L * n);
        }
        rig.touch(0, page(0));
        assertEquals(1, rig.word(area(0)));
        assertEquals(0x1000, rig.word(area(0) + 4));
        assertEquals(ApfRig.EVENT, rig.cpu(0).x(0));
        assertEquals(ApfRig.el0(0), rig.cpu(0).x(2), "X2 is the faulting instruction");
        rig.driver.identify(rig.cpu(0), rig.setup(0));
        rig.answer(0, 0x1000, GuestAnswer.ASYNCHRONOUS);
        assertEquals(page(0), rig.cpu(0).x(1));
        for (int n = 2; n < 31; n++) {
            assertEquals(0x1111L * n, rig.cpu(0).x(n), "APF-068");
        }
        assertEquals(0, rig.cpu(0).read(SystemRegister.SPSR_EL1));
    }

    @Test
    void readyComesOneAtATimeInTheOrderOfTheData() {
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tokens.add(rig.waitFor(0, page(i)));
        }
        for (int i : new int[] {2, 0, 1}) {
            rig.complete(page(i));
        }
        for (int i : new int[] {2, 0, 1}) {
            assertEquals(new GuestNotification.Ready(tokens.get(i)), rig.take(0));
        }
        assertFalse(rig.isDue(0));
    }

    @Test
    void aLostAcknowledgementHoldsTheNextBackAndALateOneResumes() {
        rig.waitFor(0, page(0));
        rig.waitFor(0, page(1));
        rig.complete(page(0));
        rig.complete(page(1));
        rig.word(area(0) + 4, 0);
        rig.word(area(0), 0);
        rig.pages().poll();
        assertEquals(0, rig.word(area(0)), "cleared, not acknowledged");
        rig.user(0);
        rig.cpu(0)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL0T.with(ProcessorState.I).spsr());
        assertEquals(new GuestStep.Diverted(rig.setup(0).handler()), rig.touchHere(0, page(2)));
        rig.driver.identify(rig.cpu(0), rig.setup(0));
        rig.answer(0, 0x3000, GuestAnswer.ASYNCHRONOUS);
        assertEquals(0, rig.call(0, FUNCTION, ApfFunction.IRQ_ACK.ordinal()));
        assertEquals(new GuestNotification.Ready(0x2000), rig.take(0), "APF-118, APF-122");
    }

    @Test
    void anAcknowledgementWithTheWordStillSetShowsNothingUntilItIsClear() {
        rig.waitFor(0, page(0));
        rig.waitFor(0, page(1));
        rig.complete(page(0));
        rig.complete(page(1));
        assertEquals(0, rig.call(0, FUNCTION, ApfFunction.IRQ_ACK.ordinal()));
        assertEquals(0x1000, rig.word(area(0) + 4));
        assertFalse(rig.isDue(0), "the line is low");
        rig.word(area(0), 0);
        rig.word(area(0) + 4, 0);
        assertEquals(0, rig.call(0, FUNCTION, ApfFunction.IRQ_ACK.ordinal()));
        assertEquals(new GuestNotification.Ready(0x2000), rig.take(0), "APF-100");
    }

    @Test
    void theInterruptFiresAgainUntilItIsAcknowledged() {
        rig.waitFor(0, page(0));
        rig.complete(page(0));
        for (int i = 0; i < 3; i++) {
            rig.open(0);
            assertEquals(
                    new GuestStep.Diverted(ApfRig.vectors(0) + 0x280),
                    rig.cpu(0).noOperation());
            rig.cpu(0).readSystemRegister(4, SystemRegister.ICC_IAR1_EL1);
            assertEquals(ApfRig.INTERRUPT, rig.cpu(0).x(4));
            rig.cpu(0).writeSystemRegister(SystemRegister.ICC_EOIR1_EL1, 4);
        }
        assertEquals(new GuestNotification.Ready(0x1000), rig.take(0));
        assertFalse(rig.isDue(0));
    }

    @Test
    void readyWaitsWhileItsInterruptIsDisabled() {
        rig.waitFor(0, page(0));
        store(rig, GICR + ICENABLER, 1L << ApfRig.INTERRUPT);
        rig.complete(page(0));
        assertFalse(rig.isDue(0));
        assertEquals(2, rig.word(area(0)));
        store(rig, GICR + ISENABLER, 1L << ApfRig.INTERRUPT);
        assertEquals(new GuestNotification.Ready(0x1000), rig.take(0), "APF-107");
    }

    @Test
    void readyWakesFromWaiting() {
        rig.waitFor(0, page(0));
        rig.open(0);
        assertInstanceOf(GuestStep.Stopped.class, rig.cpu(0).waitForInterrupt());
        rig.complete(page(0));
        assertEquals(
                new GuestStep.Diverted(ApfRig.vectors(0) + 0x280), rig.cpu(0).resume());
    }

    @Test
    void aParkedVcpuTakesReadyOfAnotherFault() {
        rig.waitFor(0, page(0));
        rig.call(0, SdeiFunction.PE_MASK.id());
        assertTrue(rig.hidden(0, page(1)).interruptible());
        rig.complete(page(0));
        assertEquals(
                new GuestStep.Diverted(ApfRig.vectors(0) + 0x480), rig.cpu(0).resume());
        GuestNotification notification = rig.driver.identify(rig.cpu(0), rig.setup(0));
        assertEquals(new GuestNotification.Ready(0x1000), notification);
        rig.driver.answer(rig.cpu(0), rig.setup(0), notification, GuestAnswer.ACKNOWLEDGED);
        assertEquals(ApfRig.el0(0), rig.cpu(0).pc(), "back at the access");
        rig.complete(page(1));
        assertInstanceOf(GuestStep.Retired.class, rig.touchHere(0, page(1)));
    }

    @Test
    void completeWithAnyStatusAsksForTheHost() {
        for (long status : new long[] {0, 1}) {
            long address = page((int) status);
            rig.announced(0, address);
            rig.cpu(0).x(0, Integer.toUnsignedLong(SdeiFunction.EVENT_COMPLETE.id()));
            rig.cpu(0).x(1, status);
            assertEquals(new GuestStep.Diverted(ApfRig.el0(0)), rig.cpu(0).hypervisorCall(0));
            assertTrue(rig.hidden(0, address).interruptible());
            rig.complete(address);
            assertInstanceOf(GuestStep.Retired.class, rig.touchHere(0, address));
        }
        assertFalse(rig.isDue(0));
        assertEquals(2, rig.counters().declined());
        assertEquals(2, rig.counters().cancelled());
    }

    @Test
    void aRefusalAfterThePageCameCostsNothing() {
        long token = rig.announced(0, page(0));
        rig.complete(page(0));
        assertEquals(0, rig.word(area(0)), "ready waits for the answer");
        rig.answer(0, token, GuestAnswer.SYNCHRONOUS);
        assertInstanceOf(GuestStep.Retired.class, rig.touchHere(0, page(0)));
        assertFalse(rig.isDue(0), "APF-084");
    }

    @Test
    void readyFollowsAnAsynchronousAnswerIfThePageCameBefore() {
        long token = rig.announced(0, page(0));
        rig.complete(page(0));
        rig.answer(0, token, GuestAnswer.ASYNCHRONOUS);
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    @Test
    void answersMayBeIgnored() {
        ApfRig other = rig(Map.of("apf.reply", "ignored"));
        long token = other.announced(0, page(0));
        other.answer(0, token, GuestAnswer.SYNCHRONOUS);
        other.complete(page(0));
        assertEquals(new GuestNotification.Ready(token), other.take(0));
        assertEquals(0, other.counters().declined());
    }

    @Test
    void anEarlyPageWithdrawsTheEvent() {
        faultOnly(rig, page(0));
        rig.complete(page(0));
        assertEquals(0, rig.word(area(0)));
        assertEquals(0, rig.word(area(0) + 4));
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).resume());
        assertFalse(rig.isDue(0));
        assertEquals(1, rig.counters().cancelled());
    }

    @Test
    void anEarlyPageMayBeShownAfterTheEvent() {
        ApfRig other = rig(Map.of("apf.early-page", "keep"));
        faultOnly(other, page(0));
        other.complete(page(0));
        assertEquals(
                new GuestStep.Diverted(other.setup(0).handler()), other.cpu(0).resume());
        assertEquals(new GuestNotification.NotPresent(0x1000), other.driver.identify(other.cpu(0), other.setup(0)));
        other.answer(0, 0x1000, GuestAnswer.ASYNCHRONOUS);
        assertEquals(new GuestNotification.Ready(0x1000), other.take(0));
    }

    @Test
    void anEventThatIsUnregisteredBeforeItIsTakenIsNoLongerAnnounced() {
        rig.call(0, SdeiFunction.EVENT_REGISTER.id(), CRITICAL.event(), ApfRig.el1(0) + 0x4000, 0, 0, 0);
        rig.call(0, SdeiFunction.EVENT_ENABLE.id(), CRITICAL.event());
        faultOnly(rig, page(0));
        rig.machine.notifications().orElseThrow().inject(CRITICAL, 0);
        assertEquals(new GuestStep.Diverted(ApfRig.el1(0) + 0x4000), rig.cpu(0).resume());
        rig.cpu(0).x(0, Integer.toUnsignedLong(SdeiFunction.EVENT_UNREGISTER.id()));
        rig.cpu(0).x(1, ApfRig.EVENT);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).hypervisorCall(0));
        assertEquals(0, rig.cpu(0).x(0));
        assertEquals(0, rig.word(area(0)));
        assertEquals(1, rig.counters().cancelled());
        rig.cpu(0).x(0, Integer.toUnsignedLong(SdeiFunction.EVENT_COMPLETE.id()));
        rig.cpu(0).x(1, 0);
        assertEquals(new GuestStep.Diverted(ApfRig.el0(0)), rig.cpu(0).hypervisorCall(0));
        assertEquals(
                Veto.EVENT_NOT_READY, rig.hidden(0, page(0)).ticket().veto().orElseThrow());
    }

    @Test
    void disablingTakesEverythingBack() {
        rig.waitFor(0, page(0));
        rig.waitFor(0, page(1));
        rig.complete(page(0));
        rig.start(0);
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        assertFalse(rig.isDue(0));
        rig.complete(page(1));
        assertFalse(rig.isDue(0));
        assertEquals(1, rig.counters().cancelled());
        assertEquals(Veto.NOT_ENABLED, rig.hidden(0, page(2)).ticket().veto().orElseThrow());
        rig.complete(page(2));
        rig.enable(0);
        assertFalse(rig.isDue(0), "a wake-all and nothing else");
        assertEquals(2, rig.counters().wakeAlls());
    }

    @Test
    void aFaultDisabledInItsHandlerIsOverWhenTheHandlerIs() {
        long token = rig.announced(0, page(0));
        rig.cpu(0).x(0, Integer.toUnsignedLong(FUNCTION));
        rig.cpu(0).x(1, ApfFunction.ENABLE.ordinal());
        rig.cpu(0).x(2, 0);
        rig.cpu(0).x(3, 0);
        rig.cpu(0).hypervisorCall(0);
        assertEquals(0, rig.cpu(0).x(0));
        rig.answer(0, token, GuestAnswer.ASYNCHRONOUS);
        assertEquals(1, rig.counters().cancelled());
        rig.complete(page(0));
        assertFalse(rig.isDue(0));
    }

    @Test
    void turningOffEndsEverythingAndTurningOnBeginsDisabled() {
        rig.enable(1);
        rig.waitFor(1, page(0));
        rig.waitFor(1, page(1));
        rig.complete(page(0));
        rig.start(1);
        rig.cpu(1).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
        assertInstanceOf(GuestStep.Stopped.class, rig.cpu(1).hypervisorCall(0));
        assertEquals(List.of(), rig.pages().outstanding());
        assertEquals(1, rig.counters().cancelled());
        rig.complete(page(1));
        rig.start(0);
        rig.turnOn(1);
        rig.start(1);
        assertEquals(-2, rig.control(1, 0));
        rig.word(area(1), 0);
        rig.word(area(1) + 4, 0);
        rig.enable(1);
        assertFalse(rig.isDue(1));
    }

    @Test
    void turningOffInTheHandlerEndsTheFault() {
        rig.enable(1);
        rig.announced(1, page(0));
        rig.cpu(1).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
        assertInstanceOf(GuestStep.Stopped.class, rig.cpu(1).hypervisorCall(0));
        assertEquals(List.of(), rig.pages().outstanding());
        assertEquals(1, rig.counters().cancelled());
    }

    @Test
    void aResetByTheVmmEndsAParkToo() {
        rig.waitFor(0, page(0));
        rig.hidden(0, page(0));
        rig.machine.vcpus().get(0).reset();
        assertEquals(List.of(), rig.pages().outstanding());
        rig.start(0);
        assertInstanceOf(GuestStep.Retired.class, rig.cpu(0).noOperation());
        assertEquals(-2, rig.control(0, 0));
        rig.machine.reset();
        rig.start(0);
        assertEquals(-2, rig.control(0, 0));
    }

    @Test
    void aWakeAllForAnAreaThatIsNotThereIsShownWhenItIs() {
        rig.start(0);
        rig.driver.disable(rig.cpu(0), rig.setup(0));
        byte[] content = rig.pages().evict(area(0));
        assertEquals(0, rig.control(0, area(0) | 1));
        assertEquals(1, rig.counters().wakeAlls());
        assertEquals(-1, rig.requests.get(rig.requests.size() - 1).vcpu());
        assertTrue(rig.pages().complete(area(0), content));
        assertEquals(2, rig.word(area(0)));
        assertEquals(2, rig.counters().wakeAlls());
    }

    @Test
    void aReadyForAnAreaThatIsNotThereIsShownWhenItIs() {
        long token = rig.waitFor(0, page(0));
        byte[] content = rig.pages().evict(area(0));
        rig.complete(page(0));
        assertFalse(rig.isDue(0));
        rig.pages().complete(area(0), content);
        assertEquals(new GuestNotification.Ready(token), rig.take(0));
    }

    @Test
    void vcpusHaveTokensOfTheirOwn() {
        rig.enable(1);
        assertEquals(0x1000, rig.waitFor(0, page(0)));
        assertEquals(0x1001, rig.waitFor(1, page(0)));
        rig.complete(page(0));
        assertEquals(new GuestNotification.Ready(0x1001), rig.take(1));
        assertEquals(new GuestNotification.Ready(0x1000), rig.take(0));
    }

    @Test
    void anEvictedPageIsANewFault() {
        assertEquals(0x1000, rig.waitFor(0, page(0)));
        rig.complete(page(0));
        rig.pages().discard(page(0));
        rig.take(0);
        assertEquals(0x2000, rig.waitFor(0, page(0)));
    }

    private static WriteWatch recording(List<String> writes) {
        return new WriteWatch() {
            @Override
            public boolean isActive() {
                return true;
            }

            @Override
            public void written(int offset, int length) {
                writes.add(offset + "+" + length);
            }
        };
    }

    @Test
    void tokenIsWrittenBeforeReasonAndEachByOneStore() {
        List<String> writes = new ArrayList<>();
        List<ApfMachine> machines = new ArrayList<>();
        ApfRig other = new ApfRig(1, Map.of(), new PageFaultDecoration() {
            @Override
            public AreaAccess area(AreaAccess area, ApfMachine machine) {
                machines.add(machine);
                machine.host().ram().page(ApfRig.area(0)).watch(recording(writes));
                return area;
            }
        });
        assertEquals(0, other.control(0, area(0) | 1));
        assertEquals(List.of("4+4", "0+4"), writes);
        writes.clear();
        AreaAccess area = machines.get(0).area();
        area.withdraw(0, 1, 0xFFFF_FFFFL);
        area.withdraw(0, 2, 7);
        assertEquals(List.of(), writes, "it is something else now");
        area.withdraw(0, 2, 0xFFFF_FFFFL);
        assertEquals(List.of("0+4", "4+4"), writes);
    }
}
