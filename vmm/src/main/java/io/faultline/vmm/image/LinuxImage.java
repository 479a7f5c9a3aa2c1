/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import io.faultline.api.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Reads the Image of an arm64 Linux kernel, or of other software that has its header (Linux, booting.rst). */
final class LinuxImage {
    private static final byte[] MAGIC = {'A', 'R', 'M', 0x64};
    private static final int MAGIC_OFFSET = 56;
    private static final int HEADER_BYTES = 64;
    private static final int TEXT_OFFSET = 8;
    private static final int IMAGE_SIZE = 16;
    private static final int FLAGS = 24;
    private static final int BIG_ENDIAN = 1;
    /** What the image is aligned to, before its text offset. */
    private static final long ALIGNMENT = 2L << 20;

    private LinuxImage() {}

    static boolean matches(byte[] bytes) {
        return bytes.length >= HEADER_BYTES
                && Arrays.equals(bytes, MAGIC_OFFSET, MAGIC_OFFSET + MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** The image goes one alignment above the start of memory, as QEMU does it, and begins with its first instruction. */
    static GuestImage read(String name, byte[] bytes, long ramBase) {
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long textOffset = header.getLong(TEXT_OFFSET);
        long imageSize = header.getLong(IMAGE_SIZE);
        if ((header.getLong(FLAGS) & BIG_ENDIAN) != 0) {
            throw ImageProblem.of(name, "this is a big-endian kernel, and the machine is little-endian", "");
        }
        if (textOffset < 0 || textOffset >= ALIGNMENT || (textOffset & 3) != 0) {
            throw ImageProblem.of(name, "its text offset 0x" + Long.toHexString(textOffset) + " is not possible", "");
        }
        if (imageSize < 0 || imageSize > MemoryRegion.ADDRESS_LIMIT) {
            throw ImageProblem.of(name, "its size 0x" + Long.toHexString(imageSize) + " is not possible", "");
        }
        long address = ramBase + ALIGNMENT + textOffset;
        Segment segment = new Segment(address, bytes, Math.max(imageSize, bytes.length));
        return new GuestImage(name, address, List.of(segment), List.of(), true);
    }
}
