/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A flattened device tree that the VMM hands to a guest as it is.
 *
 * @param name the file it comes from, for messages
 * @param blob the bytes; not copied, must not change
 * @since 0.1
 */
public record DeviceTree(String name, byte[] blob) {
    /** Largest tree that the arm64 boot protocol allows: 2 MiB. */
    public static final int LARGEST = 2 << 20;

    private static final int MAGIC = 0xD00D_FEED;
    private static final int HEADER_BYTES = 40;

    /**
     * Checks the header (Devicetree Specification, 5.2).
     *
     * @throws io.faultline.api.error.HypervisorException with INVALID_IMAGE if the bytes are not a device tree, are
     *     truncated or too long
     */
    public DeviceTree {
        Objects.requireNonNull(name, "name");
        ByteBuffer header = ByteBuffer.wrap(blob).order(ByteOrder.BIG_ENDIAN);
        if (blob.length < HEADER_BYTES || header.getInt(0) != MAGIC) {
            throw ImageProblem.of(name, "this is not a flattened device tree", "compile it with dtc");
        }
        long total = header.getInt(4) & 0xFFFF_FFFFL;
        if (total > blob.length || total < HEADER_BYTES) {
            throw ImageProblem.of(
                    name,
                    "the device tree is truncated: it says it is " + total + " bytes long, the file has " + blob.length,
                    "");
        }
        if (blob.length > LARGEST) {
            throw ImageProblem.of(name, "the device tree is longer than 2 MiB", "");
        }
    }
}
