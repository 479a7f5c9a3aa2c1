/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlatformNodeTest {
    @Test
    void propertiesAreCopied() {
        byte[] value = {1, 2};
        SortedMap<String, byte[]> properties = new TreeMap<>();
        properties.put("reg", value);
        PlatformNode node = new PlatformNode("hypervisor", properties);
        value[0] = 9;
        properties.clear();
        assertArrayEquals(new byte[] {1, 2}, node.properties().get("reg"));
        assertThrows(
                UnsupportedOperationException.class, () -> node.properties().put("x", value));
    }

    @Test
    void theNameIsThatOfAChild() {
        assertThrows(IllegalArgumentException.class, () -> new PlatformNode("", new TreeMap<>()));
        assertThrows(IllegalArgumentException.class, () -> new PlatformNode("a/b", new TreeMap<>()));
    }
}
