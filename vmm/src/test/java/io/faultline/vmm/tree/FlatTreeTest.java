/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlatTreeTest {
    private static Node sample() {
        Node root = new Node("").cells("#address-cells", 2).texts("compatible", "a,b", "c");
        root.add("chosen").flag("empty").bytes("odd", new byte[] {1, 2, 3});
        root.add("soc@1").add("leaf@2").numbers("reg", 0x1_2345_6789L, 4);
        return root;
    }

    private static List<String> describe(Node node) {
        List<String> lines = new ArrayList<>();
        lines.add(node.name());
        node.properties().forEach((name, value) -> lines.add(name + "=" + Arrays.toString(value)));
        node.children().forEach(child -> lines.addAll(describe(child)));
        return lines;
    }

    @Test
    void whatIsWrittenIsReadBack() {
        assertEquals(describe(sample()), describe(FlatTree.read("sample", FlatTree.write(sample()))));
    }

    @Test
    void theBlobHasTheHeaderOfVersion17() {
        ByteBuffer blob = ByteBuffer.wrap(FlatTree.write(sample()));
        assertEquals(0xD00D_FEED, blob.getInt(0));
        assertEquals(blob.capacity(), blob.getInt(4));
        assertEquals(17, blob.getInt(20));
        assertEquals(16, blob.getInt(24));
        assertEquals(blob.capacity(), blob.getInt(12) + blob.getInt(32));
        assertEquals(blob.getInt(12), blob.getInt(8) + blob.getInt(36));
        assertEquals(0, blob.getInt(8) % 4);
        assertEquals(0, blob.getInt(16) % 8);
    }

    @Test
    void aNodeFindsItsChildrenAndReplacesProperties() {
        Node node = sample().cells("#address-cells", 1);
        assertArrayEquals(new byte[] {0, 0, 0, 1}, node.properties().get("#address-cells"));
        assertEquals("soc@1", node.child("soc@1").orElseThrow().name());
        assertEquals(true, node.child("soc").isEmpty());
    }

    /** Whatever the bytes are, the answer is a tree or INVALID_IMAGE. */
    @Test
    void damagedTreesAreRefusedAndNothingElseHappens() {
        Random random = new Random(1);
        byte[] whole = FlatTree.write(sample());
        for (int round = 0; round < 20_000; round++) {
            byte[] blob = Arrays.copyOf(whole, round % 3 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int i = random.nextInt(4); i >= 0 && blob.length > 8; i--) {
                blob[random.nextInt(blob.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(10));
            }
            try {
                FlatTree.read("damaged", blob);
            } catch (HypervisorException refused) {
                assertEquals(ErrorId.INVALID_IMAGE, refused.id());
            }
        }
    }

    @Test
    void depthIsLimited() {
        Node root = new Node("");
        Node at = root;
        for (int i = 0; i < 100; i++) {
            at = at.add("n");
        }
        HypervisorException refused =
                assertThrows(HypervisorException.class, () -> FlatTree.read("deep", FlatTree.write(root)));
        assertEquals("the device tree is damaged: nodes are nested more than 64 deep", refused.attempted());
    }
}
