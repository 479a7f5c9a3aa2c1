/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import static io.faultline.backend.xen.memory.MemoryRig.AT;
import static io.faultline.backend.xen.memory.MemoryRig.SELF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.backend.xen.ring.FakeCaller;
import io.faultline.backend.xen.ring.Pages;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands of memory_op and their errors. */
class MemoryOpTest {
    private static final long GFN = 0x4_0010;

    private final MemoryRig rig = new MemoryRig();

    @ParameterizedTest(name = "domain {0}, space {1}, index {2}, gfn {3}")
    @CsvSource({
        "0x7FF0, 0, 0, 0x40010, 0",
        "5, 0, 0, 0x40010, 0",
        "5, 0, 0, 0x100, 0",
        "5, 0, 1, 0x40010, -22",
        "5, 0, -1, 0x40010, -22",
        "5, 0, 0, -1, -22",
        "5, 0, 0, 0x1000000000, -22",
        "5, 1, 0, 0x38000, 0",
        "5, 1, 3, 0x38000, 0",
        "5, 1, 4, 0x38000, -22",
        "5, 1, 0x80000000, 0x38000, -22",
        "5, 1, -1, 0x38000, -22",
        "5, 1, 0x100000000, 0x38000, -22",
        "5, 2, 0, 0x40010, -38",
        "5, 3, 0, 0x40010, -38",
        "5, 4, 0, 0x40010, -38",
        "9, 4, 0, 0x40010, -38",
        "5, 5, 0, 0x40010, -13",
        "5, 6, 0, 0x40010, -38",
        "5, -1, 0, 0x40010, -38",
        "7, 0, 0, 0x40010, -1",
        "0, 0, 0, 0x40010, -1",
        "9, 0, 0, 0x40010, -3",
        "0x7FF1, 0, 0, 0x40010, -3",
        "0x7FFF, 0, 0, 0x40010, -3",
    })
    void mappingAPageOfTheHypervisor(String domain, int space, String index, String gfn, long result) {
        assertEquals(result, rig.add(Integer.decode(domain), space, Long.decode(index), Long.decode(gfn)));
    }

    @Test
    void theFrameIsSeenWhereItWasMappedAndOnlyThere() {
        assertEquals(0, rig.add(SELF, 0, 0, GFN));
        assertEquals(rig.sharedInfo, rig.map.frame(GFN));
        assertEquals(-16, rig.add(SELF, 0, 0, GFN + 1));
        assertEquals(-16, rig.add(SELF, 0, 0, GFN));
        assertNull(rig.map.frame(GFN + 1));
        assertEquals(0, rig.remove(SELF, GFN));
        assertEquals(-2, rig.remove(SELF, GFN));
        assertEquals(0, rig.add(SELF, 0, 0, GFN + 1));
        assertEquals(rig.sharedInfo, rig.map.frame(GFN + 1));
    }

    @Test
    void anOlderHypervisorMovesThePage() {
        MemoryRig old = new MemoryRig(MemorySettings.Remap.MOVES);
        assertEquals(0, old.add(SELF, 0, 0, GFN));
        assertEquals(0, old.add(SELF, 0, 0, GFN));
        assertEquals(0, old.add(SELF, 0, 0, GFN + 1));
        assertTrue(old.map.pages.get(GFN) == null);
        assertEquals(old.sharedInfo, old.map.frame(GFN + 1));
        assertEquals(0, old.add(SELF, 1, 0, GFN + 1));
        assertEquals(0, old.add(SELF, 0, 0, GFN + 2));
        assertEquals(old.grantFrames[0], old.map.frame(GFN + 1), "what replaced it stays");
    }

    @Test
    void aPageThatAnotherReplacedCanBeMappedAgain() {
        assertEquals(0, rig.add(SELF, 0, 0, GFN));
        assertEquals(0, rig.add(SELF, 1, 0, GFN));
        assertEquals(rig.grantFrames[0], rig.map.frame(GFN));
        assertEquals(0, rig.add(SELF, 0, 0, GFN + 1));
        assertEquals(GFN, rig.frames.gfn(1));
        assertEquals(GFN + 1, rig.frames.gfn(0));
    }

    @Test
    void aMapWithoutRoomLeavesEverythingAsItWas() {
        rig.map.full = true;
        assertEquals(-12, rig.add(SELF, 0, 0, GFN));
        rig.map.full = false;
        assertEquals(0, rig.add(SELF, 0, 0, GFN));
    }

    @Test
    void theGrantTableGrowsWithWhatIsMapped() {
        assertEquals(1, rig.grants.size());
        assertEquals(0, rig.add(SELF, 1, 2, 0x38000));
        assertEquals(3, rig.grants.size());
        assertEquals(rig.grantFrames[2], rig.map.frame(0x38000));
        assertEquals(-22, rig.add(SELF, 1, 4, 0x38001));
        assertEquals(3, rig.grants.size());
    }

    @ParameterizedTest(name = "domain {0}, gfn {1}")
    @CsvSource({"5, 0x40001, 0", "5, 0x30000, -2", "5, -1, -2", "7, 0x40001, -1", "9, 0x40001, -3"})
    void removingAPage(int domain, String gfn, long result) {
        assertEquals(result, rig.remove(domain, Long.decode(gfn)));
    }

    @ParameterizedTest(name = "command {0}")
    @CsvSource({
        "0, 0",
        "1, 0",
        "2, 266240",
        "3, -14",
        "4, -14",
        "5, -38",
        "6, 0",
        "7, -14",
        "8, -38",
        "9, -38",
        "10, -38",
        "11, -38",
        "12, -38",
        "13, -38",
        "14, -14",
        "15, -14",
        "16, -38",
        "17, -38",
        "18, 0",
        "19, 0",
        "20, -38",
        "21, -38",
        "22, -38",
        "23, -14",
        "24, -14",
        "25, -38",
        "26, -14",
        "27, -38",
        "28, -14",
        "29, -38",
        "63, -38",
        "64, 1",
        "65, 1",
        "66, -22",
        "67, -22",
        "78, -22",
        "79, -22",
        "4194247, -14",
        "4194375, -33",
        "4194391, -33",
        "-57, -33",
        "-41, -33",
        "-64, 288230376151711743",
    })
    void aCommandWithABadPointerHasThisResult(long command, long result) {
        assertEquals(result, rig.call(rig.memory, command, 0));
    }

    @ParameterizedTest
    @CsvSource({"24, -1", "26, -95", "28, -1"})
    void aCommandThatIsRefusedIsReadBefore(long command, long result) {
        assertEquals(result, rig.call(rig.memory, command, AT));
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 4096", "4, 5, 4096", "14, 5, 266239", "3, 0x7FF0, 4096", "3, 7, -1", "4, 9, -3"})
    void figuresOfADomain(int command, String domain, long result) {
        rig.caller.put16(AT, Integer.decode(domain));
        assertEquals(result, rig.call(rig.memory, command, AT));
    }

    @Test
    void pagesAreGivenBackAndTakenAgain() {
        rig.reservation(SELF, 3, 0, 0, GFN, GFN + 1, GFN + 2);
        assertEquals(0, rig.call(rig.memory, 6, AT), "the domain has all it may have");
        assertEquals(3, rig.call(rig.memory, 1, AT));
        assertEquals(FakeMap.PAGES - 3, rig.reservation.pages());
        assertNull(rig.map.pages.get(GFN));
        assertEquals(0, rig.call(rig.memory, 1, AT), "holes cannot be given back");
        assertEquals(0, rig.call(rig.memory, 0, AT), "pages without a place are not given");
        assertEquals(3, rig.call(rig.memory, 6, AT));
        assertEquals(FakeMap.PAGES, rig.reservation.pages());
        assertTrue(rig.map.pages.get(GFN + 2) != null);
    }

    @Test
    void largerExtentsAreManyPages() {
        rig.reservation(SELF, 2, 4, 0, GFN, GFN + 16);
        assertEquals(2, rig.call(rig.memory, 1, AT));
        assertEquals(FakeMap.PAGES - 32, rig.reservation.pages());
        rig.reservation(SELF, 1, 5, 0, GFN);
        assertEquals(1, rig.call(rig.memory, 6, AT));
        assertEquals(FakeMap.PAGES, rig.reservation.pages());
    }

    @Test
    void anExtentThatDoesNotFitIsNotTakenInPart() {
        rig.reservation(SELF, 1, 3, 0, FakeMap.RAM + FakeMap.PAGES - 8);
        assertEquals(1, rig.call(rig.memory, 1, AT));
        rig.reservation(SELF, 1, 3, 0, FakeMap.RAM + FakeMap.PAGES - 4);
        assertEquals(0, rig.call(rig.memory, 6, AT));
        assertEquals(FakeMap.PAGES - 8, rig.reservation.pages());
        assertNull(rig.map.pages.get(FakeMap.RAM + FakeMap.PAGES - 4));
    }

    @Test
    void theListStopsAtTheFirstThatFails() {
        rig.reservation(SELF, 4, 0, 0, GFN, GFN + 1, 0x100, GFN + 2);
        assertEquals(2, rig.call(rig.memory, 1, AT));
        rig.caller
                .put64(AT, FakeCaller.BASE + FakeCaller.BYTES - 8)
                .put64(FakeCaller.BASE + FakeCaller.BYTES - 8, GFN + 5);
        assertEquals(1, rig.call(rig.memory, 1, AT), "the second number cannot be read");
    }

    @Test
    void aPageOfTheHypervisorIsUnmappedByGivingItBackButDoesNotCount() {
        rig.add(SELF, 0, 0, 0x38000);
        rig.reservation(SELF, 1, 0, 0, 0x38000);
        assertEquals(1, rig.call(rig.memory, 1, AT));
        assertEquals(FakeMap.PAGES, rig.reservation.pages());
        assertEquals(0, rig.add(SELF, 0, 0, 0x38000));
    }

    @Test
    void ramReplacesAPageOfTheHypervisor() {
        rig.add(SELF, 0, 0, GFN);
        rig.reservation(SELF, 1, 0, 0, GFN + 1);
        rig.call(rig.memory, 1, AT);
        rig.reservation(SELF, 1, 0, 0, GFN);
        assertEquals(1, rig.call(rig.memory, 6, AT));
        assertEquals(SharedFrames.NOWHERE, rig.frames.gfn(0));
    }

    @ParameterizedTest(name = "domain {0}, {1} extents, order {2}, flags {3}")
    @CsvSource({
        "5, 1, 0, 0, 1",
        "5, 0, 0, 0, 0",
        "5, 1, 10, 0, 0",
        "5, 1, -1, 0, 0",
        "5, 0x4000000, 0, 0, 0",
        "5, -1, 0, 0, 0",
        "5, 1, 0, 12, 0",
        "5, 1, 0, 32, 1",
        "5, 1, 0, 0x10000, 0",
        "7, 1, 0, 0, -1",
        "9, 1, 0, 0, 0",
    })
    void aReservationIsChecked(int domain, String extents, int order, String flags, long result) {
        rig.reservation(domain, Long.decode(extents), order, Integer.decode(flags), GFN);
        assertEquals(result, rig.call(rig.memory, 1, AT));
    }

    @Test
    void aLongListIsDoneInParts() {
        long[] gfns = new long[1000];
        for (int i = 0; i < gfns.length; i++) {
            gfns[i] = FakeMap.RAM + i;
        }
        rig.reservation(SELF, gfns.length, 0, 0, gfns);
        rig.caller.patience(7);
        assertEquals(1000, rig.call(rig.memory, 1, AT));
        assertEquals(143, rig.caller.parts());
        assertEquals(1000, rig.call(rig.memory, 6, AT));
        assertEquals(FakeMap.PAGES, rig.reservation.pages());
        rig.reservation(SELF, 3, 0, 0, GFN, GFN + 1, GFN + 2);
        assertEquals(3, rig.call(rig.memory, 1 | 2 << 6, AT), "two are said to be done");
        assertEquals(FakeMap.PAGES - 1, rig.reservation.pages());
        assertEquals(3, rig.call(rig.memory, 1 | 3 << 6, AT));
    }

    @Test
    void aLargeExtentIsAsMuchWorkAsManySmallOnes() {
        rig.reservation(SELF, 4, 7, 0, FakeMap.RAM, FakeMap.RAM + 128, FakeMap.RAM + 256, FakeMap.RAM + 384);
        rig.caller.patience(16);
        assertEquals(4, rig.call(rig.memory, 1, AT));
        assertEquals(2, rig.caller.parts(), "128 pages are eight parts");
    }

    private void batch(int space, int size, int other) {
        rig.caller
                .put16(AT, SELF)
                .put16(AT + 2, space)
                .put16(AT + 4, size)
                .put16(AT + 6, other)
                .put64(AT + 8, AT + 0x100)
                .put64(AT + 16, AT + 0x200)
                .put64(AT + 24, AT + 0x300);
        for (int i = 0; i < size && i < 32; i++) {
            rig.caller.put64(AT + 0x100 + 8 * i, i).put64(AT + 0x200 + 8 * i, 0x38000 + i);
        }
    }

    @Test
    void aBatchHasAnErrorForEachPage() {
        batch(1, 6, 0);
        rig.caller.patience(2);
        assertEquals(0, rig.call(rig.memory, 23, AT));
        int[] expected = {0, 0, 0, 0, -22, -22};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], rig.caller.get32(AT + 0x300 + 4 * i));
        }
        assertEquals(3, rig.caller.parts());
        assertEquals(rig.grantFrames[3], rig.map.frame(0x38003));
    }

    @ParameterizedTest(name = "space {0}, size {1}, other {2}, start {3}")
    @CsvSource({
        "1, 0, 0, 0, 0, 99",
        "1, 1, 0, 2, -84, 99",
        "1, 1, 1, 0, -95, 99",
        "0, 1, 0, 0, 0, 0",
        "2, 1, 0, 0, 0, -38",
        "4, 1, 7, 0, 0, -1",
        "4, 1, 9, 0, 0, -3",
        "4, 1, 5, 0, 0, -22",
        "5, 1, 0, 0, 0, -13",
    })
    void aBatchIsChecked(int space, int size, int other, int start, long result, int error) {
        batch(space, size, other);
        rig.caller.put32(AT + 0x300, 99);
        assertEquals(result, rig.call(rig.memory, 23 | start << 6, AT));
        assertEquals(error, rig.caller.get32(AT + 0x300));
    }

    @Test
    void aBatchNeedsItsArrays() {
        for (int array = 8; array <= 24; array += 8) {
            batch(1, 1, 0);
            rig.caller.put64(AT + array, 0);
            assertEquals(-14, rig.call(rig.memory, 23, AT));
        }
        batch(1, 1, 0);
        rig.caller.put16(AT, 7);
        assertEquals(-1, rig.call(rig.memory, 23, AT));
    }

    @Test
    void anyStructureIsAnsweredWithoutHarm() {
        Random random = new Random(9);
        for (int round = 0; round < 20000; round++) {
            for (int i = 0; i < 64; i += 8) {
                int kind = random.nextInt(4);
                rig.caller.put64(
                        AT + i,
                        kind == 0 ? random.nextLong() : kind == 1 ? AT + random.nextInt(0x1000) : random.nextInt(4096));
            }
            rig.caller.put16(AT, SELF).patience(50);
            long command = random.nextInt(30) | (random.nextInt(4) == 0 ? (long) random.nextInt(200) << 6 : 0);
            rig.call(rig.memory, command, AT);
            assertTrue(rig.reservation.pages() >= 0 && rig.reservation.pages() <= FakeMap.PAGES);
        }
    }

    @Test
    void whereThePagesAreIsSaved() {
        rig.add(SELF, 0, 0, GFN);
        rig.add(SELF, 1, 2, 0x38000);
        Map<String, StateValue> saved = Pages.save(rig.frames);
        rig.frames.reset();
        assertEquals(SharedFrames.NOWHERE, rig.frames.gfn(0));
        Pages.restore(rig.frames, saved);
        assertEquals(GFN, rig.frames.gfn(0));
        assertEquals(0x38000, rig.frames.gfn(3));
        Map<String, StateValue> broken = new TreeMap<>(saved);
        broken.put("shared-frames/gfns", new StateValue.Words(new long[] {1, 1, -1, -1, -1}));
        assertThrows(HypervisorException.class, () -> Pages.restore(rig.frames, broken));
    }

    @Test
    void theNumberOfPagesIsSaved() {
        rig.reservation(SELF, 1, 0, 0, GFN);
        rig.call(rig.memory, 1, AT);
        Map<String, StateValue> saved = Pages.save(rig.reservation);
        rig.reservation.reset();
        assertEquals(FakeMap.PAGES, rig.reservation.pages());
        Pages.restore(rig.reservation, saved);
        assertEquals(FakeMap.PAGES - 1, rig.reservation.pages());
        Map<String, StateValue> broken = Map.of("reservation/pages", new StateValue.Word(FakeMap.PAGES + 1));
        assertThrows(HypervisorException.class, () -> Pages.restore(rig.reservation, broken));
    }
}
