/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small guests in machine code, as GNU as assembled them. */
final class Guests {
    /** Where raw guests are loaded. */
    static final String BASE = "0x40000000";

    private static final int[] OFF = {0x52800100, 0x72b08000, 0xd4000002};

    /** mov x1, uart; write "Hi\n" byte by byte; SYSTEM_OFF. */
    static final int[] HELLO =
            then(OFF, 0xd2a12001, 0x52800900, 0x39000020, 0x52800d20, 0x39000020, 0x52800140, 0x39000020);

    /** SYSTEM_RESET. */
    static final int[] RESET = {0x52800120, 0x72b08000, 0xd4000002};

    /** b . */
    static final int[] SPIN = {0x14000000};

    /** mov x0, #0x1000; br x0. */
    static final int[] NOWHERE = {0xd2820000, 0xd61f0000};

    /** udf #0. */
    static final int[] UNDEFINED = {0};

    /** udf #0 with vectors that are zero, which is udf #0. */
    static final int[] UNDEFINED_FOR_EVER = {0xd2a80400, 0xd518c000, 0xd5033fdf, 0};

    /** wfi; b back. */
    static final int[] WAITING = {0xd503207f, 0x17ffffff};

    /** mov x1, #0x0a000000; ldr w0, [x1]. */
    static final int[] UNCLAIMED_READ = {0xd2a14001, 0xb9400020};

    /** mov x1, #0x0a000000; str w0, [x1]. */
    static final int[] UNCLAIMED_WRITE = {0xd2a14001, 0xb9000020};

    /** mov x1, #0x40100000; ldr x0, [x1]; SYSTEM_OFF. */
    static final int[] TOUCH = then(OFF, 0xd2a80201, 0xf9400020);

    /** Waits for a byte from the serial port, sends it back; SYSTEM_OFF. */
    static final int[] ECHO = then(OFF, 0xd2a12001, 0xb9401820, 0x3727ffe0, 0x39400020, 0x39000020);

    /** CPU_ON of vCPU 1, which does SYSTEM_OFF; vCPU 0 waits. */
    static final int[] SECOND =
            then(OFF, 0x52800060, 0x72b88000, 0xd2800021, 0x100000a2, 0xd2800003, 0xd4000002, 0xd503207f, 0x17ffffff);

    /** Sends the first byte of the device tree; SYSTEM_OFF. */
    static final int[] TREE = then(OFF, 0xb9400002, 0xd2a12001, 0x39000022);

    /** CPU_OFF. */
    static final int[] CPU_OFF = {0x52800040, 0x72b08000, 0xd4000002};

    /** Enables the virtual timer's interrupt without taking it, waits for it; SYSTEM_OFF. */
    static final int[] TIMER = then(
            OFF,
            0xd2a10001,
            0x52800240,
            0xb9000020,
            0xd2a10141,
            0xb900143f,
            0x91404021,
            0x12800000,
            0xb9008020,
            0x52a10000,
            0xb9010020,
            0xd2801fe0,
            0xd5184600,
            0xd2800020,
            0xd518cce0,
            0xd5033fdf,
            0xd2800c81,
            0xd51be301,
            0xd51be320,
            0xd503207f,
            0xd53be322,
            0x36100002);

    /** Writes each letter into a page of its own from 0x40100000, then sends them from there at intervals; SYSTEM_OFF. */
    static final int[] ALPHABET = then(
            OFF,
            0xd2a12000,
            0xd2a80203,
            0xaa0303e4,
            0x52800c21,
            0x39000081,
            0x91400484,
            0x11000421,
            0x7101ec3f,
            0x54ffff81,
            0xaa0303e4,
            0x39400085,
            0x39000005,
            0xd2a00022,
            0xf1000442,
            0x54ffffe1,
            0x91400484,
            0x7101e8bf,
            0x54ffff21,
            0x52800145,
            0x39000005);

    private Guests() {}

    private static int[] then(int[] end, int... begin) {
        int[] all = new int[begin.length + end.length];
        System.arraycopy(begin, 0, all, 0, begin.length);
        System.arraycopy(end, 0, all, begin.length, end.length);
        return all;
    }

    private static byte[] bytes(int[] code) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * code.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : code) {
            bytes.putInt(word);
        }
        return bytes.array();
    }

    /** Writes a raw image. */
    static String raw(Path folder, int[] code) throws IOException {
        return Files.write(folder.resolve("guest.bin"), bytes(code)).toString();
    }

    /** Writes an arm64 Image: a header that jumps over itself, and the code. */
    static String linux(Path folder, int[] code) throws IOException {
        ByteBuffer image = ByteBuffer.allocate(64 + 4 * code.length).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0x14000010).putLong(16, image.capacity()).putInt(56, 0x644D_5241);
        image.position(64).put(bytes(code));
        return Files.write(folder.resolve("Image"), image.array()).toString();
    }

    /** Writes an ELF file with one segment. */
    static String elf(Path folder, int machine, long address, int[] code) throws IOException {
        byte[] content = bytes(code);
        ByteBuffer out = ByteBuffer.allocate(120 + content.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1}).position(16);
        out.putShort((short) 2).putShort((short) machine).putInt(1).putLong(address);
        out.putLong(64).putLong(0).putInt(0);
        out.putShort((short) 64).putShort((short) 56).putShort((short) 1);
        out.putShort((short) 64).putShort((short) 0).putShort((short) 0);
        out.putInt(1).putInt(7).putLong(120).putLong(address).putLong(address);
        out.putLong(content.length).putLong(content.length).putLong(1).put(content);
        return Files.write(folder.resolve("guest.elf"), out.array()).toString();
    }
}
