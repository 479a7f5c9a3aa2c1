/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.tree;

import io.faultline.api.memory.MemoryRegion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a loader tells an operating system in a device tree that it did not write: the memory, the command line and where
 * the initial ramdisk is.
 *
 * @param ram the memory
 * @param commandLine text for {@code /chosen/bootargs}; empty to leave the tree as it is
 * @param initrd address and length in bytes of the initial ramdisk; empty for none
 * @since 0.1
 */
public record BootParameters(MemoryRegion ram, Optional<String> commandLine, Optional<Range> initrd) {
    private static final byte[] MEMORY = "memory\0".getBytes(StandardCharsets.UTF_8);

    /**
     * A range of bytes.
     *
     * @param start address of the first byte
     * @param bytes length
     */
    public record Range(long start, long bytes) {}

    /**
     * Changes a tree.
     *
     * @param root its root node
     */
    public void apply(Node root) {
        choose(root);
        Node memory = root.children().stream()
                .filter(node -> Arrays.equals(node.properties().get("device_type"), MEMORY))
                .findFirst()
                .orElseGet(
                        () -> root.add("memory@" + Long.toHexString(ram.base())).texts("device_type", "memory"));
        memory.numbers("reg", ram.base(), ram.bytes());
    }

    /**
     * Changes only {@code /chosen} of a tree, for an operating system that learns of the memory elsewhere.
     *
     * @param root its root node
     */
    public void choose(Node root) {
        Node chosen = root.child("chosen").orElseGet(() -> root.add("chosen"));
        commandLine.ifPresent(text -> chosen.texts("bootargs", text));
        initrd.ifPresent(range -> chosen.numbers("linux,initrd-start", range.start())
                .numbers("linux,initrd-end", range.start() + range.bytes()));
    }
}
