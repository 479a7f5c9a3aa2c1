/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.mmu.MemoryAccess;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class InterpreterTest {
    /** HotSpot's HugeMethodLimit: a bigger method is never compiled. */
    private static final int HUGE_METHOD = 8000;
    /** HotSpot's MaxInlineSize. */
    private static final int INLINED_METHOD = 35;

    @Test
    void everyMethodIsSmallEnoughToBeCompiled() throws IOException {
        for (Class<?> type : new Class<?>[] {Interpreter.class, RareOperations.class, Translator.class}) {
            Map<String, Integer> sizes = codeSizes(type);
            assertTrue(sizes.size() > 3, sizes.toString());
            sizes.forEach((method, size) -> assertTrue(
                    size < HUGE_METHOD, type.getSimpleName() + "." + method + " has " + size + " bytecodes"));
        }
    }

    /** Bigger ones would be calls in the interpreter's loop, where no single access is hot enough for HotSpot. */
    @Test
    void everyAccessToKnownMemoryIsSmallEnoughToBeInlined() throws IOException {
        Map<String, Integer> sizes = codeSizes(MemoryAccess.class);
        for (String method : List.of(
                "load8",
                "load16",
                "load32",
                "load64",
                "store8",
                "store16",
                "store32",
                "store64",
                "cached",
                "writable")) {
            int size = Objects.requireNonNull(sizes.get(method), method);
            assertTrue(size <= INLINED_METHOD, "MemoryAccess." + method + " has " + size + " bytecodes");
        }
    }

    @Test
    void executionAllocatesNothing() {
        Guest guest = Guest.running("data_in_code").x(0, Long.MAX_VALUE);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < 10 && allocated > 0; i++) {
            guest.pe().run(100_000);
            long before = threads.getThreadAllocatedBytes(id);
            guest.pe().run(100_000);
            guest.pe().run(100_001);
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }

        assertTrue(allocated < 4096, allocated + " bytes for 200000 instructions");
    }

    @Test
    void multiplyHighIsUnsigned() {
        assertEquals(0xFFFF_FFFF_FFFF_FFFEL, Interpreter.unsignedMultiplyHigh(-1, -1));
        assertEquals(0, Interpreter.unsignedMultiplyHigh(1, -1));
        assertEquals(0x4000_0000_0000_0000L, Interpreter.unsignedMultiplyHigh(1L << 63, 1L << 63));
    }

    /** Reads the length of the Code attribute of each method from the class file. */
    private static Map<String, Integer> codeSizes(Class<?> type) throws IOException {
        Map<String, Integer> sizes = new TreeMap<>();
        String file = type.getSimpleName() + ".class";
        try (InputStream stream = Objects.requireNonNull(type.getResourceAsStream(file));
                DataInputStream in = new DataInputStream(stream)) {
            in.skipNBytes(8);
            String[] names = new String[in.readUnsignedShort()];
            for (int i = 1; i < names.length; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> names[i] = in.readUTF();
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++;
                    }
                    case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    default -> throw new IOException("constant of kind " + tag);
                }
            }
            in.skipNBytes(6);
            in.skipNBytes(2L * in.readUnsignedShort());
            members(in, names, new TreeMap<>());
            members(in, names, sizes);
        }
        return sizes;
    }

    private static void members(DataInputStream in, String[] names, Map<String, Integer> sizes) throws IOException {
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            in.skipNBytes(2);
            String name = names[in.readUnsignedShort()];
            in.skipNBytes(2);
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                String attribute = names[in.readUnsignedShort()];
                int length = in.readInt();
                if (attribute.equals("Code")) {
                    in.skipNBytes(4);
                    int size = in.readInt();
                    sizes.merge(name, size, Math::max);
                    in.skipNBytes(length - 8L);
                } else {
                    in.skipNBytes(length);
                }
            }
        }
    }
}
