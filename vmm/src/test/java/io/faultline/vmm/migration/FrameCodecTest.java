/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.vmm.paging.PageSet;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
    private static final Frame.Wishes WISHES = new Frame.Wishes(true, false, OptionalLong.of(7));
    private static final List<Frame> FRAMES = List.of(
            new Frame.Hello(-3, true, "kvm", "apf.slots=1", WISHES),
            new Frame.Hello(3, false, "", "", new Frame.Wishes(false, true, OptionalLong.empty())),
            new Frame.Welcome(),
            new Frame.Refuse("no: grün"),
            new Frame.Pages(List.of(new PageSet.Run(0x4000_0000L, 7), new PageSet.Run(0x5000_0000L, 1)), true),
            new Frame.Pages(List.of(), false),
            new Frame.Ready(),
            new Frame.Go(123),
            new Frame.Running(),
            new Frame.Request(0x1000, true),
            new Frame.Request(0x2000, false),
            new Frame.Failed(0x3000, "gone"),
            new Frame.Missing(List.of(new PageSet.Run(0x1000, 2)), false),
            new Frame.End(true, "done"),
            new Frame.End(false, ""),
            new Frame.Alive());

    private static Frame decode(byte[] bytes) throws IOException {
        return FrameCodec.read(new ByteArrayInputStream(bytes));
    }

    /** A frame with a good length and checksum around any body. */
    private static byte[] frame(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return ByteBuffer.allocate(body.length + 8)
                .putInt(body.length)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    private static String problem(int... body) {
        byte[] bytes = new byte[body.length];
        for (int i = 0; i < body.length; i++) {
            bytes[i] = (byte) body[i];
        }
        return assertThrows(IOException.class, () -> decode(frame(bytes))).getMessage();
    }

    @Test
    void everyFrameSurvivesItsBytes() throws IOException {
        for (Frame frame : FRAMES) {
            assertEquals(frame, decode(FrameCodec.encode(frame)));
        }
    }

    @Test
    void blocksSurviveTheirBytes() throws IOException {
        byte[] part = new byte[FrameCodec.LONGEST_PART];
        new Random(1).nextBytes(part);
        Frame.State state = (Frame.State) decode(FrameCodec.encode(new Frame.State(1 << 21, 17, part)));
        assertEquals(1 << 21, state.total());
        assertEquals(17, state.offset());
        assertArrayEquals(part, state.part());
        byte[] content = Arrays.copyOf(part, 4096);
        Frame.Page page = (Frame.Page) decode(FrameCodec.encode(new Frame.Page(0x7000, content)));
        assertArrayEquals(content, page.content());
        assertEquals(0, ((Frame.Page) decode(FrameCodec.encode(new Frame.Page(0x7000, new byte[0])))).content().length);
    }

    @Test
    void framesFollowEachOther() throws IOException {
        ByteBuffer all = ByteBuffer.allocate(10_000);
        FRAMES.forEach(frame -> all.put(FrameCodec.encode(frame)));
        ByteArrayInputStream in = new ByteArrayInputStream(all.array(), 0, all.position());
        for (Frame frame : FRAMES) {
            assertEquals(frame, FrameCodec.read(in));
        }
        assertThrows(EOFException.class, () -> FrameCodec.read(in));
    }

    @Test
    void aFrameThatIsCutIsTheEnd() {
        for (Frame frame : FRAMES) {
            byte[] bytes = FrameCodec.encode(frame);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThrows(EOFException.class, () -> decode(cut), frame + " at " + length);
            }
        }
    }

    @Test
    void noBitCanChangeUnnoticed() {
        for (Frame frame : FRAMES) {
            byte[] bytes = FrameCodec.encode(frame);
            for (int bit = 0; bit < 8 * bytes.length; bit++) {
                byte[] damaged = bytes.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                assertThrows(IOException.class, () -> decode(damaged), frame + " at bit " + bit);
            }
        }
    }

    /** Bodies by somebody who computes checksums. */
    @Test
    void whateverComesIsAFrameOrAnError() {
        Random random = new Random(7);
        int frames = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] body = new byte[1 + random.nextInt(60)];
            random.nextBytes(body);
            body[0] = (byte) random.nextInt(16);
            if (random.nextBoolean()) {
                Arrays.fill(body, 1, body.length, (byte) 0);
            }
            try {
                decode(frame(body));
                frames++;
            } catch (IOException refused) {
                assertTrue(refused.getMessage().length() > 5);
            }
        }
        assertTrue(frames > 100, "some of them are frames: " + frames);
    }

    @Test
    void aLengthAllocatesOnlyWhatArrives() {
        byte[] claim = ByteBuffer.allocate(8).putInt(FrameCodec.LONGEST_BODY).array();
        assertThrows(EOFException.class, () -> decode(claim));
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, FrameCodec.LONGEST_BODY + 1}) {
            byte[] lie = ByteBuffer.allocate(8).putInt(length).array();
            String message = assertThrows(IOException.class, () -> decode(lie)).getMessage();
            assertTrue(message.startsWith("a frame claims to be "), message);
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertEquals("there is no frame of kind 0", problem(0));
        assertEquals("there is no frame of kind 99", problem(99));
        assertEquals("a frame has 1 bytes too many", problem(2, 0));
        assertEquals("a frame is shorter than its content", problem(7, 0));
        assertEquals("a flag has the value 2", problem(9, 0, 0, 0, 0, 0, 0, 0, 0, 2));
        assertEquals("0x1 is not the address of a page", problem(9, 0, 0, 0, 0, 0, 0, 0, 1, 0));
        assertEquals("a page has 1 bytes", problem(10, 0, 0, 0, 0, 0, 0, 0, 0, 1));
        assertEquals("a text claims to be 65535 bytes long", problem(3, 255, 255));
        assertEquals("a text claims to be 2 bytes long", problem(3, 0, 2, 65));
        assertEquals("a map claims to have 4294967295 runs", problem(5, 1, 255, 255, 255, 255));
        assertEquals("a map claims to have 1 runs", problem(5, 1, 0, 0, 0, 1));
        assertEquals("the other side does not speak this protocol", problem(1, 'H', 'T', 'T', 'P', 0, 1));
        assertEquals(
                "the other side speaks version 2 of the protocol, this one 1", problem(1, 'F', 'L', 'T', 'M', 0, 2));
        List<Integer> hello = new ArrayList<>(List.of(1, (int) 'F', (int) 'L', (int) 'T', (int) 'M', 0, 1));
        hello.addAll(List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 254, 0, 0, 0, 0));
        assertEquals(
                "a latency of -2 ns is negative",
                problem(hello.stream().mapToInt(Integer::intValue).toArray()));
    }

    @Test
    void textsAreCutAndBlocksRefused() throws IOException {
        Frame.Refuse cut = (Frame.Refuse) decode(FrameCodec.encode(new Frame.Refuse("ü".repeat(5000))));
        assertTrue(cut.reason().startsWith("üü") && cut.reason().length() < 3000);
        Frame.State tooLong = new Frame.State(1, 0, new byte[FrameCodec.LONGEST_BODY]);
        assertThrows(IllegalArgumentException.class, () -> FrameCodec.encode(tooLong));
    }
}
