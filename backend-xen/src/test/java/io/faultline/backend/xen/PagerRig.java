/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Psci;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.paging.MemoryPager;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A pager that knows the ring by numbers, and vCPUs that touch pages by instructions. */
final class PagerRig {
    static final int ENTRY = 400;
    static final int PAUSED = 1;
    static final int FOREIGN = 2;
    static final int DROP = 1;
    static final int EVICT_FAIL = 2;
    static final int PAGING = 3;

    private static final long LANE = XenRig.RAM + 0x2000;
    private static final int LDR_X0_X1 = 0xF940_0020;
    private static final int STR_X0_X1 = 0xF900_0020;

    /** A request as the pager reads it. */
    record Request(int version, int flags, int reason, int vcpu, long gfn, int type, int pagingFlags) {}

    final XenRig xen;
    final Map<Long, byte[]> store = new TreeMap<>();
    private int taken;
    private int answered;

    PagerRig(int vcpus) {
        this(new XenRig(vcpus), vcpus);
    }

    PagerRig(XenRig xen, int vcpus) {
        this.xen = xen;
        for (int i = 1; i < vcpus; i++) {
            turnOn(i);
        }
    }

    private void turnOn(int vcpu) {
        Vcpu boot = xen.vcpu(0);
        xen.instruction(LANE, XenRig.hvc(0));
        boot.write(CoreRegister.X0, Integer.toUnsignedLong(Psci.CPU_ON));
        boot.write(CoreRegister.x(1), xen.vcpu(vcpu).affinity().mpidr());
        boot.write(CoreRegister.x(2), lane(vcpu));
        boot.write(CoreRegister.PC, LANE);
        assertEquals(new VcpuExit.Stepped(), boot.step());
        assertEquals(0, boot.read(CoreRegister.X0));
    }

    static long lane(int vcpu) {
        return LANE + 0x100 + 0x40L * vcpu;
    }

    static long page(int n) {
        return XenRig.DATA + 0x1000L * (n + 1);
    }

    static long gfn(int n) {
        return page(n) >> 12;
    }

    MemoryPager pager() {
        return xen.machine.memoryPager().orElseThrow();
    }

    PagerRig enabled() {
        assertEquals(0, pager().enable());
        return this;
    }

    /** Takes a page away after giving it a content. */
    void evict(int n) {
        xen.longs(page(n), 1000L + n);
        nominate(n);
        assertEquals(0, pager().evict(gfn(n)));
    }

    void nominate(int n) {
        assertEquals(0, pager().nominate(gfn(n)));
        byte[] content = new byte[4096];
        assertEquals(0, pager().read(gfn(n), content));
        store.put(gfn(n), content);
    }

    int bringIn(int n) {
        return pager().prepare(gfn(n), store.get(gfn(n)));
    }

    /** What has been asked since the last call. */
    List<Request> requests() {
        ByteBuffer ring = pager().ring();
        List<Request> requests = new ArrayList<>();
        while (taken != ring.getInt(0)) {
            int at = 0x40 + (taken++ & 7) * ENTRY;
            requests.add(new Request(
                    ring.getInt(at),
                    ring.getInt(at + 4),
                    ring.getInt(at + 8),
                    ring.getInt(at + 12),
                    ring.getLong(at + 24),
                    ring.getInt(at + 32),
                    ring.getInt(at + 36)));
        }
        return requests;
    }

    static Request request(int vcpu, int n, int type, int flags, int pagingFlags) {
        return new Request(7, flags, PAGING, vcpu, gfn(n), type, pagingFlags);
    }

    /** Writes an answer without saying so. */
    void write(int version, int flags, int reason, int vcpu, long gfn, int pagingFlags) {
        ByteBuffer ring = pager().ring();
        int at = 0x40 + (answered++ & 7) * ENTRY;
        ring.putInt(at, version)
                .putInt(at + 4, flags)
                .putInt(at + 8, reason)
                .putInt(at + 12, vcpu)
                .putLong(at + 24, gfn)
                .putInt(at + 36, pagingFlags);
        ring.putInt(8, answered);
    }

    void answer(int flags, int vcpu, int n) {
        write(7, flags, PAGING, vcpu, gfn(n), 0);
        assertEquals(0, pager().resume());
    }

    void answer(Request request) {
        write(7, request.flags(), request.reason(), request.vcpu(), request.gfn(), request.pagingFlags());
        assertEquals(0, pager().resume());
    }

    /** A vCPU is about to load from a page. */
    VcpuExit load(int vcpu, int n) {
        return access(vcpu, n, LDR_X0_X1);
    }

    VcpuExit store(int vcpu, int n, long value) {
        xen.vcpu(vcpu).write(CoreRegister.X0, value);
        return access(vcpu, n, STR_X0_X1);
    }

    private VcpuExit access(int vcpu, int n, int instruction) {
        xen.instruction(lane(vcpu), instruction);
        xen.vcpu(vcpu).write(CoreRegister.PC, lane(vcpu));
        xen.vcpu(vcpu).write(CoreRegister.x(1), page(n));
        return xen.vcpu(vcpu).step();
    }

    void assertPaused(VcpuExit exit, int n) {
        VcpuExit.WaitForPage wait = assertInstanceOf(VcpuExit.WaitForPage.class, exit);
        assertFalse(wait.interruptible());
        assertEquals(page(n), wait.ticket().page());
    }

    void assertLoads(int vcpu, long value) {
        assertEquals(new VcpuExit.Stepped(), xen.vcpu(vcpu).step());
        assertEquals(lane(vcpu) + 4, xen.vcpu(vcpu).read(CoreRegister.PC));
        assertEquals(value, xen.vcpu(vcpu).read(CoreRegister.X0));
    }

    /** decrease_reservation or remove_from_physmap of a page by a vCPU. */
    long release(int vcpu, int n) {
        long at = XenRig.DATA + 0x100L * vcpu;
        xen.longs(at, at + 0x80, 1, 0, XenRig.SELF);
        xen.longs(at + 0x80, gfn(n));
        return xen.callOn(vcpu, XenRig.MEMORY_OP, 1, at);
    }

    /** The same, where the call leaves so few entries that the vCPU stops. */
    void releaseAndBeHeld(int vcpu, int n) {
        long at = XenRig.DATA + 0x100L * vcpu;
        xen.longs(at, at + 0x80, 1, 0, XenRig.SELF);
        xen.longs(at + 0x80, gfn(n));
        xen.prepare(vcpu, XenRig.MEMORY_OP, 1, at);
        assertHeld(xen.vcpu(vcpu).step());
        assertEquals(1, xen.vcpu(vcpu).read(CoreRegister.X0));
    }

    static void assertHeld(VcpuExit exit) {
        assertEquals(
                "xen:ring-full",
                assertInstanceOf(VcpuExit.BackendSpecific.class, exit).kind());
    }

    byte[] ringBytes() {
        byte[] bytes = new byte[MemoryPager.RING_BYTES];
        pager().ring().get(bytes);
        return Arrays.copyOf(bytes, bytes.length);
    }
}
