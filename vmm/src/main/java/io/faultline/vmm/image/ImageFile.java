/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Reads guest files and tells their kinds apart.
 *
 * @since 0.1
 */
public final class ImageFile {
    /** Largest file that is read: 1 GiB. */
    public static final long LARGEST = 1L << 30;

    private static final byte[] ELF_MAGIC = {0x7F, 'E', 'L', 'F'};
    /** Where memory begins. */
    private static final long RAM_BASE = 0x4000_0000L;

    private ImageFile() {}

    /**
     * Reads a guest from a file.
     *
     * @param file an AArch64 ELF executable or, with a load address, a raw image
     * @param loadAddress where a raw image goes and begins; empty for an ELF file
     * @return the guest
     * @throws HypervisorException with INVALID_IMAGE if the file cannot be read or is not such a guest
     */
    public static GuestImage read(Path file, OptionalLong loadAddress) {
        return parse(file.toString(), bytes(file), loadAddress);
    }

    /**
     * Reads a guest from bytes.
     *
     * @param name name for messages
     * @param bytes content of the file; not copied, must not change
     * @param loadAddress where a raw image goes and begins; empty for an ELF file
     * @return the guest
     * @throws HypervisorException with INVALID_IMAGE if the bytes are not such a guest
     */
    public static GuestImage parse(String name, byte[] bytes, OptionalLong loadAddress) {
        Objects.requireNonNull(name, "name");
        boolean elf = startsWith(bytes, 0, ELF_MAGIC);
        if (loadAddress.isPresent()) {
            if (elf) {
                throw ImageProblem.of(name, "an ELF file says itself where it goes", "leave out the load address");
            }
            return raw(name, bytes, loadAddress.getAsLong());
        }
        if (elf) {
            return ElfReader.read(name, bytes);
        }
        if (Compressed.isGzip(bytes)) {
            return uncompressed(name, Compressed.expand(name, bytes));
        }
        if (Compressed.isSelfExtracting(bytes)) {
            return uncompressed(name, Compressed.extract(name, bytes));
        }
        return uncompressed(name, bytes);
    }

    private static GuestImage uncompressed(String name, byte[] bytes) {
        if (startsWith(bytes, 0, ELF_MAGIC)) {
            return ElfReader.read(name, bytes);
        }
        if (LinuxImage.matches(bytes)) {
            return LinuxImage.read(name, bytes, RAM_BASE);
        }
        throw ImageProblem.of(
                name, "this is neither an ELF file nor a Linux Image", "give a load address if it is a raw image");
    }

    /**
     * Reads a whole file.
     *
     * @param file the file
     * @return its bytes
     * @throws HypervisorException with INVALID_IMAGE if it cannot be read or is longer than {@link #LARGEST}
     */
    public static byte[] bytes(Path file) {
        String name = file.toString();
        try {
            if (Files.isDirectory(file)) {
                throw ImageProblem.of(name, "this is a directory", "name a file");
            }
            if (Files.size(file) > LARGEST) {
                throw ImageProblem.of(name, "the file is longer than 1 GiB", "");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw unreadable(name, "there is no such file", missing);
        } catch (AccessDeniedException denied) {
            throw unreadable(name, "permission to read the file is denied", denied);
        } catch (IOException broken) {
            throw unreadable(name, "the file cannot be read: " + broken.getMessage(), broken);
        }
    }

    private static HypervisorException unreadable(String name, String problem, IOException cause) {
        return new HypervisorException(ErrorId.INVALID_IMAGE, problem, name, "", cause);
    }

    private static GuestImage raw(String name, byte[] bytes, long address) {
        if (bytes.length == 0) {
            throw ImageProblem.of(name, "the file is empty", "");
        }
        if (address < 0 || address >= 1L << 48) {
            throw ImageProblem.of(
                    name,
                    "the load address 0x" + Long.toHexString(address) + " is outside the 48-bit address space",
                    "give an address in memory");
        }
        return new GuestImage(name, address, List.of(new Segment(address, bytes, bytes.length)), List.of());
    }

    private static boolean startsWith(byte[] bytes, int offset, byte[] magic) {
        return bytes.length >= offset + magic.length
                && Arrays.equals(bytes, offset, offset + magic.length, magic, 0, magic.length);
    }
}
