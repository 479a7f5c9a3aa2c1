/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static io.faultline.backend.hyperv.HypervRig.FAST;
import static io.faultline.backend.hyperv.HypervRig.GET;
import static io.faultline.backend.hyperv.HypervRig.INPUT;
import static io.faultline.backend.hyperv.HypervRig.ONE;
import static io.faultline.backend.hyperv.HypervRig.OUTPUT;
import static io.faultline.backend.hyperv.HypervRig.SELF;
import static io.faultline.backend.hyperv.HypervRig.SELF_VP;
import static io.faultline.backend.hyperv.HypervRig.SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hypercall ABI, executed by guests (HV-001 to HV-032). */
class HypercallTest {
    private static final int VERSION = 0x100;
    private static final int GUEST_OS_ID = 0x9_0002;
    private static final int VP_INDEX = 0x9_0003;
    private static final int CRASH_P0 = 0x210;
    private static final long BUILD = 27857 | 10L << 48;

    private final HypervRig rig = new HypervRig(2).identified();

    @Test
    void aValueComesAfterTheInputAndNothingElseChanges() {
        for (int i = 1; i < 31; i++) {
            rig.x(i, 0x1000 + i);
        }
        long state = rig.vcpu(0).read(CoreRegister.PSTATE);
        long control = GET | FAST | ONE;
        // Garbage above the name and behind it, as Linux leaves it there.
        assertEquals(ONE, rig.call(0, control, SELF, SELF_VP, 0xDEAD_0000_0000_0100L, -1));
        assertEquals(
                List.of(SELF, SELF_VP, 0xDEAD_0000_0000_0100L, -1L), List.of(rig.x(2), rig.x(3), rig.x(4), rig.x(5)));
        assertEquals(List.of(BUILD, 0L), List.of(rig.x(6), rig.x(7)));
        assertEquals(control | 1L << 48, rig.x(1), "where the list would go on");
        for (int i = 8; i < 31; i++) {
            assertEquals(0x1000 + i, rig.x(i));
        }
        assertEquals(state, rig.vcpu(0).read(CoreRegister.PSTATE));
    }

    @Test
    void theOlderConventionHasValuesAtTheEnd() {
        for (int i = 1; i < 18; i++) {
            rig.x(i, 0x1000 + i);
        }
        assertEquals(ONE, rig.legacy(0, GET | FAST | ONE, SELF, SELF_VP, VERSION));
        assertEquals(List.of(BUILD, 0L), List.of(rig.x(15), rig.x(16)));
        assertEquals(List.of(0x100EL, 0x1011L), List.of(rig.x(14), rig.x(17)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void severalValuesBeginWithTheFirstWholePair(int count) {
        long pair = VERSION | (long) VP_INDEX << 32;
        assertEquals(ONE * count, rig.call(1, GET | FAST | ONE * count, SELF, SELF_VP, pair, pair, pair));
        int first = 2 + 2 * ((16 + 4 * count + 15) / 16);
        for (int i = 0; i < count; i++) {
            assertEquals(i % 2 == 0 ? BUILD : 1, rig.vcpu(1).read(CoreRegister.x(first + 2 * i)));
        }
    }

    @Test
    void whatDoesNotFitIntoRegistersIsWrong() {
        assertEquals(3, rig.call(0, GET | FAST | ONE * 6, SELF, SELF_VP, VERSION));
        assertEquals(3, rig.call(0, SET | FAST | ONE * 4, SELF, SELF_VP, CRASH_P0));
        assertEquals(
                ONE * 3,
                rig.call(
                        0,
                        SET | FAST | ONE * 3,
                        SELF,
                        SELF_VP,
                        CRASH_P0,
                        0,
                        1,
                        0,
                        CRASH_P0 + 1,
                        0,
                        2,
                        0,
                        CRASH_P0,
                        0,
                        3,
                        0));
        assertEquals(3, rig.get(0, CRASH_P0), "in order");
    }

    @ParameterizedTest
    @ValueSource(ints = {27, 28, 29, 30, 31, 44, 45, 46, 47, 60, 61, 62, 63, 17, 26})
    void aReservedBitOrAVariableHeaderIsWrong(int bit) {
        assertEquals(3, rig.call(0, SET | FAST | ONE | 1L << bit, SELF, SELF_VP, CRASH_P0, 0, 7));
        assertEquals(3, rig.legacy(0, SET | FAST | ONE | 1L << bit, SELF, SELF_VP, CRASH_P0, 0, 7));
        assertEquals(0, rig.get(0, CRASH_P0));
    }

    @ParameterizedTest
    @CsvSource({"0x50, 0, 0", "0x50, 2, 2", "0x50, 2, 3", "0x51, 0, 0", "0x51, 1, 4095", "0x8, 1, 0", "0x8, 0, 1"})
    void countAndStartFitTheCall(int code, long count, long start) {
        assertEquals(3, rig.call(0, code | FAST | count << 32 | start << 48, SELF, SELF_VP, CRASH_P0, 0, 7));
        assertEquals(0, rig.get(0, CRASH_P0));
    }

    @Test
    void anUnknownCallIsNone() {
        for (int code : new int[] {0, 1, 0x4F, 0x7FFF, 0xFFFF}) {
            assertEquals(2, rig.call(0, code | FAST));
        }
        for (int code : new int[] {0x4D, 0x46, 0x94, 0x99, 0xC0, 0x8001}) {
            assertEquals(6, rig.call(0, code | FAST), "known, but not for this partition");
        }
        assertEquals(0, rig.call(0, 0x8 | FAST, 1000));
    }

    @Test
    void thePartitionIdNeedsItsPrivilege() {
        HypervRig privileged = new HypervRig(1, Map.of("hyperv.privileges", "0x000a00320000027f")).identified();
        assertTrue(privileged.get(0, 0x200) != 0 && privileged.x(7) != 0, "a longer output before");
        privileged.x(5, 77);
        assertEquals(0, privileged.call(0, 0x46 | FAST));
        assertEquals(List.of(2L, 0L), List.of(privileged.x(2), privileged.x(3)));
        assertEquals(0, privileged.legacy(0, 0x46 | FAST));
        assertEquals(List.of(2L, 0L, 77L), List.of(privileged.x(15), privileged.x(16), privileged.x(5)));
        assertEquals(0, privileged.call(0, 0x46, 3, OUTPUT), "there is no input to be aligned");
        assertEquals(2, privileged.doubleword(OUTPUT));
    }

    @Test
    void withoutOutputInRegistersThereIsMemory() {
        HypervRig slow = new HypervRig(1, Map.of("hyperv.privileges", "0x000200300000027f")).identified();
        assertEquals(6, slow.call(0, GET | FAST | ONE, SELF, SELF_VP, VERSION));
        slow.longs(INPUT, SELF, SELF_VP, VERSION);
        assertEquals(ONE, slow.call(0, GET | ONE, INPUT, OUTPUT));
        assertEquals(BUILD, slow.doubleword(OUTPUT));
    }

    @Test
    void aListComesFromMemoryAndGoesToMemory() {
        rig.longs(INPUT, SELF, SELF_VP, VERSION | (long) VP_INDEX << 32, GUEST_OS_ID);
        rig.longs(OUTPUT, -1, -1, -1, -1, -1, -1, -1);
        long control = GET | 3L << 32;
        assertEquals(3L << 32, rig.call(0, control, INPUT, OUTPUT));
        assertEquals(List.of(BUILD, 0L, 0L, 0L, HypervRig.GUEST_OS_ID, 0L, -1L), longs(7));
        assertEquals(List.of(INPUT, OUTPUT), List.of(rig.x(2), rig.x(3)));
        rig.longs(OUTPUT, -1, -1, -1, -1, -1, -1, -1);
        assertEquals(
                3L << 32, rig.call(0, control | 2L << 48, INPUT, OUTPUT), "counted from the beginning of the list");
        assertEquals(List.of(-1L, -1L, -1L, -1L, HypervRig.GUEST_OS_ID, 0L, -1L), longs(7));
        assertEquals(3L << 32, rig.legacy(0, control, INPUT, OUTPUT));
    }

    private List<Long> longs(int count) {
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(rig.doubleword(OUTPUT + 8L * i));
        }
        return values;
    }

    @Test
    void aListStopsAtItsFirstError() {
        rig.longs(INPUT, SELF, SELF_VP, VERSION | 0x77777777L << 32, GUEST_OS_ID);
        rig.longs(OUTPUT, -1, -1, -1, -1, -1, -1, -1);
        assertEquals(0x87 | ONE, rig.call(0, GET | 3L << 32, INPUT, OUTPUT));
        assertEquals(List.of(BUILD, 0L, -1L, -1L, -1L, -1L, -1L), longs(7));
        rig.x(9, 9);
        assertEquals(
                0x87 | ONE,
                rig.call(0, GET | FAST | 3L << 32, SELF, SELF_VP, VERSION | 0x77777777L << 32, GUEST_OS_ID));
        assertEquals(List.of(BUILD, 0L), List.of(rig.x(6), rig.x(7)));
        assertEquals(9, rig.x(9));
    }

    @Test
    void aLongListIsInterrupted() {
        HypervRig slow = new HypervRig(1, Map.of("hyperv.reps-per-entry", "2")).identified();
        slow.longs(INPUT, SELF, SELF_VP, VERSION | (long) VERSION << 32, VERSION | (long) VP_INDEX << 32, VERSION);
        slow.prepare(0, GET | 5L << 32, INPUT, OUTPUT);
        for (int start = 2; start < 5; start += 2) {
            assertEquals(new VcpuExit.Stepped(), slow.vcpu(0).step());
            assertEquals(HypervRig.CODE, slow.vcpu(0).read(CoreRegister.PC));
            assertEquals(0x4600_0001L, slow.x(0));
            assertEquals(GET | 5L << 32 | (long) start << 48, slow.x(1));
        }
        slow.vcpu(0).step();
        assertEquals(5L << 32, slow.x(0));
        for (int i = 0; i < 5; i++) {
            assertEquals(i == 3 ? 0 : BUILD, slow.doubleword(OUTPUT + 16L * i));
        }
        assertEquals(5L << 32, slow.legacy(0, GET | 5L << 32, INPUT, OUTPUT));
    }

    @Test
    void aBlockIsAlignedAndInOnePage() {
        rig.longs(INPUT, SELF, SELF_VP, CRASH_P0, 0, 7, 0);
        assertEquals(4, rig.call(0, SET | ONE, INPUT + 4, 0));
        assertEquals(4, rig.call(0, SET | ONE, INPUT + 0xFF8, 0));
        assertEquals(4, rig.call(0, GET | ONE, INPUT, OUTPUT + 1));
        assertEquals(4, rig.call(0, GET | ONE, INPUT, OUTPUT + 0xFF8));
        assertEquals(4, rig.call(0, GET | ONE * 300, INPUT, OUTPUT), "an output list of more than a page");
        assertEquals(0, rig.get(0, CRASH_P0));
        HypervRig other = new HypervRig(1, Map.of("hyperv.straddle-status", "3")).identified();
        assertEquals(3, other.call(0, SET | ONE, INPUT + 0xFF8, 0));
        assertEquals(4, other.call(0, SET | ONE, INPUT + 4, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0x900_0000, 0x3000_0000, 0x4040_0000, 1L << 47, 1L << 48, 1L << 52, -8})
    void whatIsNotInMemoryIsRefused(long address) {
        assertEquals(address == -8 ? 4 : 3, rig.call(0, SET | ONE, address, 0));
        rig.longs(INPUT, SELF, SELF_VP, VERSION);
        assertEquals(address == -8 ? 4 : 3, rig.call(0, GET | ONE, INPUT, address));
        HypervRig other = new HypervRig(1, Map.of("hyperv.unreadable-status", "4")).identified();
        assertEquals(4, other.call(0, SET | ONE, address, 0));
    }

    @Test
    void beforeTheGuestHasNamedItselfThereAreOnlyRegisters() {
        HypervRig fresh = new HypervRig(1);
        assertEquals(2, fresh.call(0, 0x8 | FAST, 1));
        assertEquals(2, fresh.call(0, 0x7777 | FAST, 1));
        assertEquals(2, fresh.call(0, 0x5D | FAST, 1));
        assertEquals(0, fresh.tryGet(0, VERSION));
        assertEquals(6, fresh.tryGet(0, VP_INDEX));
        assertEquals(6, fresh.set(0, 0x9_0013, 0));
        HypervRig other = new HypervRig(1, Map.of("hyperv.gate-status", "6"));
        assertEquals(6, other.call(0, 0x5D | FAST, 1));
    }

    @Test
    void otherFunctionsAreOfOthers() {
        assertEquals(-1, raw(0, 0x4600_0002L, 0));
        assertEquals(-1, raw(2, 0x4600_0001L, 0));
        assertEquals(-1, raw(0xFFFF, GET, 0));
        assertEquals(0x1_0002, raw(0, 0x8000_0000L, 0));
        assertEquals(0x4D32_BA58L, raw(0, 0x8600_FF01L, 0));
        assertEquals(List.of(0xCD24_4764L, 0x8EEF_6C75L, 0x1659_7024L), List.of(rig.x(1), rig.x(2), rig.x(3)));
        assertEquals(0x4D32_BA58L, raw(0, 0xC600_FF01L, 0));
        rig.words(HypervRig.RAM + 0x2000, 0xD400_0003);
        rig.vcpu(0).write(CoreRegister.PC, HypervRig.RAM + 0x2000);
        rig.x(0, 0x4600_0001);
        rig.vcpu(0).step();
        assertEquals(-1, rig.x(0), "SMC is no hypercall");
    }

    private long raw(int immediate, long function, long argument) {
        rig.words(HypervRig.RAM + 0x2000, HypervRig.hvc(immediate));
        rig.vcpu(0).write(CoreRegister.PC, HypervRig.RAM + 0x2000);
        rig.x(0, function);
        rig.x(1, argument);
        rig.vcpu(0).step();
        assertEquals(HypervRig.RAM + 0x2004, rig.vcpu(0).read(CoreRegister.PC));
        return rig.x(0);
    }

    @Test
    void anApplicationCannotCall() {
        rig.vcpu(0).write(CoreRegister.PSTATE, 0);
        rig.prepare(0, GET | FAST | ONE, SELF, SELF_VP, VERSION);
        rig.vcpu(0).step();
        assertEquals(HypervRig.VECTORS + 0x400, rig.vcpu(0).read(CoreRegister.PC));
        assertEquals(0x4600_0001L, rig.x(0));
    }

    @Test
    void aCallWaitsForPagesThatAreAway() {
        AsyncPageFaults paging = rig.machine.asyncPageFaults().orElseThrow();
        rig.longs(INPUT, SELF, SELF_VP, VERSION);
        Pager pager = new Pager();
        paging.attach(MemoryRegion.ram(HypervRig.RAM, HypervRig.RAM_BYTES), pager);
        pager.stored.put(INPUT, paging.evict(INPUT));
        pager.stored.put(OUTPUT, paging.evict(OUTPUT));
        rig.prepare(0, GET | ONE, INPUT, OUTPUT);
        for (long page : new long[] {INPUT, OUTPUT}) {
            assertTrue(rig.run(0, 1) instanceof VcpuExit.WaitForPage);
            assertEquals(page, pager.asked.get(pager.asked.size() - 1));
            pager.brings = true;
            paging.poll();
            pager.brings = false;
        }
        rig.run(0, 1);
        assertEquals(ONE, rig.x(0));
        assertEquals(BUILD, rig.doubleword(OUTPUT));
    }

    @Test
    void aCallWithAPageThatIsLostFails() {
        AsyncPageFaults paging = rig.machine.asyncPageFaults().orElseThrow();
        Pager pager = new Pager();
        paging.attach(MemoryRegion.ram(HypervRig.RAM, HypervRig.RAM_BYTES), pager);
        paging.evict(INPUT);
        pager.brings = true;
        rig.prepare(0, SET | ONE, INPUT, 0);
        for (int i = 0; i < 3; i++) {
            rig.run(0, 1);
        }
        assertEquals(3, rig.x(0));
    }

    private static final class Pager implements PageSource {
        private final List<Long> asked = new ArrayList<>();
        private final TreeMap<Long, byte[]> stored = new TreeMap<>();
        private boolean brings;

        @Override
        public void request(PageRequest request) {
            asked.add(request.page());
        }

        @Override
        public void poll(long now, PageSink sink) {
            if (!brings) {
                return;
            }
            for (long page : asked) {
                byte[] content = stored.remove(page);
                if (content == null) {
                    sink.poisoned(page);
                } else {
                    sink.arrived(page, content);
                }
            }
            asked.clear();
        }

        @Override
        public OptionalLong nextArrival() {
            return OptionalLong.empty();
        }
    }
}
