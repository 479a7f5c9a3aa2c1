/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BackendExitsTest {
    private static final long BASE = 0x4000_0000L;
    private static final long NOTIFY = 1L << 63;
    private static final long MESSAGE = 1L << 62;

    /** Two pages from {@link #BASE} on. */
    private static final class Memory implements GuestMemory {
        private final byte[] bytes = new byte[8192];

        @Override
        public List<MemoryRegion> regions() {
            return List.of();
        }

        @Override
        public void read(long address, byte[] target) {
            long offset = address - BASE;
            if (offset < 0 || offset > bytes.length - target.length) {
                throw new HypervisorException(ErrorId.NOT_GUEST_MEMORY, "nothing there", "test", "");
            }
            System.arraycopy(bytes, (int) offset, target, 0, target.length);
        }

        @Override
        public void write(long address, byte[] source) {
            System.arraycopy(source, 0, bytes, (int) (address - BASE), source.length);
        }

        @Override
        public PageResidency residency(long address) {
            return PageResidency.RESIDENT;
        }
    }

    private final Memory memory = new Memory();

    private String crash(long control, long p0, long p1, long p2, long p3, long p4) {
        return BackendExits.describe(
                new VcpuExit.BackendSpecific(
                        "hyperv:crash",
                        new TreeMap<>(Map.of("control", control, "p0", p0, "p1", p1, "p2", p2, "p3", p3, "p4", p4))),
                memory);
    }

    private String crashWith(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
        memory.write(BASE, bytes);
        String said = crash(NOTIFY | MESSAGE, 0, 0, 0, BASE, bytes.length);
        String begin = "reported a crash with the parameters 0x0, 0x0, 0x0, 0x40000000, 0x"
                + Integer.toHexString(bytes.length) + "; ";
        assertEquals(begin, said.substring(0, begin.length()));
        return said.substring(begin.length());
    }

    @Test
    void aCrashWithoutAMessageHasFiveParameters() {
        assertEquals(
                "reported a crash with the parameters 0x1, 0xff, 0x3, 0xffffffffffffffff, 0x5",
                crash(NOTIFY, 1, 255, 3, -1, 5));
    }

    @Test
    void theLastLineOfAMessageIsShown() {
        assertEquals(
                "its message ends with \"Kernel panic: why\"", crashWith("Booting\r\n  Kernel panic: why \n\n\0\0"));
    }

    @Test
    void whatAGuestWritesIsOneLineOfPrintableCharacters() {
        assertEquals("its message ends with \"[31mred\"", crashWith("a\n\033[31mr\u0007e\u00E9d\u007F\n"));
        assertEquals("its message ends with \"" + "x".repeat(160) + "...\"", crashWith("x".repeat(161)));
        assertEquals("its message ends with \"" + "x".repeat(160) + "\"", crashWith("x".repeat(160)));
        assertEquals("its message is empty", crashWith("\n\0\n"));
        assertEquals("its message is empty", crashWith(""));
    }

    @Test
    void noMoreThanAPageOfAMessageIsLookedAt() {
        memory.write(BASE, ("y".repeat(4090) + "\nlast1more").getBytes(StandardCharsets.US_ASCII));
        String end = "; its message ends with \"last1\"";
        for (long length : new long[] {4096, 4097, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            String said = crash(NOTIFY | MESSAGE, 0, 0, 0, BASE, length);
            assertEquals(end, said.substring(said.length() - end.length()));
        }
    }

    @Test
    void aMessageOutsideOfMemoryIsSaidToBe() {
        assertEquals(
                "reported a crash with the parameters 0x0, 0x0, 0x0, 0x1000, 0x10;"
                        + " its message cannot be read: nothing there",
                crash(NOTIFY | MESSAGE, 0, 0, 0, 0x1000, 16));
    }

    @Test
    void aReportWithoutItsDetailsIsOneOfZeroes() {
        assertEquals(
                "reported a crash with the parameters 0x0, 0x0, 0x0, 0x0, 0x0",
                BackendExits.describe(new VcpuExit.BackendSpecific("hyperv:crash", new TreeMap<>()), memory));
    }

    private String shutdown(long reason) {
        return BackendExits.describe(
                new VcpuExit.BackendSpecific("xen:shutdown", new TreeMap<>(Map.of("reason", reason))), memory);
    }

    @Test
    void theReasonOfAShutdownHasAName() {
        assertEquals("shut down for reason 2 (to be suspended)", shutdown(2));
        assertEquals("shut down for reason 3 (it crashed)", shutdown(3));
        assertEquals("shut down for reason 4 (its watchdog ran out)", shutdown(4));
        assertEquals("shut down for reason 5 (to start anew with its memory)", shutdown(5));
        assertEquals("shut down for reason 77", shutdown(77));
    }

    @Test
    void whatNobodyKnowsIsShownAsItIs() {
        assertEquals(
                "stopped for other:thing {a=1}, which this VMM does not know",
                BackendExits.describe(
                        new VcpuExit.BackendSpecific("other:thing", new TreeMap<>(Map.of("a", 1L))), memory));
    }
}
