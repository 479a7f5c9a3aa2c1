/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GuestRamTest {
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 0x40_0000L;

    private final GuestRam ram = new GuestRam(List.of(new RamRegion(0x8000_0000L, 0x1000), new RamRegion(BASE, SIZE)));

    private static void assertError(ErrorId id, Executable executable) {
        assertEquals(id, assertThrows(HypervisorException.class, executable).id());
    }

    private static byte[] page(int value) {
        byte[] content = new byte[4096];
        content[0] = (byte) value;
        content[4095] = (byte) ~value;
        return content;
    }

    private Map<String, StateValue> save() {
        StateWriter writer = new StateWriter();
        writer.element(ram);
        return writer.values();
    }

    private static void restore(GuestRam target, Map<String, StateValue> state) {
        StateReader reader = new StateReader(state);
        reader.element(target);
        reader.finish();
    }

    @Test
    void regionsAreSortedAndKnown() {
        assertEquals(List.of(new RamRegion(BASE, SIZE), new RamRegion(0x8000_0000L, 0x1000)), ram.regions());
        assertTrue(ram.contains(BASE));
        assertTrue(ram.contains(BASE + SIZE - 1));
        assertFalse(ram.contains(BASE + SIZE));
        assertFalse(ram.contains(BASE - 1));
        assertFalse(ram.contains(-1));
        assertTrue(ram.contains(BASE, SIZE));
        assertFalse(ram.contains(BASE + 1, SIZE));
        assertFalse(ram.contains(BASE, -1));
        assertFalse(ram.contains(0, 1));
    }

    @Test
    void regionsMustNotOverlap() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new GuestRam(List.of(new RamRegion(0, 0x2000), new RamRegion(0x1000, 0x1000))));
        assertTrue(e.getMessage().contains("overlap"), e.getMessage());
    }

    @Test
    void aRegionIsWholePagesBelowTheLimit() {
        assertThrows(IllegalArgumentException.class, () -> new RamRegion(1, 0x1000));
        assertThrows(IllegalArgumentException.class, () -> new RamRegion(0, 0x1001));
        assertThrows(IllegalArgumentException.class, () -> new RamRegion(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RamRegion(-0x1000, 0x1000));
        assertThrows(IllegalArgumentException.class, () -> new RamRegion(1L << 52, 0x1000));
        assertThrows(IllegalArgumentException.class, () -> new RamRegion((1L << 52) - 0x1000, 0x2000));
        assertEquals(1L << 52, new RamRegion((1L << 52) - 0x1000, 0x1000).end());
    }

    @Test
    void untouchedMemoryReadsAsZeroAndCostsNothing() {
        assertEquals(0, ram.load(BASE + 0x1234, AccessWidth.DOUBLEWORD));
        assertEquals(0, ram.allocatedPages());
    }

    @Test
    void valuesAreLittleEndianAndMayCrossPages() {
        ram.store(BASE + 0xFFD, AccessWidth.DOUBLEWORD, 0x1122_3344_5566_7788L);

        assertEquals(0x88, ram.load(BASE + 0xFFD, AccessWidth.BYTE));
        assertEquals(0x4455, ram.load(BASE + 0x1000, AccessWidth.HALFWORD));
        assertEquals(0x55667788L, ram.load(BASE + 0xFFD, AccessWidth.WORD));
        assertEquals(0x1122_3344_5566_7788L, ram.load(BASE + 0xFFD, AccessWidth.DOUBLEWORD));
        assertEquals(2, ram.allocatedPages());
    }

    @Test
    void whatIsOutsideMemoryIsAnErrorAndNothingIsCopied() {
        byte[] bytes = new byte[16];
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.read(BASE - 8, bytes, 0, 16));
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.write(BASE + SIZE - 8, new byte[16], 0, 16));
        assertEquals(0, ram.load(BASE + SIZE - 8, AccessWidth.DOUBLEWORD));
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.makeAbsent(0));
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.makeResident(0, new byte[4096]));
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.page(0));
        assertThrows(IndexOutOfBoundsException.class, () -> ram.read(BASE, bytes, 10, 7));
    }

    @Test
    void anAbsentPageHasNoContent() {
        ram.store(BASE, AccessWidth.BYTE, 7);
        ram.makeAbsent(BASE);

        assertFalse(ram.isResident(BASE));
        assertTrue(ram.isResident(BASE + 0x1000));
        assertFalse(ram.isResident(0));
        assertError(ErrorId.PAGE_ABSENT, () -> ram.load(BASE, AccessWidth.BYTE));
        assertError(ErrorId.PAGE_ABSENT, () -> ram.store(BASE + 0xFFF, AccessWidth.BYTE, 1));
        assertError(ErrorId.PAGE_ABSENT, () -> ram.page(BASE));
        assertError(ErrorId.PAGE_ABSENT, () -> ram.write(BASE + 0x1FF8 - 0x1000, new byte[4096], 0, 16));
        assertEquals(0, ram.allocatedPages());
    }

    @Test
    void aPageArrivesWithItsContent() {
        ram.makeAbsent(BASE + 0x1000);
        ram.makeResident(BASE + 0x1000, page(3));

        assertTrue(ram.isResident(BASE + 0x1FFF));
        assertEquals(3, ram.load(BASE + 0x1000, AccessWidth.BYTE));
        assertEquals(0xFC, ram.load(BASE + 0x1FFF, AccessWidth.BYTE));

        ram.makeResident(BASE + 0x1000, page(4));
        assertEquals(4, ram.load(BASE + 0x1000, AccessWidth.BYTE));
        assertError(ErrorId.INVALID_ARGUMENT, () -> ram.makeResident(BASE, new byte[100]));
    }

    @Test
    void aPageIsForgottenByTheOnlyCacheThatHasIt() {
        List<String> heard = new ArrayList<>();
        PageSubscription busy = ram.subscribe(() -> heard.add("all"));
        busy.renew();
        PageCache cache = (page, slot) -> heard.add(Long.toHexString(page.address()) + " in " + slot);
        ram.page(BASE).cached(cache, 7);
        ram.page(BASE).cached(cache, 7);

        ram.makeAbsent(BASE);
        assertEquals(List.of("40000000 in 7"), heard);
        ram.makeResident(BASE, page(1));
        ram.makeAbsent(BASE);
        assertEquals(List.of("40000000 in 7"), heard, "nobody has had it since");
    }

    @Test
    void aPageThatSeveralHaveOrThatWasWalkedIsForgottenByAll() {
        List<String> heard = new ArrayList<>();
        PageSubscription one = ram.subscribe(() -> heard.add("one"));
        PageSubscription other = ram.subscribe(() -> heard.add("other"));
        PageCache cache = (page, slot) -> {};
        one.renew();
        other.renew();
        one.renew();
        ram.page(BASE).cached(cache, 1);
        ram.page(BASE).cached(cache, 2);
        ram.makeAbsent(BASE);
        assertEquals(List.of("one", "other"), heard);

        heard.clear();
        ram.page(BASE + 0x1000).walked();
        ram.makeAbsent(BASE + 0x1000);
        assertEquals(List.of(), heard, "nobody has cached anything since");
        other.renew();
        ram.page(BASE + 0x2000).walked();
        ram.makeAbsent(BASE + 0x2000);
        assertEquals(List.of("other"), heard);

        heard.clear();
        one.renew();
        ram.page(BASE + 0x3000).cached(cache, 1);
        ram.page(BASE + 0x3000).cached((page, slot) -> {}, 1);
        ram.makeAbsent(BASE + 0x3000);
        assertEquals(List.of("one"), heard);
    }

    @Test
    void aPageThatComesAfterAnotherWentHasNothingOfIt() {
        ram.makeResident(BASE, page(5));
        RamPage gone = ram.page(BASE);
        gone.watch(new WriteWatch() {
            @Override
            public boolean isActive() {
                return true;
            }

            @Override
            public void written(int offset, int length) {
                // it may hear of its own page only
            }
        });
        ram.makeAbsent(BASE);
        assertEquals(0, ram.load(BASE + 0x4000, AccessWidth.DOUBLEWORD));
        RamPage fresh = ram.page(BASE + 0x4000);
        assertEquals(0, ram.load(BASE + 0x4000, AccessWidth.DOUBLEWORD));
        assertEquals(BASE + 0x4000, fresh.address());
        assertFalse(fresh.isWatched());
        assertEquals(1, ram.allocatedPages());
    }

    @Test
    void valuesThatCrossAPageAreReadAndWritten() {
        ram.store(BASE + 0xFFD, AccessWidth.DOUBLEWORD, 0x1122_3344_5566_7788L);
        assertEquals(0x1122_3344_5566_7788L, ram.load(BASE + 0xFFD, AccessWidth.DOUBLEWORD));
        assertEquals(0x11_2233_4455L, ram.load(BASE + 0x1000, AccessWidth.DOUBLEWORD));
        ram.makeAbsent(BASE + 0x1000);
        assertError(ErrorId.PAGE_ABSENT, () -> ram.load(BASE + 0xFFD, AccessWidth.DOUBLEWORD));
        assertError(ErrorId.PAGE_ABSENT, () -> ram.store(BASE + 0x1000, AccessWidth.BYTE, 1));
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.store(BASE - 1, AccessWidth.BYTE, 1));
        assertError(ErrorId.NOT_GUEST_MEMORY, () -> ram.load(BASE + SIZE - 2, AccessWidth.WORD));
    }

    @Test
    void pagesThatGoAndComeAllocateNothing() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        byte[] content = page(1);
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 10 && allocated > 0; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 1000; i++) {
                ram.makeResident(BASE, content);
                ram.store(BASE + 8, AccessWidth.WORD, i);
                ram.load(BASE + 8, AccessWidth.WORD);
                ram.makeAbsent(BASE);
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }

        assertTrue(allocated < 4096, allocated + " bytes for 1000 pages");
    }

    @Test
    void openMonitorsAreFoundWhateverOpensAndCloses() {
        List<ExclusiveMonitor> monitors = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            monitors.add(ram.newMonitor());
            monitors.get(i).mark(BASE + 0x1000 * (i % 3));
        }
        monitors.get(8).clear();
        monitors.get(0).clear();
        monitors.get(0).clear();
        monitors.get(4).mark(BASE + 0x2000);
        ram.store(BASE, AccessWidth.BYTE, 1);

        List<Boolean> open = new ArrayList<>();
        monitors.forEach(monitor -> open.add(monitor.isOpen()));
        assertEquals(List.of(false, true, true, false, true, true, false, true, false), open);
        assertTrue(ram.isReservedByOther(monitors.get(0), BASE + 0x2000));
        assertFalse(ram.isReservedByOther(monitors.get(0), BASE));
    }

    @Test
    void aWatchHearsWhatIsWritten() {
        List<String> heard = new ArrayList<>();
        RamPage page = ram.page(BASE + 0x2000);
        assertTrue(page.watch().isEmpty());
        assertFalse(page.isWatched());
        boolean[] active = {true};
        page.watch(new WriteWatch() {
            @Override
            public boolean isActive() {
                return active[0];
            }

            @Override
            public void written(int offset, int length) {
                heard.add(offset + "+" + length);
            }
        });
        assertTrue(page.isWatched());
        ram.store(BASE + 0x1FFC, AccessWidth.DOUBLEWORD, -1);
        ram.store(BASE + 0x2010, AccessWidth.WORD, 0);
        ram.makeAbsent(BASE + 0x2000);

        assertEquals(List.of("0+4", "16+4", "0+4096"), heard);
        active[0] = false;
        assertFalse(page.isWatched());
    }

    @Test
    void monitorsAreClearedByStoresOfOthers() {
        ExclusiveMonitor mine = ram.newMonitor();
        ExclusiveMonitor other = ram.newMonitor();
        mine.mark(BASE + 0x48);
        assertTrue(mine.covers(BASE + 0x7F));
        assertFalse(mine.covers(BASE + 0x80));
        List<Long> seen = new ArrayList<>();
        ram.forEachReservedByOther(mine, seen::add);
        assertEquals(List.of(), seen);
        ram.forEachReservedByOther(other, seen::add);
        assertEquals(List.of(BASE), seen);
        assertTrue(ram.isReservedByOther(other, BASE));
        assertFalse(ram.isReservedByOther(other, BASE + 0x1000));
        assertFalse(ram.isReservedByOther(mine, BASE));

        ram.stored(mine, BASE + 0x40, 8);
        ram.stored(other, BASE + 0x3C, 4);
        ram.stored(other, BASE + 0x80, 8);
        assertTrue(mine.isOpen());
        ram.stored(other, BASE + 0x3C, 8);
        assertFalse(mine.isOpen());
        assertFalse(mine.covers(BASE + 0x48));

        mine.mark(BASE + 0x48);
        ram.store(BASE + 0x40, AccessWidth.BYTE, 0);
        assertFalse(mine.isOpen());

        mine.mark(BASE + 0x48);
        ram.makeAbsent(BASE);
        assertFalse(mine.isOpen());
    }

    @Test
    void stateRoundTrips() {
        ram.store(BASE + 0x1008, AccessWidth.DOUBLEWORD, 42);
        ram.makeAbsent(BASE + 0x3000);
        ram.makeAbsent(BASE + SIZE - 0x1000);
        ram.store(BASE + 0x5000, AccessWidth.BYTE, 1);
        ram.store(BASE + 0x5000, AccessWidth.BYTE, 0);
        Map<String, StateValue> state = save();

        GuestRam other = new GuestRam(ram.regions());
        other.store(BASE + 0x7000, AccessWidth.BYTE, 9);
        restore(other, state);

        assertEquals(42, other.load(BASE + 0x1008, AccessWidth.DOUBLEWORD));
        assertEquals(0, other.load(BASE + 0x7000, AccessWidth.BYTE));
        assertFalse(other.isResident(BASE + 0x3000));
        assertFalse(other.isResident(BASE + SIZE - 1));
        assertEquals(1, other.allocatedPages());
        StateWriter writer = new StateWriter();
        writer.element(other);
        assertEquals(state, writer.values());
    }

    @Test
    void resetMakesEverythingResidentAndZero() {
        ram.store(BASE, AccessWidth.BYTE, 1);
        ram.makeAbsent(BASE + 0x1000);
        ram.reset();

        assertEquals(0, ram.load(BASE, AccessWidth.BYTE));
        assertTrue(ram.isResident(BASE + 0x1000));
        assertEquals(0, ram.allocatedPages());
    }

    @Test
    void stateOfOtherMemoryIsRefused() {
        Map<String, StateValue> state = save();
        assertError(
                ErrorId.INVALID_STATE,
                () -> restore(new GuestRam(List.of(new RamRegion(BASE, SIZE), new RamRegion(0, 0x1000))), state));

        Map<String, StateValue> misplaced = new TreeMap<>(state);
        misplaced.put("ram/absent", new StateValue.Words(new long[] {0x10}));
        assertError(ErrorId.INVALID_STATE, () -> restore(ram, misplaced));

        Map<String, StateValue> shortPage = new TreeMap<>(state);
        shortPage.put("ram/present", new StateValue.Words(new long[] {BASE}));
        shortPage.put("ram/page." + Long.toHexString(BASE), new StateValue.Bytes(new byte[3]));
        assertError(ErrorId.INVALID_STATE, () -> restore(ram, shortPage));
    }

    @Test
    void monitorStateRoundTrips() {
        ExclusiveMonitor monitor = ram.newMonitor();
        monitor.mark(BASE + 100);
        StateWriter writer = new StateWriter();
        writer.element(monitor);
        ExclusiveMonitor copy = ram.newMonitor();
        new StateReader(writer.values()).element(copy);
        assertTrue(copy.covers(BASE + 64));
        copy.reset();
        assertFalse(copy.isOpen());
    }

    @Test
    void manyPagesCanBeAbsentAtOnce() {
        for (long address = BASE; address < BASE + SIZE; address += 0x1000) {
            ram.makeAbsent(address);
        }
        StateWriter writer = new StateWriter();
        writer.element(ram);
        assertEquals(SIZE / 0x1000, ((StateValue.Words) writer.values().get("ram/absent")).value().length);
        byte[] read = new byte[4096];
        ram.makeResident(BASE + 0x20_0000, page(1));
        ram.read(BASE + 0x20_0000, read, 0, 4096);
        assertArrayEquals(page(1), read);
    }

    @Test
    void whoKeepsAPageCanTellWhetherItIsStillThatOfItsAddress() {
        assertNull(ram.allocatedPage(BASE), "nobody has touched it");
        RamPage page = ram.page(BASE);
        assertSame(page, ram.allocatedPage(BASE + 0xFFF));
        assertTrue(page.isAt(BASE));
        assertFalse(page.isAt(BASE + 0x1000));

        ram.makeResident(BASE, page(3));
        assertTrue(page.isAt(BASE), "the content is new and the page is not");

        ram.makeAbsent(BASE);
        assertFalse(page.isAt(BASE));
        assertNull(ram.allocatedPage(BASE));
        assertSame(page, ram.page(BASE + 0x5000), "what went is used for what comes");
        assertFalse(page.isAt(BASE));
        assertTrue(page.isAt(BASE + 0x5000));

        Map<String, StateValue> state = save();
        restore(ram, state);
        assertFalse(page.isAt(BASE + 0x5000));
        RamPage other = ram.page(BASE + 0x1000);
        ram.reset();
        assertFalse(other.isAt(BASE + 0x1000));
        assertNull(ram.allocatedPage(0), "there is no RAM");
    }

    @Test
    void storesToAPageThatIsKnownAreNoticedAsOthersAre() {
        RamPage page = ram.page(BASE);
        List<Integer> seen = new ArrayList<>();
        ram.watchByte(BASE + 7, seen::add);
        ram.watchByte(BASE + 9, value -> seen.add(-value));
        ram.watchByte(BASE + 7, value -> seen.add(value + 1000));
        ram.watchByte(BASE + 100, value -> seen.add(0));

        ram.store64(page, 0, 0x8877_6655_4433_2211L);
        ram.store32(page, 8, 0xFFEE_DDCC);
        ram.store8(page, 7, 0x199);
        ram.store(page, 6, new byte[] {0, 1, 2, 3, 4, 5}, 1, 4);

        assertEquals(List.of(0x88, 0x88 + 1000, -0xDD, 0x99, 0x99 + 1000, 2, 1002, -4), seen);
        assertEquals(0x0201_6655_4433_2211L, page.load64(0));
        assertEquals(0xFFEE_0403, page.load32(8));
        assertEquals(0xFF, page.load8(11));
        assertEquals(0xEE04, ram.load(BASE + 9, AccessWidth.HALFWORD));
        assertEquals(0xFFEE_0403L, ram.load(BASE + 8, AccessWidth.WORD));

        ExclusiveMonitor monitor = ram.newMonitor();
        monitor.mark(BASE);
        ram.store8(page, 64, 1);
        assertTrue(monitor.isOpen());
        ram.store8(page, 63, 1);
        assertFalse(monitor.isOpen());
    }

    @Test
    void lookupsAreCountedAndKnownPagesNeedNone() {
        RamPage page = ram.page(BASE);
        long before = ram.searches();
        ram.store64(page, 8, 1);
        ram.store32(page, 8, page.load32(12));
        assertTrue(page.isAt(BASE));
        assertEquals(before, ram.searches());
        ram.load(BASE, AccessWidth.WORD);
        ram.store(BASE, AccessWidth.WORD, 1);
        assertEquals(before + 2, ram.searches());
    }
}
