/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.paging.MemoryPager;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A pager that knows its ring by numbers (xen.md 7.2), and the guest whose pages it takes. Each page holds a value of its own
 * at its beginning.
 */
final class PagingRing {
    static final int REQUEST_PRODUCER = 0;
    static final int ENTRIES = 8;
    static final int FIRST_ENTRY = 0x40;
    static final int ENTRY_BYTES = 400;
    static final int VERSION = 7;
    static final int MEM_PAGING = 3;
    static final int VCPU_PAUSED = 1;
    static final int FOREIGN = 2;
    static final int DROP_PAGE = 1;
    static final int EVICT_FAIL = 2;

    private static final int RESPONSE_PRODUCER = 8;
    private static final int PAGE = 4096;
    private static final int FIRST_PAGE = 20;

    /** A request as the pager reads it. */
    record Request(int version, int flags, int reason, int vcpu, long gfn, int pagingFlags) {}

    private final Scenario s;
    private final XenGuest guest;
    private int taken;
    private int answered;

    private PagingRing(Scenario s, XenGuest guest) {
        this.s = s;
        this.guest = guest;
    }

    /** A machine with a pager. */
    static PagingRing enabled(Scenario s, int vcpus) {
        PagingRing ring = new PagingRing(s, XenGuest.boot(s, vcpus));
        s.expectEqual("result of enabling the pager", 0, ring.pager().enable());
        return ring;
    }

    XenGuest guest() {
        return guest;
    }

    SteppingGuestCpu cpu(int vcpu) {
        return guest.cpu(vcpu);
    }

    /** Not to be kept over a guest operation. */
    MemoryPager pager() {
        return guest.rig()
                .machine()
                .memoryPager()
                .orElseThrow(() ->
                        s.failure("Machine.memoryPager()", "present, as the backend declares memory-pager", "empty"));
    }

    // Pages

    GuestBlock page(int n) {
        return guest.scratch(FIRST_PAGE + n);
    }

    long gfn(int n) {
        return page(n).gfn();
    }

    static long value(int n) {
        return 0x5A5A_0000_0000L | n;
    }

    private static byte[] content(int n) {
        return ByteBuffer.allocate(PAGE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value(n))
                .array();
    }

    void nominate(int n) {
        page(n).fill(PAGE, 0).quad(0, value(n));
        s.expectEqual("result of nominate of page " + n, 0, pager().nominate(gfn(n)));
    }

    void evict(int n) {
        nominate(n);
        s.expectEqual("result of evict of page " + n, 0, pager().evict(gfn(n)));
    }

    long prepare(int n) {
        return pager().prepare(gfn(n), content(n));
    }

    void bringIn(int n) {
        s.expectEqual("result of prep of page " + n, 0, prepare(n));
    }

    boolean isThere(int n) {
        return guest.rig().machine().memory().residency(page(n).address()) == PageResidency.RESIDENT;
    }

    // The guest

    /** A vCPU loads the value of a page into X0. */
    GuestStep load(int vcpu, int n) {
        SteppingGuestCpu cpu = cpu(vcpu);
        cpu.x(1, page(n).address());
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    GuestStep store(int vcpu, int n, long value) {
        SteppingGuestCpu cpu = cpu(vcpu);
        cpu.x(0, value);
        cpu.x(1, page(n).address());
        return cpu.store(AccessWidth.DOUBLEWORD, 0, 1);
    }

    void expectPaused(String what, GuestStep step) {
        s.expectStopped(what, step, VcpuExit.WaitForPage.class);
    }

    void expectStillPaused(String when, int vcpu) {
        expectPaused("vCPU " + vcpu + " " + when, cpu(vcpu).resume());
    }

    void expectLoads(String when, int vcpu, long value) {
        s.expectRetired("load of vCPU " + vcpu + " " + when, cpu(vcpu).resume());
        s.expectEqual("what vCPU " + vcpu + " loads " + when, value, cpu(vcpu).x(0));
    }

    // The ring

    ByteBuffer ring() {
        return pager().ring();
    }

    static int place(int index) {
        return FIRST_ENTRY + index % ENTRIES * ENTRY_BYTES;
    }

    byte[] bytes() {
        byte[] bytes = new byte[MemoryPager.RING_BYTES];
        ring().get(bytes);
        return bytes;
    }

    Request at(int index) {
        ByteBuffer ring = ring();
        int at = place(index);
        return new Request(
                ring.getInt(at),
                ring.getInt(at + 4),
                ring.getInt(at + 8),
                ring.getInt(at + 12),
                ring.getLong(at + 24),
                ring.getInt(at + 36));
    }

    /** What has been asked since the last call; a pager that is asked for more than there are entries reads nothing. */
    List<Request> requests() {
        List<Request> requests = new ArrayList<>();
        int produced = ring().getInt(REQUEST_PRODUCER);
        s.expectThat(
                "at most 8 requests are in the ring: from " + taken + " to " + produced,
                Integer.compareUnsigned(produced - taken, ENTRIES) <= 0);
        while (taken != produced) {
            requests.add(at(taken++));
        }
        return requests;
    }

    Request request(int vcpu, int n, int flags, int pagingFlags) {
        return new Request(VERSION, flags, MEM_PAGING, vcpu, gfn(n), pagingFlags);
    }

    void expectRequests(String when, Request... expected) {
        s.expectEqual("requests " + when, List.of(expected), requests());
    }

    void answer(int version, int flags, int vcpu, long gfn) {
        ByteBuffer ring = ring();
        int at = place(answered++);
        ring.putInt(at, version)
                .putInt(at + 4, flags)
                .putInt(at + 8, MEM_PAGING)
                .putInt(at + 12, vcpu)
                .putLong(at + 24, gfn)
                .putInt(at + 36, 0);
        ring.putInt(RESPONSE_PRODUCER, answered);
        s.expectEqual("result of resume", 0, pager().resume());
    }

    /** Answers a request of a vCPU that waits. */
    void unpause(int vcpu, int n) {
        answer(VERSION, VCPU_PAUSED, vcpu, gfn(n));
    }

    /** Answers a request of somebody else. */
    void acknowledge(int n) {
        answer(VERSION, 0, 0, gfn(n));
    }
}
