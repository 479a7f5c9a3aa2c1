/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import static io.faultline.backend.xen.store.MessageType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.xen.ring.ByteRing;
import io.faultline.backend.xen.ring.RingLayout;
import io.faultline.backend.xen.store.StoreSettings.Presence;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page: messages in pieces, a guest that does not read, a guest that breaks the protocol. */
class StoreRingTest {
    private static final int REQ_CONS = 0x800;
    private static final int REQ_PROD = 0x804;
    private static final int RSP_CONS = 0x808;
    private static final int RSP_PROD = 0x80C;

    private final StoreRig rig = new StoreRig();
    private final StoreGuest guest = rig.guest;
    private final ByteRing requests = new ByteRing(rig.page, RingLayout.STORE_REQUESTS);

    private static byte[] message(int type, int request, String payload) {
        return new Message(type, request, 0, StoreGuest.bytes(payload.replace('|', '\0'))).toBytes();
    }

    @Test
    void aFreshPageSaysWhatTheServerCanDo() {
        assertEquals(7, rig.page.load32(Connection.FEATURES));
        assertEquals(0, rig.page.load32(Connection.STATE));
        assertEquals(0, rig.page.load32(Connection.ERROR));
        assertEquals(StoreRig.GFN, rig.parameter);
        assertEquals(0, rig.signals);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 15, 16, 17, 100})
    void aMessageMayComeInPieces(int piece) {
        byte[] bytes = message(WRITE, 9, "data/x|some value that is a little longer than a header");
        for (int i = 0; i < bytes.length; i += piece) {
            assertNull(guest.receive());
            requests.write(bytes, i, Math.min(piece, bytes.length - i));
            rig.store.notified();
        }
        Message answer = guest.receive();
        assertEquals(WRITE, answer.type());
        assertEquals(9, answer.request());
        assertEquals("OK\0", new String(answer.payload(), java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    @Test
    void messagesLargerThanTheRingGoThroughInBothDirections() {
        String value = "0123456789".repeat(200);
        for (int i = 0; i < 30; i++) {
            assertEquals("OK|", guest.ask(WRITE, "data/x|" + value + i));
            assertEquals(value + i, guest.ask(READ, "data/x|"));
        }
    }

    @Test
    void indicesRunOverTheirEnd() {
        for (int index = REQ_CONS; index <= RSP_PROD; index += 4) {
            rig.page.store32(index, -50);
        }
        for (int i = 0; i < 10; i++) {
            assertEquals("guest", guest.ask(READ, "name|"));
        }
        assertTrue(rig.page.load32(RSP_PROD) > 0);
    }

    @Test
    void everyChangeOfTheRingIsToldAndNothingElse() {
        rig.store.notified();
        assertEquals(0, rig.signals);
        byte[] bytes = message(READ, 1, "name|");
        requests.write(bytes, 0, 10);
        rig.store.notified();
        assertEquals(1, rig.signals, "there is room again");
        requests.write(bytes, 10, bytes.length - 10);
        rig.store.notified();
        assertEquals(2, rig.signals, "room, and an answer");
        rig.store.notified();
        assertEquals(2, rig.signals);
        rig.store.write(StoreRig.HOME + "/x", "nobody watches");
        assertEquals(2, rig.signals);
    }

    @Test
    void severalRequestsAreAnsweredInOrder() {
        for (int i = 0; i < 8; i++) {
            byte[] bytes = message(READ, i, "name|");
            requests.write(bytes, 0, bytes.length);
        }
        rig.store.notified();
        for (int i = 0; i < 8; i++) {
            assertEquals(i, guest.receive().request());
        }
    }

    @Test
    void aGuestThatDoesNotReadIsNotListenedToForever() {
        byte[] bytes = message(READ, 1, "name|");
        int sent = 0;
        for (int i = 0; i < 200; i++) {
            if (requests.write(bytes, 0, bytes.length) == bytes.length) {
                sent++;
            } else {
                break;
            }
            rig.store.notified();
        }
        assertTrue(sent < 1024 / 21 + 20 + 1024 / 21 + 5, "sent " + sent);
        int received = 0;
        while (guest.receive() != null) {
            received++;
        }
        assertTrue(received >= sent, "all were answered in the end");
    }

    @ParameterizedTest
    @ValueSource(ints = {4097, 0x7FFF_FFFF, 0x8000_0000, -1})
    void aMessageThatIsTooLongEndsTheConnection(int length) {
        byte[] bytes = message(READ, 1, "name|");
        for (int i = 0; i < 4; i++) {
            bytes[12 + i] = (byte) (length >>> 8 * i);
        }
        requests.write(bytes, 0, bytes.length);
        rig.store.notified();
        assertEquals(Connection.PROTOCOL, rig.page.load32(Connection.ERROR));
        assertEquals(1, rig.signals);
        assertNull(guest.receive());
        requests.write(bytes, 0, 0);
        rig.store.notified();
        assertEquals(1, rig.signals, "nobody listens any more");
    }

    @Test
    void aMessageOfTheLargestLengthIsAnswered() {
        assertEquals("ENOSPC!", guest.ask(WRITE, "data/x|" + "v".repeat(4089)));
    }

    @ParameterizedTest
    @CsvSource({"0x800,1", "0x804,1025", "0x804,0x80000000", "0x808,5", "0x80C,0x400000"})
    void anImpossibleIndexEndsTheConnection(String offset, String value) {
        rig.page.store32(Integer.decode(offset), Long.decode(value).intValue());
        rig.store.notified();
        assertEquals(Connection.RING_INDEX, rig.page.load32(Connection.ERROR));
        assertEquals(1, rig.signals);
        rig.store.notified();
        assertEquals(1, rig.signals);
    }

    @Test
    void aGuestCanAskForANewConnection() {
        guest.ask(WATCH, "data|t|");
        guest.ask(TRANSACTION_START, "|");
        guest.events();
        requests.write(new byte[] {2, 0, 0}, 0, 3);
        rig.store.notified();
        rig.page.store32(REQ_PROD, 99999);
        rig.store.notified();
        assertEquals(Connection.RING_INDEX, rig.page.load32(Connection.ERROR));
        rig.page.store32(Connection.STATE, Connection.RECONNECT);
        int before = rig.signals;
        rig.store.notified();
        assertEquals(Connection.CONNECTED, rig.page.load32(Connection.STATE));
        assertEquals(0, rig.page.load32(Connection.ERROR));
        assertEquals(0, rig.page.load32(REQ_PROD));
        assertEquals(before + 1, rig.signals);
        assertEquals("guest", guest.ask(READ, "name|"));
        guest.ask(WRITE, "data/x|1");
        assertEquals(List.of(), guest.events(), "its watches are gone");
        assertEquals("ENOENT!", guest.ask(READ, 1, "name|"), "and its transactions");
    }

    @Test
    void eventsThatNobodyReadsEndTheConnection() {
        guest.ask(WATCH, "data|t|");
        guest.events();
        int written = 0;
        while (rig.page.load32(Connection.ERROR) == 0 && written < 5000) {
            rig.store.write(StoreRig.HOME + "/data/" + written, "");
            written++;
        }
        assertEquals(Connection.COMMUNICATION, rig.page.load32(Connection.ERROR));
        assertTrue(written > 1024 && written < 1200, "" + written);
    }

    @Test
    void aStoreThatComesLateIsNotThereBefore() {
        StoreRig late = new StoreRig(Presence.LATE);
        assertEquals(StorePage.LATER, late.parameter);
        late.guestWritesUnheard();
        assertTrue(late.store.introduce());
        assertEquals(StoreRig.GFN, late.parameter);
        assertEquals(1, late.signals);
        assertFalse(late.store.introduce());
        assertEquals("guest", late.guest.ask(READ, "name|"));
        assertEquals("T|", late.guest.ask(IS_DOMAIN_INTRODUCED, "5|"));
        late.store.reset();
        late.store.start();
        assertEquals(StorePage.LATER, late.parameter);
    }

    @Test
    void aStoreThatIsNotThereNeverComes() {
        StoreRig none = new StoreRig(Presence.NONE);
        assertEquals(0, none.parameter);
        assertFalse(none.store.introduce());
        none.guestWritesUnheard();
        assertFalse(rig.store.introduce(), "nor does one come that is there");
    }

    @Test
    void randomPagesDoNoHarm() {
        Random random = new Random(77);
        for (int round = 0; round < 4000; round++) {
            if (random.nextInt(4) == 0) {
                for (int i = 0; i < 1024; i++) {
                    rig.page.store8(i, random.nextInt(4) == 0 ? random.nextInt(24) : 0);
                }
            }
            int start = random.nextInt();
            rig.page.store32(REQ_CONS, start);
            rig.page.store32(REQ_PROD, start + random.nextInt(random.nextInt(8) == 0 ? 3000 : 1025));
            rig.page.store32(RSP_CONS, random.nextInt(50) == 0 ? random.nextInt() : rig.page.load32(RSP_PROD));
            if (random.nextInt(3) == 0) {
                rig.page.store32(Connection.STATE, random.nextInt(3));
            }
            int before = rig.signals;
            rig.store.notified();
            assertTrue(rig.signals - before <= 1);
        }
        rig.page.store32(Connection.STATE, Connection.RECONNECT);
        rig.store.notified();
        assertEquals("guest", guest.ask(READ, "name|"));
    }

    @Test
    void randomRequestsDoNoHarm() {
        Random random = new Random(78);
        String[] texts = {"data", "/", "@releaseDomain", "5", "T", "0", "n5", "", "a//b", "name", "data/a/b/c", "|", "t"
        };
        for (int round = 0; round < 20000; round++) {
            StringBuilder payload = new StringBuilder();
            for (int i = random.nextInt(5); i > 0; i--) {
                payload.append(texts[random.nextInt(texts.length)]).append(random.nextInt(9) == 0 ? "" : "|");
            }
            int transaction = random.nextInt(3) == 0 ? random.nextInt(12) : 0;
            assertNotNull(guest.ask(random.nextInt(26) - 1, transaction, payload.toString()));
            if (random.nextInt(200) == 0) {
                guest.ask(RESET_WATCHES, "|");
            }
        }
        assertEquals("guest", guest.ask(READ, "name|"));
    }

    @Test
    void aPieceOfAMessageIsNotAnsweredAfterTheConnectionWasMadeAnew() {
        byte[] bytes = message(READ, 1, "name|");
        requests.write(bytes, 0, 18);
        rig.store.notified();
        rig.page.store32(Connection.STATE, Connection.RECONNECT);
        rig.store.notified();
        byte[] rest = Arrays.copyOfRange(bytes, 18, bytes.length);
        requests.write(rest, 0, rest.length);
        rig.store.notified();
        assertNull(guest.receive());
    }
}
