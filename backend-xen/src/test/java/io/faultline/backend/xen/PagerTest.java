/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static io.faultline.backend.xen.PagerRig.EVICT_FAIL;
import static io.faultline.backend.xen.PagerRig.FOREIGN;
import static io.faultline.backend.xen.PagerRig.PAUSED;
import static io.faultline.backend.xen.PagerRig.gfn;
import static io.faultline.backend.xen.PagerRig.page;
import static io.faultline.backend.xen.PagerRig.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A pager outside the guest takes pages away and brings them back (xen.md 7.1 to 7.6). */
class PagerTest {
    private static final int OUT = 9;
    private static final int PAGED = 10;
    private static final int IN = 11;
    private static final int ENODEV = -19;

    private static VcpuExit stepped() {
        return new VcpuExit.Stepped();
    }

    @Test
    void withoutARingThereIsNoPager() {
        MemoryPager pager = new PagerRig(1).pager();
        assertFalse(pager.isEnabled());
        assertEquals(7, pager.version());
        assertEquals(ENODEV, pager.disable());
        assertEquals(ENODEV, pager.resume());
        assertEquals(ENODEV, pager.nominate(gfn(0)));
        assertEquals(ENODEV, pager.read(gfn(0), new byte[4096]));
        assertEquals(ENODEV, pager.evict(gfn(0)));
        assertEquals(ENODEV, pager.prepare(gfn(0)));
        assertEquals(ENODEV, pager.prepare(gfn(0), new byte[4096]));
        assertEquals(ENODEV, pager.populate(gfn(0)));
        HypervisorException refusal = assertThrows(HypervisorException.class, pager::ring);
        assertEquals(ErrorId.ILLEGAL_STATE, refusal.id());
    }

    @Test
    void thereIsOnePagerAndItBeginsWithAnEmptyRing() {
        PagerRig rig = new PagerRig(1).enabled();
        assertTrue(rig.pager().isEnabled());
        assertEquals(-16, rig.pager().enable());
        assertEquals(
                List.of(0, 1, 0, 1),
                List.of(0, 4, 8, 12).stream()
                        .map(at -> rig.pager().ring().getInt(at))
                        .toList());
        assertEquals(0, rig.pager().ring().position());
        assertEquals(4096, rig.pager().ring().capacity());
        rig.pager().ring().putInt(0x40, 5);
        assertEquals(5, rig.pager().ring().getInt(0x40), "the same memory");
        assertEquals(0, rig.pager().disable());
        assertFalse(rig.pager().isEnabled());
        rig.enabled();
        assertEquals(0, rig.pager().ring().getInt(0x40));
    }

    @Test
    void theGuestSeesNothingOfIt() {
        PagerRig rig = new PagerRig(1).enabled();
        assertEquals(-38, rig.xen.call(XenRig.MEMORY_OP, 20, XenRig.DATA), "XENMEM_paging_op");
        rig.xen.longs(XenRig.DATA, XenRig.SELF | 27L << 32, 0);
        assertEquals(-22, rig.xen.call(XenRig.HVM_OP, 1, XenRig.DATA), "PAGING_RING_PFN");
        assertEquals(List.of(), rig.requests());
    }

    @Test
    void anEvictedPageComesBackWhenItIsTouched() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(3);
        assertEquals(1, rig.pager().pagedOut());
        assertEquals(PageResidency.ABSENT, rig.xen.machine.memory().residency(page(3)));
        rig.assertPaused(rig.load(0, 3), 3);
        assertEquals(PageResidency.FETCHING, rig.xen.machine.memory().residency(page(3)));
        assertEquals(1, rig.pager().pauses(0));
        List<PagerRig.Request> requests = rig.requests();
        assertEquals(List.of(request(0, 3, PAGED, PAUSED, 0)), requests);
        rig.assertPaused(rig.xen.run(0, 100), 3);
        assertEquals(List.of(), rig.requests(), "a paused vCPU asks for nothing");
        assertEquals(0, rig.bringIn(3));
        assertEquals(0, rig.pager().pagedOut());
        assertEquals(1003, rig.xen.doubleword(page(3)), "there at once");
        rig.assertPaused(rig.xen.vcpu(0).step(), 3);
        rig.answer(requests.get(0));
        assertEquals(0, rig.pager().pauses(0));
        rig.assertLoads(0, 1003);
        assertEquals(
                0, rig.xen.machine.asyncPageFaults().orElseThrow().counters().announced());
        assertEquals(0, rig.pager().ignoredAnswers());
    }

    @Test
    void anAnswerWithoutThePageHasTheVcpuAskAgain() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.store(0, 0, 77);
        rig.answer(rig.requests().get(0));
        rig.assertPaused(rig.xen.vcpu(0).step(), 0);
        List<PagerRig.Request> again = rig.requests();
        assertEquals(List.of(request(0, 0, IN, PAUSED, 0)), again);
        assertEquals(0, rig.bringIn(0));
        rig.answer(again.get(0));
        assertEquals(stepped(), rig.xen.vcpu(0).step());
        assertEquals(77, rig.xen.doubleword(page(0)));
    }

    @Test
    void anAccessBetweenNominateAndEvictIsNoticedWhateverItIs() {
        for (boolean write : new boolean[] {false, true}) {
            PagerRig rig = new PagerRig(1).enabled();
            rig.xen.longs(page(0), 55);
            rig.nominate(0);
            assertEquals(0, rig.pager().pagedOut());
            VcpuExit exit = write ? rig.store(0, 0, 66) : rig.load(0, 0);
            rig.assertPaused(exit, 0);
            assertEquals(
                    write ? AccessKind.WRITE : AccessKind.READ,
                    ((VcpuExit.WaitForPage) exit).ticket().access());
            List<PagerRig.Request> requests = rig.requests();
            assertEquals(List.of(request(0, 0, OUT, PAUSED, EVICT_FAIL)), requests);
            assertEquals(-16, rig.pager().evict(gfn(0)));
            // The content has not gone: the answer alone makes the page accessible.
            rig.answer(requests.get(0));
            assertEquals(stepped(), rig.xen.vcpu(0).step());
            assertEquals(write ? 66 : 55, rig.xen.doubleword(page(0)));
            assertEquals(-2, rig.pager().prepare(gfn(0)));
        }
    }

    @Test
    void aPageThatWasTouchedTooEarlyNeedsNoContent() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.xen.longs(page(0), 55);
        rig.nominate(0);
        rig.load(0, 0);
        byte[] content = new byte[4096];
        assertEquals(0, rig.pager().read(gfn(0), content));
        assertEquals(55, content[0]);
        assertEquals(0, rig.pager().prepare(gfn(0)));
        rig.answer(rig.requests().get(0));
        rig.assertLoads(0, 55);
    }

    @Test
    void theStepsOfAPageHaveAnOrder() {
        PagerRig rig = new PagerRig(1).enabled();
        MemoryPager pager = rig.pager();
        assertEquals(-16, pager.evict(gfn(0)), "before it is nominated");
        assertEquals(-2, pager.read(gfn(0), new byte[4096]));
        assertEquals(-2, pager.prepare(gfn(0), new byte[4096]), "present");
        assertEquals(0, pager.nominate(gfn(0)));
        assertEquals(-16, pager.nominate(gfn(0)), "twice");
        assertEquals(-2, pager.prepare(gfn(0), new byte[4096]), "not evicted");
        assertEquals(-14, pager.read(gfn(0), new byte[4095]));
        assertEquals(0, pager.evict(gfn(0)));
        assertEquals(-16, pager.evict(gfn(0)));
        assertEquals(-16, pager.nominate(gfn(0)));
        assertEquals(-2, pager.read(gfn(0), new byte[4096]));
        assertEquals(-22, pager.prepare(gfn(0)));
        assertEquals(-14, pager.prepare(gfn(0), new byte[1]));
        assertEquals(0, pager.prepare(gfn(0), new byte[4096]), "also without an access");
        assertEquals(0, pager.nominate(gfn(0)));
    }

    @Test
    void onlyMemoryOfTheGuestAloneIsTaken() {
        PagerRig rig = new PagerRig(1).enabled();
        MemoryPager pager = rig.pager();
        for (long gfn : new long[] {-1, Long.MIN_VALUE, 0, 0x39000, XenRig.RAM + XenRig.RAM_BYTES >> 12, 1L << 36}) {
            assertEquals(-16, pager.nominate(gfn));
            assertEquals(-16, pager.evict(gfn));
            assertEquals(-2, pager.prepare(gfn, new byte[4096]));
            assertEquals(0, pager.populate(gfn));
        }
        rig.xen.longs(XenRig.DATA, gfn(1), 0);
        assertEquals(0, rig.xen.call(XenRig.VCPU_OP, 10, 0, XenRig.DATA));
        assertEquals(-16, pager.nominate(gfn(1)), "the hypervisor writes to vcpu_info");
        assertEquals(0, rig.xen.sharedInfo(page(2)));
        assertEquals(-16, pager.nominate(gfn(2)), "shared_info is in its place");
        rig.xen.machine.asyncPageFaults().orElseThrow().discard(page(3));
        assertEquals(-16, pager.nominate(gfn(3)), "not there");
        assertEquals(0, pager.nominate(gfn(4)));
    }

    @Test
    void everyVcpuThatTouchesAPageAsksForIt() {
        PagerRig rig = new PagerRig(2).enabled();
        rig.evict(0);
        rig.assertPaused(rig.load(0, 0), 0);
        rig.assertPaused(rig.load(1, 0), 0);
        List<PagerRig.Request> requests = rig.requests();
        assertEquals(List.of(request(0, 0, PAGED, PAUSED, 0), request(1, 0, IN, PAUSED, 0)), requests);
        assertEquals(0, rig.bringIn(0));
        assertEquals(-2, rig.bringIn(0));
        rig.answer(requests.get(1));
        rig.assertPaused(rig.xen.vcpu(0).step(), 0);
        rig.assertLoads(1, 1000);
        rig.answer(requests.get(0));
        rig.assertLoads(0, 1000);
    }

    @Test
    void whoeverIsNotTheGuestAsksOnce() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        assertEquals(0, rig.pager().populate(gfn(1)), "there");
        assertEquals(-11, rig.pager().populate(gfn(0)));
        List<PagerRig.Request> requests = rig.requests();
        assertEquals(List.of(request(0, 0, PAGED, FOREIGN, 0)), requests);
        assertEquals(-11, rig.pager().populate(gfn(0)));
        assertEquals(List.of(), rig.requests());
        assertEquals(0, rig.pager().pauses(0));
        assertEquals(stepped(), rig.load(0, 5), "nobody is paused");
        assertEquals(0, rig.bringIn(0));
        rig.answer(requests.get(0));
        assertEquals(0, rig.pager().populate(gfn(0)));
        rig.nominate(0);
        assertEquals(-11, rig.pager().populate(gfn(0)));
        assertEquals(List.of(request(0, 0, OUT, FOREIGN, EVICT_FAIL)), rig.requests());
    }

    @Test
    void aHypercallIsMadeAgainWhenThePageOfItsStructureIsThere() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.xen.words(page(0), XenRig.SELF | XenRig.SELF << 16, 0);
        rig.nominate(0);
        assertEquals(0, rig.pager().evict(gfn(0)));
        rig.xen.prepare(0, XenRig.EVENT_CHANNEL_OP, 6, page(0));
        rig.assertPaused(rig.xen.vcpu(0).step(), 0);
        PagerRig.Request request = rig.requests().get(0);
        assertEquals(request(0, 0, PAGED, PAUSED, 0), request);
        assertEquals(0, rig.bringIn(0));
        rig.answer(request);
        assertEquals(stepped(), rig.xen.vcpu(0).step());
        assertEquals(0, rig.xen.x(0));
        assertEquals(3, rig.xen.word(page(0) + 4));
    }

    /** The only entry that is free is that of an answer. */
    @Test
    void withAFullRingAVcpuSleepsAndOthersAreRefused() {
        PagerRig rig = new PagerRig(2).enabled();
        for (int n = 0; n < 12; n++) {
            rig.evict(n);
        }
        for (int n = 0; n < 8; n++) {
            assertEquals(-11, rig.pager().populate(gfn(n)));
        }
        byte[] full = rig.ringBytes();
        assertEquals(-16, rig.pager().populate(gfn(8)));
        rig.assertPaused(rig.load(1, 9), 9);
        rig.assertPaused(rig.load(0, 10), 10);
        rig.assertPaused(rig.xen.vcpu(1).step(), 9);
        assertEquals(0, rig.pager().pauses(0) + rig.pager().pauses(1));
        assertArrayEquals(full, rig.ringBytes());
        assertEquals(-16, rig.pager().disable(), "somebody waits");
        rig.requests();
        rig.answer(0, 0, 0);
        rig.assertPaused(rig.xen.vcpu(0).step(), 10);
        assertEquals(List.of(), rig.requests(), "the first sleeper goes first");
        rig.assertPaused(rig.xen.vcpu(1).step(), 9);
        assertEquals(List.of(request(1, 9, PAGED, PAUSED, 0)), rig.requests());
        rig.answer(0, 0, 1);
        rig.assertPaused(rig.xen.vcpu(0).step(), 10);
        List<PagerRig.Request> last = rig.requests();
        assertEquals(List.of(request(0, 10, PAGED, PAUSED, 0)), last);
        assertEquals(0, rig.bringIn(10));
        rig.answer(last.get(0));
        rig.assertLoads(0, 1010);
        assertEquals(0, rig.pager().disable());
    }

    @Test
    void answersThatAreNotGoodHaveNoEffect() {
        PagerRig rig = new PagerRig(2).enabled();
        rig.xen.longs(page(0), 55);
        rig.nominate(0);
        rig.load(0, 0);
        int[][] bad = {{6, 0}, {0, 0}, {-1, 0}, {7, 2}, {7, -1}, {7, Integer.MIN_VALUE}, {7, 1}};
        for (int[] versionAndVcpu : bad) {
            rig.write(versionAndVcpu[0], PAUSED, PagerRig.PAGING, versionAndVcpu[1], gfn(0), 0);
            assertEquals(0, rig.pager().resume());
            rig.assertPaused(rig.xen.vcpu(0).step(), 0);
            assertEquals(PageResidency.FETCHING, rig.xen.machine.memory().residency(page(0)));
        }
        assertEquals(bad.length, rig.pager().ignoredAnswers());
        rig.write(7, PAUSED, 0, 0, gfn(0), 0);
        assertEquals(0, rig.pager().resume());
        assertEquals(0, rig.pager().pauses(0), "another reason unpauses");
        assertEquals(PageResidency.FETCHING, rig.xen.machine.memory().residency(page(0)), "and brings nothing in");
    }

    @Test
    void aDroppedPageIsNotBroughtInByItsAnswer() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.nominate(0);
        rig.load(0, 0);
        rig.write(7, PAUSED, PagerRig.PAGING, 0, gfn(0), PagerRig.DROP);
        rig.pager().resume();
        assertEquals(0, rig.pager().pauses(0));
        assertEquals(PageResidency.FETCHING, rig.xen.machine.memory().residency(page(0)));
    }

    @Test
    void anAnswerIsReadOnceAndMayComeWithoutASignal() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.load(0, 0);
        PagerRig.Request request = rig.requests().get(0);
        rig.bringIn(0);
        rig.write(7, PAUSED, PagerRig.PAGING, 0, request.gfn(), 0);
        assertEquals(1, rig.pager().pauses(0), "nobody has said that there is an answer");
        rig.pager().resume();
        assertEquals(0, rig.pager().pauses(0));
        assertEquals(2, rig.pager().ring().getInt(12), "rsp_event");
        rig.evict(1);
        rig.load(0, 1);
        rig.pager().resume();
        assertEquals(1, rig.pager().pauses(0));
    }

    @Test
    void moreAnswersThanTheRingHoldsAreNone() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.load(0, 0);
        for (int claimed : new int[] {9, 1000, Integer.MIN_VALUE, -1}) {
            rig.pager().ring().putInt(8, claimed);
            assertEquals(0, rig.pager().resume());
            assertEquals(1, rig.pager().pauses(0));
        }
        assertEquals(4, rig.pager().ignoredAnswers());
        rig.pager().ring().putInt(8, 0);
        rig.bringIn(0);
        rig.answer(PAUSED, 0, 0);
        rig.assertLoads(0, 1000);
    }

    @Test
    void unpausingTooOftenIsNotRemembered() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.load(0, 0);
        rig.bringIn(0);
        for (int i = 0; i < 5; i++) {
            rig.answer(PAUSED, 0, 0);
        }
        rig.assertLoads(0, 1000);
        assertEquals(4, rig.pager().ignoredAnswers());
        rig.evict(1);
        rig.assertPaused(rig.load(0, 1), 1);
        assertEquals(1, rig.pager().pauses(0));
    }

    @Test
    void anAnswerMaySetTheProgramCounter() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.load(0, 0);
        rig.pager().ring().putLong(0x40 + 80, PagerRig.lane(7));
        rig.answer(PAUSED | 1 << 8, 0, 0);
        assertEquals(PagerRig.lane(7), rig.xen.vcpu(0).read(CoreRegister.PC));
    }

    /** Each access of the hypervisor in the name of a vCPU is an event: three for one update with the flag. */
    @Test
    void severalEventsPauseAVcpuUntilAllAreAnswered() {
        PagerRig rig = new PagerRig(1).enabled();
        assertEquals(0, rig.xen.call(XenRig.VM_ASSIST, 0, 5));
        rig.xen.longs(XenRig.DATA, page(0));
        assertEquals(0, rig.xen.call(XenRig.VCPU_OP, 5, 0, XenRig.DATA));
        rig.evict(0);
        rig.xen.machine.clock().skipTo(rig.xen.machine.clock().nanos() + 1_000_000);
        rig.xen.vcpu(0).write(CoreRegister.PC, XenRig.CODE + 4);
        rig.assertPaused(rig.xen.run(0, 1), 0);
        assertEquals(XenRig.CODE + 4, rig.xen.vcpu(0).read(CoreRegister.PC), "nothing was executed");
        List<PagerRig.Request> requests = rig.requests();
        assertEquals(
                List.of(request(0, 0, PAGED, PAUSED, 0), request(0, 0, IN, PAUSED, 0), request(0, 0, IN, PAUSED, 0)),
                requests);
        assertEquals(3, rig.pager().pauses(0));
        rig.bringIn(0);
        for (PagerRig.Request request : requests) {
            rig.assertPaused(rig.xen.vcpu(0).step(), 0);
            rig.answer(request);
        }
        assertEquals(stepped(), rig.xen.vcpu(0).step());
        assertEquals(XenRig.CODE + 8, rig.xen.vcpu(0).read(CoreRegister.PC));
        assertEquals(0, rig.xen.word(page(0)), "state running");
        assertTrue(rig.xen.doubleword(page(0) + 16 + 8 * 3) >= 0);
    }

    @Test
    void aReleasedPageIsDropped() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        assertEquals(1, rig.release(0, 0));
        assertEquals(List.of(request(0, 0, PAGED, 0, PagerRig.DROP)), rig.requests());
        assertEquals(0, rig.pager().pagedOut());
        assertEquals(-2, rig.bringIn(0));
        VcpuExit.MmioRead read = assertInstanceOf(VcpuExit.MmioRead.class, rig.load(0, 0), "a hole");
        assertEquals(page(0), read.address());
        rig.xen.vcpu(0).completeMmioRead(0);
        rig.answer(0, 0, 0);
        rig.evict(1);
        rig.xen.longs(XenRig.DATA, XenRig.SELF, gfn(1));
        assertEquals(0, rig.xen.call(XenRig.MEMORY_OP, 15, XenRig.DATA));
        assertEquals(List.of(request(0, 1, PAGED, 0, PagerRig.DROP)), rig.requests());
    }

    @Test
    void aReplacedPageIsDropped() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.evict(1);
        assertEquals(0, rig.xen.sharedInfo(page(0)));
        assertEquals(List.of(request(0, 0, PAGED, 0, PagerRig.DROP)), rig.requests());
        assertEquals(1, rig.release(0, 2));
        rig.xen.longs(XenRig.DATA, XenRig.DATA + 0x80, 1, 0, XenRig.SELF);
        rig.xen.longs(XenRig.DATA + 0x80, gfn(1));
        assertEquals(1, rig.xen.call(XenRig.MEMORY_OP, 6, XenRig.DATA), "populate_physmap");
        assertEquals(List.of(request(0, 1, PAGED, 0, PagerRig.DROP)), rig.requests());
        assertEquals(stepped(), rig.load(0, 1));
        assertEquals(0, rig.xen.x(0), "fresh memory");
    }

    @Test
    void aPageThatIsReleasedBeforeItIsEvictedIsDroppedToo() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.nominate(0);
        assertEquals(1, rig.release(0, 0));
        assertEquals(List.of(request(0, 0, OUT, 0, PagerRig.DROP | EVICT_FAIL)), rig.requests());
        assertEquals(-16, rig.pager().evict(gfn(0)));
    }

    @Test
    void whoWaitsForAReleasedPageFindsAHole() {
        PagerRig rig = new PagerRig(2).enabled();
        rig.evict(0);
        rig.load(0, 0);
        assertEquals(1, rig.release(1, 0));
        List<PagerRig.Request> requests = rig.requests();
        assertEquals(List.of(request(0, 0, PAGED, PAUSED, 0), request(1, 0, IN, 0, PagerRig.DROP)), requests);
        rig.answer(requests.get(0));
        assertInstanceOf(VcpuExit.MmioRead.class, rig.xen.vcpu(0).step());
    }

    @Test
    void aDropIsLostIfTheRingIsFullOrThereIsNone() {
        PagerRig rig = new PagerRig(1).enabled();
        for (int n = 0; n < 10; n++) {
            rig.evict(n);
        }
        for (int n = 0; n < 8; n++) {
            rig.pager().populate(gfn(n));
        }
        byte[] full = rig.ringBytes();
        assertEquals(1, rig.release(0, 8));
        assertArrayEquals(full, rig.ringBytes());
        assertEquals(0, rig.pager().disable());
        assertEquals(1, rig.release(0, 9));
        assertEquals(8, rig.pager().pagedOut());
    }

    @Test
    void whoLeavesTooFewEntriesIsHeldUntilThereAreMore() {
        PagerRig rig = new PagerRig(3).enabled();
        for (int n = 0; n < 9; n++) {
            rig.evict(n);
        }
        for (int n = 0; n < 4; n++) {
            rig.pager().populate(gfn(n));
        }
        assertEquals(1, rig.release(1, 4));
        assertEquals(stepped(), rig.load(1, 20), "3 entries are left for 3 vCPUs");
        rig.releaseAndBeHeld(1, 5);
        PagerRig.assertHeld(rig.xen.vcpu(1).step());
        assertEquals(0, rig.pager().pauses(1));
        rig.releaseAndBeHeld(2, 6);
        rig.answer(0, 0, 0);
        assertEquals(stepped(), rig.load(1, 20), "in turn: from the last one on");
        rig.answer(0, 0, 1);
        assertEquals(stepped(), rig.load(2, 20));
        assertEquals(0, rig.pager().disable());
    }

    @Test
    void disablingLetsThoseGoThatAreHeld() {
        PagerRig rig = new PagerRig(8).enabled();
        rig.evict(0);
        rig.releaseAndBeHeld(1, 0);
        PagerRig.assertHeld(rig.xen.vcpu(1).step());
        assertEquals(0, rig.pager().disable());
        assertEquals(stepped(), rig.load(1, 20));
    }

    @Test
    void aGuestWhoseMemoryNobodyCanBringBackHasCrashed() {
        PagerRig rig = new PagerRig(2).enabled();
        rig.evict(0);
        assertEquals(0, rig.pager().disable());
        VcpuExit.BackendSpecific crash = assertInstanceOf(VcpuExit.BackendSpecific.class, rig.load(0, 0));
        assertEquals(new VcpuExit.BackendSpecific("xen:shutdown", new TreeMap<>(Map.of("reason", 3L))), crash);
        assertEquals(crash, rig.xen.vcpu(1).step());
        assertEquals(ENODEV, rig.pager().populate(gfn(0)));
        assertEquals(crash, rig.xen.vcpu(1).step());
        rig.enabled();
        assertEquals(0, rig.bringIn(0));
        assertEquals(crash, rig.xen.vcpu(0).step());
        rig.assertLoads(0, 1000);
    }

    @Test
    void aPageThatSomebodyElseBroughtInIsLeftAlone() {
        PagerRig rig = new PagerRig(1).enabled();
        rig.evict(0);
        rig.nominate(1);
        byte[] other = new byte[4096];
        other[0] = 9;
        assertTrue(rig.xen.machine.asyncPageFaults().orElseThrow().complete(page(0), other));
        assertTrue(rig.xen.machine.asyncPageFaults().orElseThrow().complete(page(1), other));
        assertEquals(-16, rig.pager().evict(gfn(1)));
        assertEquals(0, rig.bringIn(0));
        assertEquals(9, rig.xen.doubleword(page(0)));
        assertEquals(1, rig.release(0, 1));
    }

    /** The machine that is restored has no pager before, then the one whose state it takes over. */
    @Test
    void aMachineWithAPagerIsSavedAndGoesOnElsewhere() {
        PagerRig rig = new PagerRig(3).enabled();
        rig.evict(0);
        rig.nominate(1);
        rig.xen.longs(page(2), 22);
        rig.nominate(2);
        rig.load(0, 0);
        rig.load(1, 2);
        SavedState saved = rig.xen.machine.save();
        PagerRig other = new PagerRig(3);
        other.store.putAll(rig.store);
        other.xen.machine.restore(saved);
        assertEquals(saved.values(), other.xen.machine.save().values());
        assertTrue(other.pager().isEnabled());
        assertEquals(1, other.pager().pagedOut());
        List<PagerRig.Request> requests = other.requests();
        assertEquals(List.of(request(0, 0, PAGED, PAUSED, 0), request(1, 2, OUT, PAUSED, EVICT_FAIL)), requests);
        assertEquals(0, other.pager().evict(gfn(1)));
        other.assertPaused(other.xen.vcpu(0).step(), 0);
        assertEquals(0, other.bringIn(0));
        other.answer(requests.get(0));
        other.answer(requests.get(1));
        other.assertLoads(0, 1000);
        other.assertLoads(1, 22);
        other.assertPaused(other.load(0, 1), 1);
    }

    @Test
    void sleepersAndHeldVcpusAreSavedToo() {
        PagerRig rig = new PagerRig(3).enabled();
        for (int n = 0; n < 12; n++) {
            rig.evict(n);
        }
        assertEquals(1, rig.release(1, 11));
        for (int n = 0; n < 6; n++) {
            rig.pager().populate(gfn(n));
        }
        rig.releaseAndBeHeld(2, 10);
        rig.load(0, 9);
        assertEquals(4096, rig.ringBytes().length);
        SavedState saved = rig.xen.machine.save();
        PagerRig other = new PagerRig(3);
        other.xen.machine.restore(saved);
        other.assertPaused(other.xen.vcpu(0).step(), 9);
        PagerRig.assertHeld(other.xen.vcpu(2).step());
        assertEquals(-16, other.pager().disable());
        assertEquals(saved.values(), other.xen.machine.save().values());
    }

    @Test
    void stateThatCannotBeIsRefused() {
        PagerRig rig = new PagerRig(2).enabled();
        rig.evict(0);
        rig.nominate(1);
        rig.load(0, 0);
        SavedState saved = rig.xen.machine.save();
        Map<String, StateValue> wrong = new TreeMap<>();
        wrong.put("pages/pages", new StateValue.Words(new long[] {-1, 3}));
        wrong.put("pages/types", new StateValue.Words(new long[] {7, 0}));
        wrong.put("ring/page", new StateValue.Bytes(new byte[3]));
        wrong.put("ring/unanswered", new StateValue.Word(9));
        wrong.put("pauses/counts", new StateValue.Words(new long[] {-1, 0}));
        wrong.put("producers/sleepers", new StateValue.Words(new long[] {1, 1}));
        wrong.put("producers/held", new StateValue.Words(new long[] {2, 0}));
        wrong.put("producers/last", new StateValue.Word(2));
        wrong.put("touched/touched", new StateValue.Words(new long[] {1, 0}));
        wrong.put("touched/kinds", new StateValue.Words(new long[] {0, 3}));
        wrong.put("pages/frame." + Long.toHexString(gfn(1)), new StateValue.Bytes(new byte[3]));
        wrong.forEach((name, value) -> {
            Map<String, StateValue> values = new TreeMap<>(saved.values());
            String key = values.keySet().stream()
                    .filter(candidate -> candidate.endsWith("/paging/" + name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name));
            values.put(key, value);
            HypervisorException refusal = assertThrows(
                    HypervisorException.class,
                    () -> new PagerRig(2).xen.machine.restore(new SavedState("xen", saved.version(), values)),
                    name);
            assertEquals(ErrorId.INVALID_STATE, refusal.id(), name);
        });
    }

    @Test
    void aResetEndsEveryWaitAndLeavesMemoryWhereItIs() {
        PagerRig rig = new PagerRig(2).enabled();
        for (int n = 0; n < 10; n++) {
            rig.evict(n);
        }
        for (int n = 0; n < 7; n++) {
            rig.pager().populate(gfn(n));
        }
        rig.load(0, 8);
        rig.load(1, 9);
        rig.xen.machine.reset();
        assertEquals(0, rig.pager().pauses(0));
        assertTrue(rig.pager().isEnabled());
        assertEquals(10, rig.pager().pagedOut());
        List<PagerRig.Request> requests = rig.requests();
        assertEquals(8, requests.size());
        assertEquals(stepped(), rig.load(0, 20));
        for (PagerRig.Request request : requests) {
            rig.answer(request);
        }
        rig.assertPaused(rig.load(0, 8), 8);
        List<PagerRig.Request> again = rig.requests();
        assertEquals(List.of(request(0, 8, IN, PAUSED, 0)), again);
        rig.bringIn(8);
        rig.answer(again.get(0));
        rig.assertLoads(0, 1008);
    }

    @Test
    void aVcpuThatIsResetWaitsForNothing() {
        PagerRig rig = new PagerRig(3).enabled();
        for (int n = 0; n < 12; n++) {
            rig.evict(n);
        }
        rig.load(0, 0);
        rig.xen.vcpu(0).reset();
        assertEquals(0, rig.pager().pauses(0));
        for (int n = 1; n < 8; n++) {
            rig.pager().populate(gfn(n));
        }
        rig.load(1, 9);
        rig.load(2, 10);
        rig.xen.vcpu(1).reset();
        rig.answer(0, 0, 1);
        rig.assertPaused(rig.xen.vcpu(2).step(), 10);
        assertEquals(1, rig.pager().pauses(2), "its turn came, as nobody sleeps before it");
    }

    /** Whatever a pager writes, nothing but its own guest suffers. */
    @Test
    void noContentOfTheRingDoesHarm() {
        SplittableRandom random = new SplittableRandom(7);
        PagerRig rig = new PagerRig(3).enabled();
        for (int round = 0; round < 3000; round++) {
            int n = random.nextInt(12);
            int vcpu = random.nextInt(3);
            switch (random.nextInt(9)) {
                case 0 -> rig.pager().nominate(gfn(n));
                case 1 -> rig.pager().evict(gfn(n));
                case 2 -> rig.pager().prepare(gfn(n), new byte[4096]);
                case 3 -> rig.pager().prepare(random.nextLong());
                case 4 -> rig.pager().populate(gfn(n));
                case 5 -> rig.pager().ring().putInt(random.nextInt(1024) * 4, random.nextInt());
                case 6 -> rig.pager().ring().putInt(8, rig.pager().ring().getInt(12) - 1 + random.nextInt(9));
                case 7 -> rig.pager().resume();
                default -> touch(rig, vcpu, n);
            }
            assertTrue(rig.pager().pauses(vcpu) >= 0);
            assertTrue(rig.pager().pagedOut() <= 12);
        }
        rig.xen.machine.restore(rig.xen.machine.save());
    }

    private static void touch(PagerRig rig, int vcpu, int n) {
        VcpuExit exit = rig.load(vcpu, n);
        assertFalse(exit instanceof VcpuExit.Unrecoverable, exit.toString());
    }
}
