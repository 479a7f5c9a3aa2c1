/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.HypervisorException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class DeviceTreeTest {
    private static byte[] blob(int length, int magic, int total) {
        return ByteBuffer.allocate(length).putInt(magic).putInt(total).array();
    }

    private static String problem(byte[] blob) {
        return assertThrows(HypervisorException.class, () -> new DeviceTree("tree.dtb", blob))
                .attempted();
    }

    @Test
    void acceptsATreeAndWhatFollowsIt() {
        assertEquals("tree.dtb", new DeviceTree("tree.dtb", blob(64, 0xD00D_FEED, 48)).name());
    }

    @Test
    void refusesOtherFiles() {
        assertEquals("this is not a flattened device tree", problem(blob(64, 0xD00D_FEEC, 64)));
        assertEquals("this is not a flattened device tree", problem(blob(39, 0xD00D_FEED, 39)));
    }

    @Test
    void refusesTruncatedTrees() {
        String expected = "the device tree is truncated: it says it is ";
        assertEquals(expected + "65 bytes long, the file has 64", problem(blob(64, 0xD00D_FEED, 65)));
        assertEquals(expected + "39 bytes long, the file has 64", problem(blob(64, 0xD00D_FEED, 39)));
        assertEquals(expected + "4294967295 bytes long, the file has 64", problem(blob(64, 0xD00D_FEED, -1)));
    }

    @Test
    void refusesTreesThatTheBootProtocolDoesNotAllow() {
        assertEquals("the device tree is longer than 2 MiB", problem(blob((2 << 20) + 1, 0xD00D_FEED, 100)));
    }
}
