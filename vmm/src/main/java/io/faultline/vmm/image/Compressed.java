/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import io.faultline.api.error.HypervisorException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/** Images that are compressed: gzip files, and the self-extracting kernels of the EFI boot stub, whose payload is gzip. */
final class Compressed {
    private static final int LARGEST = (int) ImageFile.LARGEST;
    private static final int ZBOOT_HEADER = 64;
    private static final int ZBOOT_OFFSET = 8;
    private static final int ZBOOT_SIZE = 12;
    private static final int ZBOOT_TYPE = 24;
    private static final int ZBOOT_TYPE_BYTES = 8;

    private Compressed() {}

    static boolean isGzip(byte[] bytes) {
        return bytes.length > 2 && bytes[0] == 0x1F && bytes[1] == (byte) 0x8B;
    }

    /** "MZ" of a PE file, then "zimg". */
    static boolean isSelfExtracting(byte[] bytes) {
        return bytes.length >= ZBOOT_HEADER
                && bytes[0] == 'M'
                && bytes[1] == 'Z'
                && new String(bytes, 4, 4, StandardCharsets.ISO_8859_1).equals("zimg");
    }

    /** Expands a gzip file; no more than {@link ImageFile#LARGEST} bytes come out of it. */
    static byte[] expand(String name, byte[] bytes) {
        try (GZIPInputStream input = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            byte[] expanded = input.readNBytes(LARGEST + 1);
            if (expanded.length > LARGEST) {
                throw ImageProblem.of(name, "the file expands to more than 1 GiB", "");
            }
            return expanded;
        } catch (EOFException truncated) {
            throw ImageProblem.of(name, "the compressed file is truncated", "copy it again");
        } catch (IOException damaged) {
            throw ImageProblem.of(name, "the compressed file is damaged: " + damaged.getMessage(), "copy it again");
        }
    }

    /**
     * Expands a self-extracting kernel.
     *
     * @throws HypervisorException with INVALID_IMAGE if it is damaged or not compressed with gzip
     */
    static byte[] extract(String name, byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long offset = header.getInt(ZBOOT_OFFSET) & 0xFFFF_FFFFL;
        long size = header.getInt(ZBOOT_SIZE) & 0xFFFF_FFFFL;
        String type = new String(bytes, ZBOOT_TYPE, ZBOOT_TYPE_BYTES, StandardCharsets.ISO_8859_1).split("\0", 2)[0];
        if (!type.equals("gzip")) {
            throw ImageProblem.of(
                    name, "the kernel is compressed with " + type + ", and only gzip is known", "extract the Image");
        }
        if (offset + size > bytes.length) {
            throw ImageProblem.of(name, "the compressed kernel is truncated", "copy it again");
        }
        byte[] payload = new byte[(int) size];
        System.arraycopy(bytes, (int) offset, payload, 0, payload.length);
        return expand(name, payload);
    }
}
