/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An initial ramdisk whose only program turns the machine off. */
final class InitialRamdisk {
    private static final long ADDRESS = 0x40_0000;

    /** sync(); reboot(0xfee1dead, 0x28121969, 0x4321fedc, 0); b . */
    private static final int[] POWER_OFF = {
        0xd2800a28,
        0xd4000001,
        0xd29bd5a0,
        0xf2bfdc20,
        0xd2832d21,
        0xf2a50241,
        0xd29fdb82,
        0xf2a86422,
        0xd28011c8,
        0xd4000001,
        0x14000000
    };

    private InitialRamdisk() {}

    /** An archive of the kind "newc" (cpio) with one file, /init. */
    static byte[] thatPowersOff() {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        member(archive, "init", 0100755, executable(POWER_OFF));
        member(archive, "TRAILER!!!", 0, new byte[0]);
        return archive.toByteArray();
    }

    private static void member(ByteArrayOutputStream archive, String name, int mode, byte[] content) {
        int[] fields = {1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length() + 1, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format(Locale.ROOT, "%08x", field));
        }
        archive.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
        align(archive);
        archive.writeBytes(content);
        align(archive);
    }

    private static void align(ByteArrayOutputStream archive) {
        archive.writeBytes(new byte[-archive.size() & 3]);
    }

    /** A static ELF executable with one segment that is the whole file. */
    private static byte[] executable(int[] code) {
        int headers = 64 + 56;
        int size = headers + 4 * code.length;
        ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1}).position(16);
        elf.putShort((short) 2).putShort((short) 183).putInt(1).putLong(ADDRESS + headers);
        elf.putLong(64).putLong(0).putInt(0);
        elf.putShort((short) 64).putShort((short) 56).putShort((short) 1);
        elf.putShort((short) 64).putShort((short) 0).putShort((short) 0);
        elf.putInt(1).putInt(5).putLong(0).putLong(ADDRESS).putLong(ADDRESS);
        elf.putLong(size).putLong(size).putLong(0x1000);
        for (int word : code) {
            elf.putInt(word);
        }
        return elf.array();
    }
}
