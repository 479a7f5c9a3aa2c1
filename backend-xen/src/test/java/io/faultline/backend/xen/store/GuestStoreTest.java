/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.backend.xen.ring.Pages;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The VMM's half: nodes as the toolstack sees them. */
class GuestStoreTest {
    private final StoreRig rig = new StoreRig();
    private final GuestStore store = rig.store;

    @Test
    void nodesAreWrittenReadListedAndRemoved() {
        assertEquals(5, store.domain());
        store.write("/a/b", "text");
        store.write("/a/c", new byte[] {1});
        assertEquals("text", store.text("/a/b").orElseThrow());
        assertEquals(1, store.read("/a/c").orElseThrow()[0]);
        assertEquals(List.of("b", "c"), store.directory("/a"));
        assertEquals(List.of(), store.directory("/none"));
        assertTrue(store.read("/none").isEmpty());
        assertTrue(store.remove("/a"));
        assertFalse(store.remove("/a"));
        assertTrue(store.read("/a/b").isEmpty());
    }

    @Test
    void aNodeIsNotChangedThroughAnArray() {
        byte[] value = {1};
        store.write("/a", value);
        value[0] = 2;
        store.read("/a").orElseThrow()[0] = 3;
        assertEquals(1, store.read("/a").orElseThrow()[0]);
    }

    private static void refused(Executable action) {
        assertEquals(
                ErrorId.INVALID_ARGUMENT,
                assertThrows(HypervisorException.class, action).id());
    }

    @Test
    void whatIsMalformedIsRefused() {
        refused(() -> store.write("relative", ""));
        refused(() -> store.write("/", "/a".repeat(3000)));
        refused(() -> store.write("/x".repeat(1600), ""));
        refused(() -> store.read("/a//b"));
        refused(() -> store.directory("/a/"));
        refused(() -> store.remove("/"));
        refused(() -> store.permit("/none", "n0"));
        refused(() -> store.permit("/", "q0"));
        refused(() -> store.permit("/"));
    }

    @Test
    void aDomainWithoutRingsHasNoNodesForThem() {
        GuestStore bare = new GuestStore(
                new StoreSettings(StoreSettings.Presence.NONE),
                3,
                rig.page,
                0,
                () -> {},
                number -> {},
                domain -> false,
                new DomainNodes("bare", 1024, 1, new DomainNodes.Ring(0, 0), new DomainNodes.Ring(0, 0)));
        bare.reset();
        assertTrue(bare.read("/local/domain/3/console").isEmpty());
        assertTrue(bare.read("/local/domain/3/store").isEmpty());
        assertEquals("1024", bare.text("/local/domain/3/memory/target").orElseThrow());
    }

    @Test
    void settingsNameTheThreeConfigurations() {
        for (StoreSettings.Presence presence : StoreSettings.Presence.values()) {
            String text = presence.name().toLowerCase(java.util.Locale.ROOT);
            assertEquals(
                    new StoreSettings(presence),
                    StoreSettings.of(Pages.configuration(StoreSettings.settings(), "xen.store=" + text)));
        }
        assertEquals(
                StoreSettings.Presence.LIVE,
                StoreSettings.of(Pages.configuration(StoreSettings.settings(), ""))
                        .presence());
    }
}
