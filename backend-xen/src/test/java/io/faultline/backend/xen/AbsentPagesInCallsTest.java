/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.state.SavedState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A call that has to wait for a page in its middle does everything once, and what it returns does not tell. */
class AbsentPagesInCallsTest {
    private static final int PAGE = 4096;
    /** The second page of every array. */
    private static final long SECOND = XenRig.DATA + 0x6000;

    private final XenRig rig = new XenRig(2);
    private final AsyncPageFaults faults = rig.machine.asyncPageFaults().orElseThrow();
    private final TreeMap<Long, byte[]> away = new TreeMap<>();

    AbsentPagesInCallsTest() {
        faults.attach(rig.machine.memory().regions().get(0), new PageSource() {
            @Override
            public void request(PageRequest request) {
                // The test says when pages come.
            }

            @Override
            public void poll(long now, PageSink sink) {
                // As above.
            }

            @Override
            public OptionalLong nextArrival() {
                return OptionalLong.empty();
            }
        });
    }

    private void evict(long page) {
        away.put(page, faults.evict(page));
    }

    /** Makes a call that waits for pages so many times. */
    private long call(int waits, long number, long... arguments) {
        rig.prepare(0, number, arguments);
        for (int i = 0; i < waits; i++) {
            VcpuExit.WaitForPage wait = assertInstanceOf(VcpuExit.WaitForPage.class, rig.run(0, 10));
            faults.complete(wait.ticket().page(), away.remove(wait.ticket().page()));
        }
        for (int i = 0; i < 10_000 && rig.vcpu(0).read(CoreRegister.PC) == XenRig.CODE; i++) {
            assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
        }
        assertEquals(List.of(), List.copyOf(away.keySet()));
        return rig.x(0);
    }

    @Test
    void aListOfCallsMakesEachOnce() {
        int before = rig.ipi(0);
        rig.words(XenRig.DATA, 0, 0);
        rig.longs(SECOND - 64, XenRig.EVENT_CHANNEL_OP, 0, 7, XenRig.DATA);
        rig.longs(SECOND, XenRig.VERSION, 0, 7, 0);
        evict(SECOND);
        assertEquals(0, call(1, XenRig.MULTICALL, SECOND - 64, 2));
        assertEquals(4096, rig.doubleword(SECOND + 8));
        assertEquals(before + 1, rig.word(XenRig.DATA + 4), "no other port was taken");
    }

    @Test
    void extentsAreGivenBackOnce() {
        long gfn = XenRig.DATA + 0x10_0000 >> 12;
        rig.longs(SECOND - 16, gfn, gfn + 1, gfn + 2);
        rig.longs(XenRig.DATA, SECOND - 16, 3, 0, XenRig.SELF);
        evict(SECOND);
        assertEquals(3, call(1, XenRig.MEMORY_OP, 1, XenRig.DATA));
        rig.longs(XenRig.DATA, XenRig.SELF);
        assertEquals(XenRig.RAM_BYTES / PAGE - 3, rig.call(XenRig.MEMORY_OP, 3, XenRig.DATA));
    }

    @Test
    void pagesAreMappedOnceWhicheverArrayIsAway() {
        long gfn = XenRig.DATA + 0x10_0000 >> 12;
        long[] arrays = {SECOND - 8, SECOND + 0x2000 - 8, SECOND + 0x4000 - 4};
        rig.longs(arrays[0], 0, 1);
        rig.longs(arrays[1], gfn, gfn + 1);
        rig.words(arrays[2], 77, 77);
        rig.longs(XenRig.DATA, XenRig.SELF | 1L << 16 | 2L << 32, arrays[0], arrays[1], arrays[2]);
        evict(SECOND);
        evict(SECOND + 0x2000);
        evict(SECOND + 0x4000);
        assertEquals(0, call(3, XenRig.MEMORY_OP, 23, XenRig.DATA));
        assertEquals(0, rig.word(arrays[2]));
        assertEquals(0, rig.word(arrays[2] + 4));
    }

    @Test
    void grantEntriesAreExchangedOnce() {
        long frame = XenRig.DATA + 0x10_0000;
        rig.longs(XenRig.DATA, XenRig.SELF | 1L << 32, 0, frame >> 12);
        assertEquals(0, rig.call(XenRig.MEMORY_OP, 7, XenRig.DATA));
        rig.longs(frame, 10, 11, 12, 13);
        rig.words(SECOND - 12, 0, 1, 0x5555, 2, 3, 0x5555);
        evict(SECOND);
        assertEquals(0, call(1, XenRig.GRANT_TABLE_OP, 11, SECOND - 12, 2));
        assertEquals(11, rig.doubleword(frame));
        assertEquals(10, rig.doubleword(frame + 8));
        assertEquals(13, rig.doubleword(frame + 16));
    }

    @Test
    void textIsPrintedOnce() {
        byte[] text = ("x".repeat(200) + "\n").getBytes(StandardCharsets.US_ASCII);
        rig.machine.memory().write(SECOND - 150, text);
        evict(SECOND);
        assertEquals(0, call(1, XenRig.CONSOLE_IO, 0, text.length, SECOND - 150));
        assertArrayEquals(text, console().takeOutput());
    }

    private ParavirtualConsole console() {
        return rig.machine.console().orElseThrow();
    }

    @Test
    void noInputIsLost() {
        byte[] input = "0123456789".repeat(30).getBytes(StandardCharsets.US_ASCII);
        // The ring takes 1024 bytes.
        console().offer(new byte[1024]);
        console().offer(input);
        evict(SECOND);
        assertEquals(300, call(1, XenRig.CONSOLE_IO, 1, 1000, SECOND - 150));
        byte[] found = new byte[input.length];
        rig.machine.memory().read(SECOND - 150, found);
        assertArrayEquals(input, found);
    }

    // An empty page in the place of one that is away.

    private void populate(long page) {
        rig.longs(XenRig.DATA, SECOND + 0x8000, 1, 0, XenRig.SELF);
        rig.longs(SECOND + 0x8000, XenRig.RAM + 0x20_0000 >> 12);
        assertEquals(1, rig.call(XenRig.MEMORY_OP, 1, XenRig.DATA));
        rig.longs(SECOND + 0x8000, page >> 12);
        assertEquals(1, rig.call(XenRig.MEMORY_OP, 6, XenRig.DATA));
        assertEquals(PageResidency.RESIDENT, rig.machine.memory().residency(page));
    }

    @Test
    void whoWaitsForAPageGoesOnWhenAnotherIsInItsPlace() {
        rig.longs(SECOND, 5);
        evict(SECOND);
        rig.prepare(0, 0, 0xC400_0003L, rig.vcpu(1).affinity().mpidr(), XenRig.CODE + 0x40, 0);
        rig.instruction(XenRig.CODE + 0x80, XenRig.hvc(0));
        rig.instruction(XenRig.CODE + 0x40, 0xF940_0022); // LDR X2, [X1]
        rig.vcpu(0).write(CoreRegister.PC, XenRig.CODE + 0x80);
        rig.run(0, 1);
        rig.vcpu(1).write(CoreRegister.X1, SECOND);
        rig.vcpu(1).write(CoreRegister.x(2), 77);
        assertInstanceOf(VcpuExit.WaitForPage.class, rig.run(1, 1));
        populate(SECOND);
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(1).step());
        assertEquals(0, rig.vcpu(1).read(CoreRegister.x(2)));
        assertEquals(List.of(), faults.outstanding());
    }

    @Test
    void nothingIsRememberedOfThePageThatWasReplaced() {
        evict(SECOND);
        rig.prepare(0, XenRig.EVENT_CHANNEL_OP, 7, SECOND);
        assertInstanceOf(VcpuExit.WaitForPage.class, rig.run(0, 1));
        faults.fail(SECOND, "the test says so");
        populate(SECOND);
        SavedState saved = rig.machine.save();
        new XenRig(2).machine.restore(SavedState.fromBytes(saved.toBytes()));
    }
}
