/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.backend.xen.ring.FakeCaller;
import io.faultline.backend.xen.ring.Pages;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The console without a ring. */
class ConsoleIoTest {
    private static final long AT = FakeCaller.BASE;

    private final GuestConsole console = new GuestConsole(null, () -> {});
    private final ConsoleIo call = new ConsoleIo(new ConsoleSettings(false, true), console);
    private final FakeCaller caller = new FakeCaller();

    private String output() {
        return new String(console.takeOutput(), StandardCharsets.ISO_8859_1);
    }

    private long write(String text) {
        caller.put(AT, text);
        return caller.call(call, 0, text.length(), AT);
    }

    @Test
    void aLineComesWhenItIsComplete() {
        assertEquals(0, write("begin"));
        assertEquals("", output());
        assertEquals(0, write("ning\nnext\nla"));
        assertEquals("beginning\nnext\n", output());
        assertEquals(0, write("st\n"));
        assertEquals("last\n", output());
    }

    @Test
    void whatCannotBePrintedIsLeftOut() {
        write("a\0b\007\033[1m\tc\r\177\u0080\u00FF~ \n");
        assertEquals("ab[1m\tc~ \n", output());
    }

    @Test
    void aLineThatIsTooLongIsBroken() {
        write("x".repeat(300) + "\n");
        assertEquals("x".repeat(255) + "\n" + "x".repeat(45) + "\n", output());
    }

    @Test
    void aLongTextIsWrittenInPartsWithTheSameEffect() {
        String text = "0123456789abcde\n".repeat(1000);
        caller.patience(1);
        assertEquals(0, write(text));
        assertEquals(text, output());
        assertEquals(125, caller.parts());
        caller.patience(4);
        assertEquals(0, write(text));
        assertEquals(text, output());
        assertEquals(32, caller.parts());
    }

    @Test
    void aBufferThatCannotBeReadIsAFault() {
        assertEquals(-14, caller.call(call, 0, 1, 0));
        assertEquals(-14, caller.call(call, 0, 0xFFFF_FFFFL, AT), "it ends where memory ends");
        assertEquals(0, caller.call(call, 0, 0, 0));
    }

    @Test
    void onlyTheLowHalfOfCommandAndCountMatters() {
        caller.put(AT, "hi\n");
        assertEquals(0, caller.call(call, 0x1_0000_0000L, 0x7_0000_0003L, AT));
        assertEquals("hi\n", output());
    }

    @Test
    void whatDoesNotFitTheHostIsLostAndCounted() {
        for (int i = 0; i < 300; i++) {
            write("x".repeat(255));
        }
        assertEquals(300 * 256 - GuestConsole.OUTPUT_BYTES, console.lost());
        assertEquals(GuestConsole.OUTPUT_BYTES, console.takeOutput().length);
    }

    @Test
    void inputIsReadInOrder() {
        console.offer("typed".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(2, caller.call(call, 1, 2, AT));
        assertEquals(3, caller.call(call, 1, 100, AT + 2));
        assertEquals("typed", caller.text(AT, 5));
        assertEquals(0, caller.call(call, 1, 100, AT));
        console.offer(new byte[1000]);
        assertEquals(1000, caller.call(call, 1, 5000, AT));
    }

    @Test
    void inputThatCannotBeWrittenStays() {
        console.offer(new byte[] {'a'});
        assertEquals(-14, caller.call(call, 1, 1, 0));
        assertEquals(-7, caller.call(call, 1, 0x8000_0000L, AT));
        assertEquals(1, caller.call(call, 1, 1, AT));
    }

    @Test
    void otherCommandsAreUnknownAndADeniedCallIsNotPermitted() {
        assertEquals(-38, caller.call(call, 2, 0, AT));
        assertEquals(-38, caller.call(call, -1, 0, AT));
        ConsoleIo denied = new ConsoleIo(new ConsoleSettings(true, false), console);
        assertEquals(-1, caller.call(denied, 0, 0, AT));
    }

    @Test
    void aLineThatHasBegunSurvivesASave() {
        write("half ");
        Map<String, StateValue> saved = Pages.save(call);
        ConsoleIo other = new ConsoleIo(new ConsoleSettings(false, true), console);
        Pages.restore(other, saved);
        caller.put(AT, "whole\n");
        caller.call(other, 0, 6, AT);
        assertEquals("half whole\n", output());
        other.reset();
        assertTrue(Pages.save(other).get("console.line/begun") instanceof StateValue.Bytes b && b.value().length == 0);
        Map<String, StateValue> broken = new TreeMap<>(saved);
        broken.put("console.line/begun", new StateValue.Bytes(new byte[256]));
        assertThrows(HypervisorException.class, () -> Pages.restore(other, broken));
    }

    @Test
    void settingsSayWhatThereIs() {
        assertEquals(
                new ConsoleSettings(true, true),
                ConsoleSettings.of(Pages.configuration(ConsoleSettings.settings(), "")));
        assertEquals(
                new ConsoleSettings(false, false),
                ConsoleSettings.of(
                        Pages.configuration(ConsoleSettings.settings(), "xen.console=off,xen.console-io=denied")));
    }
}
