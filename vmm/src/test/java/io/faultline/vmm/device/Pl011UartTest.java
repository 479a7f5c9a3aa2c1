/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import static io.faultline.api.arm64.AccessWidth.BYTE;
import static io.faultline.api.arm64.AccessWidth.DOUBLEWORD;
import static io.faultline.api.arm64.AccessWidth.HALFWORD;
import static io.faultline.api.arm64.AccessWidth.WORD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Pl011UartTest {
    private static final int FR_IDLE = 0x90;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private boolean level;
    private Pl011Uart uart = with("");

    private Pl011Uart with(String input) {
        return port(output, new ByteArrayInputStream(input.getBytes(StandardCharsets.US_ASCII)));
    }

    private Pl011Uart port(OutputStream out, InputStream in) {
        return new Pl011Uart(out, in, high -> level = high);
    }

    private long read(int offset) {
        return uart.read(offset, WORD).orElseThrow();
    }

    private void write(int offset, int value) {
        assertTrue(uart.write(offset, WORD, value));
    }

    @Test
    void sendsBytesToTheHost() {
        for (char c : "Hi\n".toCharArray()) {
            assertEquals(FR_IDLE, read(0x18));
            assertTrue(uart.write(0, BYTE, c));
        }
        assertEquals("Hi\n", output.toString(StandardCharsets.US_ASCII));
        assertEquals(3, uart.sent());
    }

    @Test
    void flushesAtLineEnds() {
        int[] flushes = {0};
        uart = port(
                new OutputStream() {
                    @Override
                    public void write(int b) {}

                    @Override
                    public void flush() {
                        flushes[0]++;
                    }
                },
                InputStream.nullInputStream());
        write(0, 'a');
        assertEquals(0, flushes[0]);
        write(0, '\n');
        assertEquals(1, flushes[0]);
        uart.flush();
        assertEquals(2, flushes[0]);
    }

    @Test
    void showsItsIdentification() {
        int[] expected = {0x11, 0x10, 0x14, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], read(0xFE0 + 4 * i));
            assertTrue(uart.write(0xFE0 + 4 * i, WORD, 0xFF));
            assertEquals(expected[i], read(0xFE0 + 4 * i));
        }
    }

    @ParameterizedTest(name = "register {0}")
    @CsvSource({
        "0x20, 0x0, 0xff",
        "0x24, 0x0, 0xffff",
        "0x28, 0x0, 0x3f",
        "0x2c, 0x0, 0xff",
        "0x30, 0x300, 0xff87",
        "0x34, 0x12, 0x3f",
        "0x38, 0x0, 0x7ff",
        "0x48, 0x0, 0x7"
    })
    void keepsTheBitsThatARegisterHas(String offset, String reset, String bits) {
        int at = Integer.decode(offset);
        assertEquals(Long.decode(reset), read(at));
        write(at, -1);
        assertEquals(Long.decode(bits), read(at));
        write(at, 0);
        assertEquals(0, read(at));
    }

    @ParameterizedTest(name = "register {0}")
    @CsvSource({"0x04, 0x0", "0x18, 0x90", "0x3c, 0x0", "0x40, 0x0"})
    void ignoresWritesToReadOnlyRegisters(String offset, String value) {
        write(Integer.decode(offset), -1);
        assertEquals(Long.decode(value), read(Integer.decode(offset)));
    }

    @Test
    void showsOnlyTheBytesOfTheAccess() {
        write(0x24, 0x1234);
        assertEquals(OptionalLong.of(0x34), uart.read(0x24, BYTE));
        assertEquals(OptionalLong.of(0x1234), uart.read(0x24, HALFWORD));
    }

    @ParameterizedTest(name = "offset {0}")
    @CsvSource({"0x08", "0x1c", "0x4c", "0xfdc", "0x1000", "0x01", "0x1a", "-4"})
    void refusesOffsetsWithoutARegister(String offset) {
        assertEquals(OptionalLong.empty(), uart.read(Integer.decode(offset), BYTE));
        assertFalse(uart.write(Integer.decode(offset), BYTE, 0));
    }

    @Test
    void refusesAccessesWiderThanARegister() {
        assertEquals(OptionalLong.empty(), uart.read(0x18, DOUBLEWORD));
        assertFalse(uart.write(0, DOUBLEWORD, 'x'));
    }

    @Test
    void receivesOneByteAtATimeWithoutFifo() {
        uart = with("ab");
        assertEquals(FR_IDLE, read(0x18));
        uart.pollInput();
        assertEquals(0xC0, read(0x18), "transmitter empty, receiver full");
        assertEquals(0x50, read(0x3C), "receive and receive timeout");
        uart.pollInput();
        assertEquals('a', read(0));
        assertEquals(FR_IDLE, read(0x18));
        assertEquals(0, read(0x3C));
        uart.pollInput();
        assertEquals('b', read(0));
        uart.pollInput();
        assertEquals(0, read(0), "an empty receiver reads as zero");
    }

    @Test
    void receivesSixteenBytesWithFifo() {
        uart = with("0123456789abcdefXYZ");
        write(0x2C, 0x70);
        uart.pollInput();
        assertEquals(0xC0, read(0x18));
        StringBuilder received = new StringBuilder();
        while ((read(0x18) & 0x10) == 0) {
            received.append((char) read(0));
        }
        uart.pollInput();
        while ((read(0x18) & 0x10) == 0) {
            received.append((char) read(0));
        }
        assertEquals("0123456789abcdefXYZ", received.toString());
    }

    @Test
    void raisesReceiveAtTheTriggerLevel() {
        uart = with("01234567");
        write(0x2C, 0x10);
        write(0x38, 0x10);
        uart.pollInput();
        assertEquals(0x50, read(0x3C));
        assertEquals(0x10, read(0x40));
        read(0);
        assertEquals(0x40, read(0x3C), "seven bytes are below half of the FIFO");
        write(0x44, 0x40);
        assertEquals(0, read(0x3C));
    }

    @Test
    void staysBelowAHigherTriggerLevel() {
        uart = with("01234567");
        write(0x2C, 0x10);
        write(0x34, 0x18);
        uart.pollInput();
        assertEquals(0x40, read(0x3C));
    }

    @Test
    void losesTheFifoWhenItIsSwitchedOff() {
        uart = with("0123");
        write(0x2C, 0x10);
        uart.pollInput();
        write(0x2C, 0x70);
        assertEquals('0', read(0));
        write(0x2C, 0);
        assertEquals(FR_IDLE, read(0x18));
        assertEquals(0, read(0x3C));
    }

    @Test
    void raisesTransmitUntilItIsCleared() {
        write(0, 'x');
        assertEquals(0x20, read(0x3C));
        assertEquals(0, read(0x40));
        write(0x44, 0x20);
        assertEquals(0, read(0x3C));
        assertEquals(0, read(0x44), "ICR is write-only");
    }

    @Test
    void loopsBackWhatItSends() {
        write(0x30, 0x381);
        write(0, 'L');
        write(0, 'M');
        assertEquals(0, uart.sent());
        assertEquals('L', read(0));
        assertEquals(FR_IDLE, read(0x18), "the second byte overran the receiver");
    }

    @Test
    void anInputThatFailsIsAtItsEnd() {
        uart = port(output, new InputStream() {
            @Override
            public int available() throws IOException {
                throw new IOException("gone");
            }

            @Override
            public int read() {
                return -1;
            }
        });
        uart.pollInput();
        assertEquals(FR_IDLE, read(0x18));
    }

    @Test
    void anInputThatPromisesAndEndsIsAtItsEnd() {
        uart = port(output, new InputStream() {
            @Override
            public int available() {
                return 1;
            }

            @Override
            public int read() {
                return -1;
            }
        });
        uart.pollInput();
        assertEquals(FR_IDLE, read(0x18));
    }

    @Test
    void anOutputThatFailsEndsTheRun() {
        uart = port(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("disk full");
                    }

                    @Override
                    public void flush() throws IOException {
                        throw new IOException("disk full");
                    }
                },
                InputStream.nullInputStream());
        assertEquals(
                "the guest's console cannot be written",
                assertThrows(UncheckedIOException.class, () -> uart.write(0, BYTE, 'x'))
                        .getMessage());
        assertThrows(UncheckedIOException.class, uart::flush);
    }

    @Test
    void theLineFollowsTheMaskedInterrupts() {
        uart = with("ab");
        write(0x2C, 0x70);
        write(0x38, 0x50);
        assertFalse(level);
        uart.pollInput();
        assertTrue(level);
        assertEquals('a', read(0));
        assertTrue(level);
        assertEquals('b', read(0));
        assertFalse(level);
        write(0x38, 0x20);
        write(0, 'x');
        assertTrue(level);
        write(0x44, 0x20);
        assertFalse(level);
    }

    @Test
    void inputIsAwaitedOnlyByAGuestThatListens() {
        uart = with("q");
        assertFalse(uart.awaitInput());
        write(0x38, 0x10);
        assertTrue(uart.awaitInput());
        assertTrue(level);
        assertFalse(uart.awaitInput(), "the FIFO of one byte is full");
        assertEquals('q', read(0));
        assertFalse(uart.awaitInput(), "there is nothing more");
    }

    @Test
    void anInputThatFailsWhileItIsAwaitedIsAtItsEnd() {
        uart = port(output, new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        });
        write(0x38, 0x10);
        assertFalse(uart.awaitInput());
    }

    private static Map<String, StateValue> saved(Pl011Uart port) {
        StateWriter writer = new StateWriter();
        port.save(writer);
        return writer.values();
    }

    @Test
    void goesOnWhereItWasSaved() {
        uart = with("abcdefghijklmnopqrst");
        write(0x2C, 0x70);
        write(0x20, 1);
        write(0x24, 2);
        write(0x28, 3);
        write(0x30, 0x301);
        write(0x34, 0x0A);
        write(0x38, 0x7F);
        write(0x48, 4);
        write(0x00, 'x');
        uart.pollInput();
        for (char c : "abcde".toCharArray()) {
            assertEquals(c, read(0));
        }
        uart.pollInput();
        Map<String, StateValue> state = saved(uart);
        Pl011Uart other = with("zzz");
        other.restore(new StateReader(state));
        assertEquals(state, saved(other));
        for (int offset : new int[] {0x18, 0x20, 0x24, 0x28, 0x2C, 0x30, 0x34, 0x38, 0x3C, 0x40, 0x48}) {
            assertEquals(uart.read(offset, WORD), other.read(offset, WORD), "register " + offset);
        }
        for (char c : "fghijklmnopqrst".toCharArray()) {
            assertEquals(c, (char) other.read(0, WORD).orElseThrow());
        }
        assertEquals(1, other.sent());
    }

    @Test
    void resetForgetsEverythingButWhatWasSent() {
        write(0x2C, 0x70);
        write(0x38, 0x7F);
        write(0x00, 'x');
        uart.reset();
        Map<String, StateValue> fresh = new TreeMap<>(saved(with("")));
        fresh.put("sent", new StateValue.Word(1));
        assertEquals(fresh, saved(uart));
        assertFalse(level);
    }

    @Test
    void refusesStatesThatCannotBe() {
        Map<String, StateValue> good = saved(uart);
        for (String name : good.keySet()) {
            Map<String, StateValue> bad = new TreeMap<>(good);
            bad.put(name, name.equals("fifo") ? new StateValue.Bytes(new byte[2]) : new StateValue.Word(-1));
            assertThrows(HypervisorException.class, () -> with("").restore(new StateReader(bad)), name);
        }
    }
}
