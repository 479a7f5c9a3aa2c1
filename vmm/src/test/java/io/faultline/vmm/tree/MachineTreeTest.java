/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MachineTreeTest {
    private static final MemoryRegion RAM = MemoryRegion.ram(0x4000_0000L, 0x800_0000);

    private static Node tree(int processors, ExceptionLevel level) {
        List<Affinity> affinities =
                IntStream.range(0, processors).mapToObj(Affinity::ofIndex).toList();
        return new MachineTree(affinities, level, RAM, true, true, 5).root();
    }

    private static long[] numbers(Node node, String property) {
        ByteBuffer value = ByteBuffer.wrap(node.properties().get(property));
        return IntStream.range(0, value.capacity() / 8)
                .mapToLong(i -> value.getLong(8 * i))
                .toArray();
    }

    @Test
    void everyProcessorHasANodeWithItsAffinity() {
        Node processors = tree(18, ExceptionLevel.EL1).child("cpus").orElseThrow();
        assertEquals(18, processors.children().size());
        assertEquals("cpu@0", processors.children().get(0).name());
        assertEquals("cpu@101", processors.children().get(17).name());
        assertArrayEquals(
                new byte[] {0, 0, 1, 1},
                processors.children().get(17).properties().get("reg"));
    }

    @Test
    void affinitiesOfFourLevelsTakeTwoCells() {
        Node processors = new MachineTree(List.of(new Affinity(1L << 32)), ExceptionLevel.EL1, RAM, true, false, 0)
                .root()
                .child("cpus")
                .orElseThrow();
        assertArrayEquals(new byte[] {0, 0, 0, 2}, processors.properties().get("#address-cells"));
        assertEquals("cpu@100000000", processors.children().get(0).name());
    }

    @Test
    void manyProcessorsHaveASecondRangeOfRedistributors() {
        Node few = tree(123, ExceptionLevel.EL1).child("intc@8000000").orElseThrow();
        assertArrayEquals(new long[] {0x800_0000, 0x1_0000, 0x80A_0000, 0xF6_0000}, numbers(few, "reg"));
        Node many = tree(125, ExceptionLevel.EL1).child("intc@8000000").orElseThrow();
        assertArrayEquals(
                new long[] {0x800_0000, 0x1_0000, 0x80A_0000, 0xF6_0000, 0x40_0000_0000L, 0x4_0000},
                numbers(many, "reg"));
    }

    @Test
    void whatAGuestAtEl2NeedsIsThere() {
        Node root = tree(1, ExceptionLevel.EL2);
        assertArrayEquals(
                "smc\0".getBytes(UTF_8),
                root.child("psci").orElseThrow().properties().get("method"));
        assertEquals(12, root.child("intc@8000000").orElseThrow().properties().get("interrupts").length);
        assertFalse(tree(1, ExceptionLevel.EL1)
                .child("intc@8000000")
                .orElseThrow()
                .properties()
                .containsKey("interrupts"));
    }

    @Test
    void theDispatcherIsFirmwareThatIsCalledAsPsciIs() {
        for (ExceptionLevel level : List.of(ExceptionLevel.EL1, ExceptionLevel.EL2)) {
            Node root = tree(1, level);
            Node sdei = root.child("firmware").orElseThrow().child("sdei").orElseThrow();
            assertArrayEquals(
                    "arm,sdei-1.0\0".getBytes(UTF_8), sdei.properties().get("compatible"));
            assertArrayEquals(
                    root.child("psci").orElseThrow().properties().get("method"),
                    sdei.properties().get("method"));
        }
        Node without = new MachineTree(List.of(Affinity.ofIndex(0)), ExceptionLevel.EL1, RAM, true, false, 0).root();
        assertTrue(without.child("firmware").isEmpty());
    }

    @Test
    void oneSeedAlwaysGivesTheSameTree() {
        assertArrayEquals(FlatTree.write(tree(2, ExceptionLevel.EL1)), FlatTree.write(tree(2, ExceptionLevel.EL1)));
    }

    @Test
    void parametersReplaceWhatATreeSays() {
        Node root = new Node("");
        Node memory = root.add("ram@0").texts("device_type", "memory").numbers("reg", 0, 1);
        new BootParameters(RAM, Optional.empty(), Optional.empty()).apply(root);
        assertArrayEquals(new long[] {0x4000_0000L, 0x800_0000}, numbers(memory, "reg"));
        assertEquals(2, root.children().size());
        assertFalse(root.child("chosen").orElseThrow().properties().containsKey("bootargs"));
    }
}
