/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import static io.faultline.backend.xen.store.MessageType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.backend.xen.ring.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store can be saved between any two bytes, and nonsense is not restored. */
class StoreStateTest {
    private static final String[] REQUESTS = {
        "4;0;data|w|",
        "6;0;|",
        "11;1;data/t|in",
        "11;0;data/x|out",
        "6;0;|",
        "1;2;data|",
        "13;2;data/x|",
        "7;1;T|",
        "7;2;T|",
        "4;0;@releaseDomain|w|1|",
        "11;0;data/long|" + "v".repeat(1500),
        "2;0;data/long|",
        "14;0;data/x|n5|r0|",
        "6;0;|",
        "11;3;data/x|last",
        "7;3;T|",
        "13;0;data/x|",
        "1;0;data|",
        "22;0;data|0|",
    };

    /** Runs the requests; what the guest sees. The store is replaced between pieces, or not. */
    private static List<String> run(boolean saving) {
        StoreRig rig = new StoreRig();
        GuestStore[] store = {rig.store};
        StoreGuest guest = new StoreGuest(rig.page, () -> {
            store[0].notified();
            if (saving) {
                store[0] = successor(rig, store[0]);
            }
        });
        Random random = new Random(4);
        List<String> seen = new ArrayList<>();
        for (String request : REQUESTS) {
            String[] parts = request.split(";");
            seen.add(guest.ask(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2]));
            if (random.nextInt(2) == 0) {
                seen.addAll(guest.events());
            }
            store[0].write(StoreRig.HOME + "/data/host", "" + seen.size());
        }
        seen.addAll(guest.events());
        return seen;
    }

    private static GuestStore successor(StoreRig rig, GuestStore store) {
        Map<String, StateValue> values = Pages.save(store);
        GuestStore other = rig.another(StoreSettings.Presence.LIVE);
        Pages.restore(other, values);
        assertEquals(values, Pages.save(other));
        return other;
    }

    @Test
    void aSaveBetweenAnyTwoPiecesChangesNothing() {
        List<String> straight = run(false);
        assertEquals(straight, run(true));
        assertTrue(straight.contains("EAGAIN!") && straight.contains("1|") && straight.contains("2|"), "" + straight);
    }

    @Test
    void whatWaitsForRoomIsSaved() {
        StoreRig rig = new StoreRig();
        rig.guest.ask(WATCH, "data|w|");
        rig.guest.events();
        for (int i = 0; i < 60; i++) {
            rig.store.write(StoreRig.HOME + "/data/name-that-is-long-" + i, "");
        }
        GuestStore other = successor(rig, rig.store);
        StoreGuest guest = new StoreGuest(rig.page, other::notified);
        assertEquals(60, guest.events().size());
    }

    @Test
    void aResetStoreIsLikeANewOne() {
        StoreRig rig = new StoreRig();
        Map<String, StateValue> fresh = Pages.save(rig.store);
        rig.withData().guest.ask(WATCH, "data|w|");
        rig.guest.ask(TRANSACTION_START, "|");
        rig.store.reset();
        rig.store.start();
        assertEquals(fresh, Pages.save(rig.store));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "store/tree/node.0/path;T;nonsense",
                "store/tree/node.5/path;T;/nowhere/else",
                "store/tree/node.0/permissions;T;z9",
                "store/tree/node.0/generation;W;999999",
                "store/tree/node.0/generation;W;0",
                "store/tree/node.0/value;B;4097",
                "store/tree/count;W;-1",
                "store/tree/count;W;9999999",
                "store/connection/begun;B;4112",
                "store/connection/begun;B;16",
                "store/connection/waiting;W;5000",
                "store/connection/message.0;B;15",
                "store/connection/message.0;B;4113",
                "store/connection/sent;W;-1",
                "store/connection/sent;W;5000",
                "store/watches;W;129",
                "store/watch.0/path;T;relative",
                "store/watch.0/path;T;/elsewhere",
                "store/watch.0/depth;W;-2",
                "store/last-transaction;W;-1",
                "store/transactions;W;11",
                "store/transaction.0/number;W;0",
                "store/transaction.0/seen;W;1025",
                "store/transaction.0/seen.0/path;T;x",
                "store/transaction.0/seen.0/generation;W;-2",
                "store/transaction.0/changes;W;5000",
                "store/transaction.0/absent;W;-1",
            })
    void nonsenseIsRefused(String name, String kind, String text) {
        StoreRig rig = new StoreRig();
        rig.guest.ask(WATCH, "data|w|");
        rig.guest.ask(TRANSACTION_START, "|");
        rig.guest.ask(READ, 1, "data|");
        rig.guest.events();
        for (int i = 0; i < 60; i++) {
            rig.store.write(StoreRig.HOME + "/data/name-that-is-long-" + i, "");
        }
        Map<String, StateValue> values = new TreeMap<>(Pages.save(rig.store));
        StateValue broken = switch (kind) {
            case "T" -> new StateValue.Text(text);
            case "W" -> new StateValue.Word(Long.parseLong(text));
            default -> new StateValue.Bytes(new byte[Integer.parseInt(text)]);
        };
        assertNotNull(values.put(name, broken), "there is such a value");
        GuestStore other = rig.another(StoreSettings.Presence.LIVE);
        HypervisorException refused = assertThrows(HypervisorException.class, () -> Pages.restore(other, values));
        assertEquals(ErrorId.INVALID_STATE, refused.id());
    }

    @Test
    void aTreeWithoutARootIsRefused() {
        StoreRig rig = new StoreRig();
        Map<String, StateValue> values = new TreeMap<>(Pages.save(rig.store));
        values.put("store/tree/count", new StateValue.Word(0));
        GuestStore other = rig.another(StoreSettings.Presence.LIVE);
        assertThrows(HypervisorException.class, () -> Pages.restore(other, values));
    }
}
