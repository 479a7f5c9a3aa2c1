/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.List;

/**
 * Section 10.14, first part: a pager outside the guest.
 *
 * @since 0.1
 */
public final class PagingChecks {
    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: vm_event and mem_paging",
            Check.of("XEN-185", PagingChecks::eightEntriesAreUsedInTurn)
                    .witnesses("wrapped", "full")
                    .cut(),
            Check.of("XEN-186", PagingChecks::answersThatAreNotGoodHaveNoEffect)
                    .witnesses("refused", "taken")
                    .cut(),
            Check.of("XEN-187", PagingChecks::everyEventHasItsAnswer)
                    .witnesses("several", "extra")
                    .cut(),
            Check.of("XEN-188", PagingChecks::aFullRingLosesNothing)
                    .witnesses("full", "asked")
                    .cut(),
            Check.of("XEN-189", PagingChecks::theStepsOfAPageAreJudged)
                    .witnesses("shared")
                    .cut(),
            Check.of("XEN-190", PagingChecks::anAccessBeforeEvictIsNoticed)
                    .witnesses("read", "written")
                    .cut(),
            Check.of("XEN-191", PagingChecks::everyVcpuAsks)
                    .witnesses("two-requests", "both")
                    .cut(),
            Check.of("XEN-192", PagingChecks::theAnswerOnlyUnpauses)
                    .witnesses("accessible", "unpaused")
                    .cut(),
            Check.of("XEN-193", PagingChecks::aReleasedPageIsDropped)
                    .witnesses("decreased", "removed")
                    .cut());

    private static final int ROUNDS = 20;
    private static final int RUNSTATE_FLAG = 5;
    private static final int DECREASE_RESERVATION = 1;
    private static final long MILLISECOND = 1_000_000;

    private PagingChecks() {}

    /** XEN-185: the 2^32nd request is out of reach of a check. */
    private static void eightEntriesAreUsedInTurn(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 1);
        for (int n = 0; n < ROUNDS; n++) {
            ring.evict(n);
            byte[] before = ring.bytes();
            ring.expectPaused("load from an evicted page", ring.load(0, n));
            byte[] after = ring.bytes();
            s.expectEqual(
                    "req_prod, at 0, after request " + n, n + 1L, ring.ring().getInt(0));
            s.expectEqual(
                    "entry of request " + n + ", at 0x" + Integer.toHexString(PagingRing.place(n)),
                    ring.request(0, n, PagingRing.VCPU_PAUSED, 0),
                    ring.at(n));
            for (int at = PagingRing.FIRST_ENTRY; at < after.length; at++) {
                boolean inside = at >= PagingRing.place(n) && at < PagingRing.place(n) + PagingRing.ENTRY_BYTES;
                s.expectThat(
                        "byte 0x" + Integer.toHexString(at) + " outside the entry of request " + n + " is as it was",
                        inside || before[at] == after[at]);
            }
            s.expectEqual("requests at once", 1, ring.requests().size());
            ring.bringIn(n);
            ring.unpause(0, n);
            ring.expectLoads("after answer " + n, 0, PagingRing.value(n));
        }
        s.witness("wrapped");
        for (int n = 0; n < PagingRing.ENTRIES; n++) {
            ring.evict(n);
            s.expectEqual(
                    "result of request " + n + " of 8", Xen.EAGAIN, ring.pager().populate(ring.gfn(n)));
        }
        List<PagingRing.Request> all = ring.requests();
        for (int n = 0; n < PagingRing.ENTRIES; n++) {
            s.expectEqual("entry of request " + n + " of 8", ring.request(0, n, PagingRing.FOREIGN, 0), all.get(n));
        }
        s.witness("full");
    }

    /** XEN-186: the page was touched before it was evicted, so that an answer alone would bring it in. */
    private static void answersThatAreNotGoodHaveNoEffect(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 2);
        ring.nominate(0);
        ring.expectPaused("load from a nominated page", ring.load(0, 0));
        ring.requests();
        int[][] bad = {{6, 0}, {8, 0}, {0, 0}, {-1, 0}, {7, 2}, {7, 127}, {7, -1}, {7, Integer.MIN_VALUE}, {7, 1}};
        for (int[] versionAndVcpu : bad) {
            String what = "after an answer with version " + versionAndVcpu[0] + " for vCPU " + versionAndVcpu[1];
            ring.answer(versionAndVcpu[0], PagingRing.VCPU_PAUSED, versionAndVcpu[1], ring.gfn(0));
            s.expectEqual("events that pause vCPU 0 " + what, 1, ring.pager().pauses(0));
            s.expectThat("the page is not there " + what, !ring.isThere(0));
            ring.expectStillPaused(what, 0);
        }
        ring.expectRequests("after all that");
        s.witness("refused");
        ring.unpause(0, 0);
        ring.expectLoads("after a good answer", 0, PagingRing.value(0));
        s.witness("taken");
    }

    /**
     * XEN-187: a vCPU that is to have its runstate written, in three steps, into a page that is away. Each of them is an event,
     * if the hypervisor writes it.
     */
    private static void everyEventHasItsAnswer(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 1);
        XenGuest guest = ring.guest();
        s.expectEqual("enabling assist 5", 0, guest.call(Xen.VM_ASSIST, 0, RUNSTATE_FLAG));
        guest.arguments().quad(0, ring.page(0).address());
        s.expectEqual(
                "result of register_runstate_memory_area",
                0,
                guest.call(
                        Xen.VCPU_OP, Xen.REGISTER_RUNSTATE, 0, guest.arguments().address()));
        ring.evict(0);
        guest.rig().advance(MILLISECOND);
        SteppingGuestCpu cpu = ring.cpu(0);
        ring.expectPaused("an instruction when the runstate cannot be written", cpu.noOperation());
        List<PagingRing.Request> requests = ring.requests();
        for (PagingRing.Request request : requests) {
            s.expectEqual("request for the runstate", ring.request(0, 0, PagingRing.VCPU_PAUSED, 0), request);
        }
        s.expectEqual(
                "events that pause the vCPU", requests.size(), ring.pager().pauses(0));
        if (requests.size() > 1) {
            s.witness("several");
        }
        ring.bringIn(0);
        for (int answers = 0; answers < requests.size(); answers++) {
            ring.expectStillPaused("after " + answers + " of " + requests.size() + " answers", 0);
            ring.unpause(0, 0);
        }
        s.expectRetired("the instruction after as many answers as events", cpu.resume());
        ring.unpause(0, 0);
        ring.unpause(0, 0);
        ring.evict(1);
        ring.expectPaused("load from another evicted page", ring.load(0, 1));
        ring.expectRequests("of one load after two extra answers", ring.request(0, 1, PagingRing.VCPU_PAUSED, 0));
        s.expectEqual(
                "events that pause the vCPU after two extra answers",
                1,
                ring.pager().pauses(0));
        s.witness("extra");
        ring.bringIn(1);
        ring.expectStillPaused("before the one answer", 0);
        ring.unpause(0, 1);
        ring.expectLoads("after one answer", 0, PagingRing.value(1));
    }

    /** XEN-188. */
    private static void aFullRingLosesNothing(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 1);
        for (int n = 0; n < PagingRing.ENTRIES + 2; n++) {
            ring.evict(n);
        }
        for (int n = 0; n < PagingRing.ENTRIES; n++) {
            s.expectEqual(
                    "result of a request from outside", Xen.EAGAIN, ring.pager().populate(ring.gfn(n)));
        }
        s.expectEqual(
                "requests in a full ring", PagingRing.ENTRIES, ring.requests().size());
        byte[] full = ring.bytes();
        int last = PagingRing.ENTRIES;
        s.expectEqual(
                "result of a request from outside with a full ring",
                Xen.EBUSY,
                ring.pager().populate(ring.gfn(last)));
        ring.expectPaused("load of a vCPU with a full ring", ring.load(0, last + 1));
        s.expectThat("a full ring is as it was", Arrays.equals(full, ring.bytes()));
        s.witness("full");
        ring.expectStillPaused("while the ring is full", 0);
        ring.acknowledge(0);
        ring.expectStillPaused("when it can ask", 0);
        ring.expectRequests("when an entry is free", ring.request(0, last + 1, PagingRing.VCPU_PAUSED, 0));
        s.witness("asked");
        ring.bringIn(last + 1);
        ring.unpause(0, last + 1);
        ring.expectLoads("after the answer", 0, PagingRing.value(last + 1));
    }

    /** XEN-189: to a page with a vcpu_info somebody else than the guest refers as well. */
    private static void theStepsOfAPageAreJudged(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 1);
        ring.guest().register(0);
        s.expectEqual(
                "result of nominate of the page with vcpu_info",
                Xen.EBUSY,
                ring.pager().nominate(ring.guest().info(0).gfn()));
        s.witness("shared");
        s.expectEqual("result of evict before nominate", Xen.EBUSY, ring.pager().evict(ring.gfn(0)));
        s.expectEqual("result of prep of a present page", Xen.ENOENT, ring.prepare(0));
        ring.evict(0);
        s.expectEqual(
                "result of prep of an evicted page without a buffer",
                Xen.EINVAL,
                ring.pager().prepare(ring.gfn(0)));
        ring.bringIn(0);
        s.expectEqual("result of prep of a page that is in again", Xen.ENOENT, ring.prepare(0));
        s.expectRetired("load from the page", ring.load(0, 0));
        s.expectEqual("content of the page", PagingRing.value(0), ring.cpu(0).x(0));
    }

    /** XEN-190. */
    private static void anAccessBeforeEvictIsNoticed(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 1);
        touchEarly(s, ring, 0, "a load", () -> ring.load(0, 0));
        s.expectEqual("what was loaded", PagingRing.value(0), ring.cpu(0).x(0));
        s.witness("read");
        touchEarly(s, ring, 1, "a store", () -> ring.store(0, 1, 99));
        s.expectEqual("what was stored", 99, ring.page(1).quad(0));
        s.witness("written");
    }

    /** An access of the guest. */
    @FunctionalInterface
    private interface Access {
        GuestStep make();
    }

    private static void touchEarly(Scenario s, PagingRing ring, int n, String what, Access access) {
        ring.nominate(n);
        ring.expectPaused(what + " between nominate and evict", access.make());
        ring.expectRequests(
                "after " + what + " between nominate and evict",
                ring.request(0, n, PagingRing.VCPU_PAUSED, PagingRing.EVICT_FAIL));
        s.expectEqual("result of evict after " + what, Xen.EBUSY, ring.pager().evict(ring.gfn(n)));
        ring.unpause(0, n);
        s.expectRetired(what + " after the answer", ring.cpu(0).resume());
    }

    /** XEN-191. */
    private static void everyVcpuAsks(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 2);
        ring.evict(0);
        ring.expectPaused("load of vCPU 0", ring.load(0, 0));
        ring.expectPaused("load of vCPU 1", ring.load(1, 0));
        ring.expectRequests(
                "of two vCPUs",
                ring.request(0, 0, PagingRing.VCPU_PAUSED, 0),
                ring.request(1, 0, PagingRing.VCPU_PAUSED, 0));
        s.witness("two-requests");
        ring.bringIn(0);
        s.expectEqual("result of a second prep", Xen.ENOENT, ring.prepare(0));
        ring.unpause(0, 0);
        ring.expectLoads("after its answer", 0, PagingRing.value(0));
        ring.expectStillPaused("before its answer", 1);
        ring.unpause(1, 0);
        ring.expectLoads("after its answer", 1, PagingRing.value(0));
        s.witness("both");
    }

    /** XEN-192. */
    private static void theAnswerOnlyUnpauses(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 2);
        ring.evict(0);
        ring.expectPaused("load of vCPU 0", ring.load(0, 0));
        ring.bringIn(0);
        s.expectThat("the page is there after prep", ring.isThere(0));
        s.expectRetired("load of vCPU 1 after prep", ring.load(1, 0));
        s.expectEqual(
                "what vCPU 1 loads after prep", PagingRing.value(0), ring.cpu(1).x(0));
        s.expectRetired("store of vCPU 1 after prep", ring.store(1, 0, 77));
        s.witness("accessible");
        ring.expectStillPaused("after prep", 0);
        ring.unpause(0, 0);
        ring.expectLoads("after the answer", 0, 77);
        s.witness("unpaused");
    }

    /** XEN-193. */
    private static void aReleasedPageIsDropped(Scenario s) {
        PagingRing ring = PagingRing.enabled(s, 1);
        XenGuest guest = ring.guest();
        ring.evict(0);
        GuestBlock block = guest.arguments();
        block.quad(0, block.address() + 0x80).quad(8, 1).quad(16, 0).quad(24, Xen.SELF);
        block.quad(0x80, ring.gfn(0));
        s.expectEqual(
                "result of decrease_reservation", 1, guest.call(Xen.MEMORY_OP, DECREASE_RESERVATION, block.address()));
        expectDropped(s, ring, 0);
        s.witness("decreased");
        ring.acknowledge(0);
        ring.evict(1);
        s.expectEqual("result of remove_from_physmap", 0, guest.removeFromPhysmap(ring.gfn(1)));
        expectDropped(s, ring, 1);
        s.witness("removed");
    }

    private static void expectDropped(Scenario s, PagingRing ring, int n) {
        ring.expectRequests("after page " + n + " was released", ring.request(0, n, 0, PagingRing.DROP_PAGE));
        s.expectEqual("result of prep of a page that was released", Xen.ENOENT, ring.prepare(n));
        VcpuExit.MmioRead read =
                s.expectStopped("load from a page that was released", ring.load(0, n), VcpuExit.MmioRead.class);
        s.expectEqual("address without memory", ring.page(n).address(), read.address());
        ring.cpu(0).vcpu().completeMmioRead(0);
    }
}
