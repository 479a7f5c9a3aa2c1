/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import static io.faultline.vmm.vmbus.BusRig.RINGS;
import static io.faultline.vmm.vmbus.BusRig.RING_BYTES;
import static io.faultline.vmm.vmbus.BusRig.RING_PAGES;
import static io.faultline.vmm.vmbus.BusRig.data;
import static io.faultline.vmm.vmbus.BusRig.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelTest {
    private static void assertPacket(Optional<ByteBuffer> packet, int type, long transaction, byte[] payload) {
        assertTrue(packet.isPresent());
        assertEquals(type, packet.get().getShort(0));
        assertEquals(2, packet.get().getShort(2));
        assertEquals(0, packet.get().getShort(6));
        assertEquals(transaction, packet.get().getLong(8));
        byte[] content = new byte[packet.get().capacity() - 16];
        packet.get().get(16, content);
        assertArrayEquals(payload, content);
    }

    @Test
    void aPacketComesBackAndTheVcpuOfTheChannelIsInterrupted() {
        BusRig rig = BusRig.open();
        rig.put(6, 0, 42, payload(24, 1));
        assertFalse(rig.server.exchange(), "nobody has signalled");
        rig.signal();
        assertTrue(rig.server.exchange());
        assertEquals(List.of("1/2/1"), rig.synic.flags());
        assertPacket(rig.get(), 6, 42, payload(24, 1));
        assertEquals(Optional.empty(), rig.get());
        assertEquals(rig.field(0, Ring.WRITE_INDEX), rig.field(0, Ring.READ_INDEX));
        assertFalse(rig.server.exchange());
        assertEquals(1, rig.server.packets());
        assertEquals(1, rig.server.interrupts());
    }

    @Test
    void aCompletionComesBackIfOneIsWanted() {
        BusRig rig = BusRig.open();
        rig.put(6, 1, 7, new byte[0]);
        rig.signal();
        rig.server.exchange();
        assertPacket(rig.get(), 11, 7, new byte[0]);
    }

    @Test
    void packetsThatAreNotInbandAreTakenAndNotAnswered() {
        BusRig rig = BusRig.open();
        rig.put(9, 0, 1, payload(64, 1));
        rig.put(6, 0, 2, payload(8, 2));
        rig.signal();
        rig.server.exchange();
        assertPacket(rig.get(), 6, 2, payload(8, 2));
        assertEquals(Optional.empty(), rig.get());
    }

    @Test
    void aGuestThatLooksByItselfIsNotInterrupted() {
        BusRig rig = BusRig.open();
        rig.field(1, Ring.INTERRUPT_MASK, 1);
        rig.put(6, 0, 1, payload(8, 1));
        rig.signal();
        assertTrue(rig.server.exchange());
        assertEquals(List.of(), rig.synic.flags());
        rig.field(1, Ring.INTERRUPT_MASK, 0);
        rig.put(6, 0, 2, payload(8, 2));
        rig.signal();
        rig.server.exchange();
        assertEquals(List.of(), rig.synic.flags(), "its ring was not empty");
        rig.get();
        rig.get();
        rig.put(6, 0, 3, payload(8, 3));
        rig.signal();
        rig.server.exchange();
        assertEquals(List.of("1/2/1"), rig.synic.flags());
    }

    @Test
    void anInterruptIsOwedUntilTheControllerIsOn() {
        BusRig rig = BusRig.open();
        rig.synic.off(1, true);
        rig.put(6, 0, 1, payload(8, 1));
        rig.signal();
        assertTrue(rig.server.exchange());
        assertFalse(rig.server.exchange());
        rig.synic.off(1, false);
        assertTrue(rig.server.exchange());
        assertFalse(rig.server.exchange());
        assertEquals(List.of("1/2/1"), rig.synic.flags());
    }

    @Test
    void aFullRingStopsTheChannelUntilTheGuestHasMadeRoom() {
        BusRig rig = BusRig.open();
        int packet = 16 + 1000 + 8;
        int fit = (RING_BYTES - 1) / packet;
        for (int i = 0; i < fit; i++) {
            rig.put(6, 0, i, payload(1000, i));
        }
        rig.signal();
        rig.server.exchange();
        assertEquals(0, rig.field(1, Ring.PENDING_SEND_SIZE));
        rig.put(6, 0, 100, payload(1000, 100));
        rig.signal();
        assertFalse(rig.server.exchange());
        assertEquals(packet, rig.field(1, Ring.PENDING_SEND_SIZE), "the guest learns how much room is wanted");
        assertPacket(rig.get(), 6, 0, payload(1000, 0));
        assertFalse(rig.server.exchange());
        rig.signal();
        assertTrue(rig.server.exchange());
        assertEquals(0, rig.field(1, Ring.PENDING_SEND_SIZE));
        for (int i = 1; i < fit; i++) {
            assertPacket(rig.get(), 6, i, payload(1000, i));
        }
        assertPacket(rig.get(), 6, 100, payload(1000, 100));
        assertEquals(Optional.empty(), rig.get());
    }

    @Test
    void aGuestThatWaitsForRoomIsInterrupted() {
        BusRig rig = BusRig.open();
        rig.field(1, Ring.INTERRUPT_MASK, 1);
        for (int i = 0; i < 10; i++) {
            rig.put(9, 0, i, payload(1000, i));
        }
        rig.field(0, Ring.PENDING_SEND_SIZE, RING_BYTES - 5000);
        rig.signal();
        rig.server.exchange();
        assertEquals(List.of("1/2/1"), rig.synic.flags(), "once, although more becomes free");
    }

    @Test
    void aPacketThatNeverFitsIsTaken() {
        BusRig rig = BusRig.connected(1);
        assertEquals(0, rig.share(1, 5, BusRig.range(RINGS, 6)));
        assertEquals(0, rig.open(1, 5, 1, RING_PAGES));
        rig.put(6, 0, 1, payload(4096, 1));
        rig.put(6, 0, 2, payload(8, 2));
        rig.signal();
        assertTrue(rig.server.exchange());
        assertEquals(1, rig.server.packets());
        assertEquals(32, rig.field(1, Ring.WRITE_INDEX));
        assertEquals(rig.field(0, Ring.WRITE_INDEX), rig.field(0, Ring.READ_INDEX));
    }

    @Test
    void thousandsOfPacketsOfAllLengthsComeBackInOrder() {
        BusRig rig = BusRig.open();
        Random random = new Random(20261129);
        List<byte[]> expected = new ArrayList<>();
        int put = 0;
        int got = 0;
        while (got < 5000) {
            int length = 8 * random.nextInt(random.nextInt(10) == 0 ? 400 : 8);
            int used = (rig.field(0, Ring.WRITE_INDEX) - rig.field(0, Ring.READ_INDEX) + RING_BYTES) % RING_BYTES;
            if (random.nextBoolean() && RING_BYTES - used > 16 + length + 8) {
                byte[] payload = payload(length, put);
                rig.put(6, 0, put++, payload);
                expected.add(payload);
            }
            if (random.nextInt(4) == 0) {
                rig.signal();
            }
            rig.server.exchange();
            for (int i = random.nextInt(4); i > 0; i--) {
                Optional<ByteBuffer> packet = rig.get();
                if (packet.isPresent()) {
                    assertPacket(packet, 6, got, expected.get(got));
                    got++;
                }
            }
        }
    }

    static Stream<Arguments> brokenRings() {
        return Stream.of(
                Arguments.of("a write index behind the ring", 0, Ring.WRITE_INDEX, RING_BYTES),
                Arguments.of("a write index beside a packet", 0, Ring.WRITE_INDEX, 36),
                Arguments.of("a negative write index", 0, Ring.WRITE_INDEX, -8),
                Arguments.of("less than a packet", 0, Ring.WRITE_INDEX, 16),
                Arguments.of("a read index behind the ring", 1, Ring.READ_INDEX, RING_BYTES),
                Arguments.of("a read index beside a packet", 1, Ring.READ_INDEX, 4),
                Arguments.of("a negative read index", 1, Ring.READ_INDEX, Integer.MIN_VALUE),
                Arguments.of("a packet that is too long", 0, 4096 + 4, 0xFFFF_0000 | 0xFFFF),
                Arguments.of("a packet that is shorter than its descriptor", 0, 4096, 1 << 16 | 6),
                Arguments.of("a packet that is shorter than its data", 0, 4096, 8 << 16 | 6),
                Arguments.of("an empty packet", 0, 4096 + 4, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenRings")
    void aRingThatIsNonsenseEndsTheChannelUntilItIsOpenedAgain(String what, int ring, int offset, int value) {
        BusRig rig = BusRig.open();
        rig.put(6, 0, 1, payload(8, 1));
        rig.field(ring, offset, value);
        rig.signal();
        assertFalse(rig.server.exchange());
        rig.signal();
        assertFalse(rig.server.exchange());
        assertEquals(0, rig.server.packets());
        assertEquals(List.of(), rig.synic.flags());

        rig.send(BusRig.message(7, 12).putInt(8, 1));
        for (int field = 0; field < 16; field += 4) {
            rig.field(0, field, 0);
            rig.field(1, field, 0);
        }
        assertEquals(0, rig.open(1, 5, 1, RING_PAGES));
        rig.put(6, 0, 2, payload(8, 2));
        rig.signal();
        assertTrue(rig.server.exchange());
        assertPacket(rig.get(), 6, 2, payload(8, 2));
    }

    @Test
    void aSignalForAClosedChannelHasNoEffect() {
        BusRig rig = BusRig.connected(1);
        rig.signal();
        assertFalse(rig.server.exchange());
    }

    /** Pages that come when the test says so. */
    private static final class Pages implements PageSource {
        final List<PageRequest> requests = new ArrayList<>();
        final Map<Long, byte[]> contents = new TreeMap<>();
        boolean come;
        boolean fail;

        @Override
        public void request(PageRequest request) {
            requests.add(request);
        }

        @Override
        public void poll(long now, PageSink sink) {
            if (fail) {
                List<PageRequest> asked = List.copyOf(requests);
                asked.forEach(request -> sink.failed(request.page(), "it cannot be had"));
            } else if (come) {
                contents.forEach(sink::arrived);
                contents.clear();
            }
        }

        @Override
        public OptionalLong nextArrival() {
            return OptionalLong.empty();
        }

        void evict(BusRig rig, long page) {
            contents.put(page, rig.machine.faults().evict(page));
        }
    }

    private static Pages pages(BusRig rig) {
        Pages pages = new Pages();
        rig.machine.faults().attach(MemoryRegion.ram(RINGS, 2 * RING_PAGES * 4096), pages);
        return pages;
    }

    @Test
    void everyPageMayBeAbsentAndIsAskedFor() {
        for (int page = 0; page < 2 * RING_PAGES; page++) {
            BusRig rig = BusRig.open();
            Pages pages = pages(rig);
            // The packet lies in two pages of both rings.
            for (int i = 0; i < 2; i++) {
                rig.put(6, 0, i, payload(4000, i));
                rig.signal();
                rig.server.exchange();
                rig.get();
            }
            rig.put(6, 0, 2, payload(4000, 2));
            int flags = rig.synic.flags().size();
            long address = RINGS + page * 4096L;
            boolean used = page % RING_PAGES == 0
                    || address == data(page / RING_PAGES, 2 * 4024)
                    || (address & -4096) == (data(page / RING_PAGES, 2 * 4024) & -4096)
                    || (address & -4096) == (data(page / RING_PAGES, 3 * 4024) & -4096);
            pages.evict(rig, address);
            rig.signal();
            assertEquals(!used, rig.server.exchange(), "page " + page);
            if (used) {
                assertEquals(
                        List.of(address),
                        pages.requests.stream().map(PageRequest::page).toList());
                assertEquals(-1, pages.requests.get(0).vcpu());
                assertFalse(rig.server.exchange(), "it has not come");
                assertEquals(1, pages.requests.size());
                assertEquals(flags, rig.synic.flags().size());
                pages.come = true;
                rig.machine.faults().poll();
                assertTrue(rig.server.exchange());
            }
            pages.come = true;
            rig.machine.faults().poll();
            assertPacket(rig.get(), 6, 2, payload(4000, 2));
        }
    }

    @Test
    void aSourceThatFailsForEverIsNotAskedForEver() {
        BusRig rig = BusRig.open();
        Pages pages = pages(rig);
        pages.fail = true;
        rig.put(6, 0, 1, payload(8, 1));
        pages.evict(rig, RINGS);
        rig.signal();
        for (int i = 0; i < 10; i++) {
            assertFalse(rig.server.exchange());
            rig.machine.faults().poll();
        }
        assertEquals(3, pages.requests.size());
        rig.signal();
        rig.server.exchange();
        assertEquals(4, pages.requests.size());
    }

    @Test
    void pagesThatNobodySuppliesAreWaitedFor() {
        BusRig rig = BusRig.open();
        rig.put(6, 0, 1, payload(8, 1));
        byte[] content = rig.machine.faults().evict(RINGS + 4096);
        rig.signal();
        assertFalse(rig.server.exchange());
        rig.machine.faults().complete(RINGS + 4096, content);
        assertTrue(rig.server.exchange());
        assertPacket(rig.get(), 6, 1, payload(8, 1));
    }

    @Test
    void aPageThatIsLostEndsTheChannel() {
        BusRig rig = BusRig.open();
        rig.put(6, 0, 1, payload(8, 1));
        rig.machine.poison(RINGS + 4096);
        assertEquals(PageResidency.POISONED, rig.machine.memory().residency(RINGS + 4096));
        rig.signal();
        assertFalse(rig.server.exchange());
        rig.signal();
        assertFalse(rig.server.exchange());
    }
}
