/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.ByteRing;
import io.faultline.backend.xen.ring.Pages;
import io.faultline.backend.xen.ring.RingLayout;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The host's end of the rings of a console. */
class GuestConsoleTest {
    private static final int IN_CONS = 0xC00;
    private static final int IN_PROD = 0xC04;
    private static final int OUT_CONS = 0xC08;
    private static final int OUT_PROD = 0xC0C;

    private final Frame page = new Pages().page(0);
    private int events;
    private final GuestConsole console = new GuestConsole(page, () -> events++);
    // The guest's ends are rings of the same form: it writes into out and reads from in.
    private final ByteRing out = new ByteRing(page, RingLayout.CONSOLE_OUTPUT);
    private final ByteRing in = new ByteRing(page, RingLayout.CONSOLE_INPUT);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String output() {
        return new String(console.takeOutput(), StandardCharsets.US_ASCII);
    }

    @Test
    void outputIsDrainedWhenTheGuestSaysSoAndOneEventFollows() {
        out.write(bytes("hello "), 0, 6);
        out.write(bytes("world"), 0, 5);
        console.notified();
        assertEquals(11, page.load32(OUT_CONS));
        assertEquals(1, events);
        assertEquals(11, console.outputBytes());
        assertEquals("hello world", output());
        assertEquals(0, console.outputBytes());
        assertEquals(1, events, "nothing changed by taking it");
    }

    @Test
    void anEventWithoutDataIsNotAnswered() {
        for (int i = 0; i < 10; i++) {
            console.notified();
        }
        assertEquals(0, events);
        assertEquals("", output());
        assertEquals(0, events);
    }

    @Test
    void outputThatNobodyAnnouncedComesWhenItIsAskedFor() {
        out.write(bytes("quiet"), 0, 5);
        assertEquals("quiet", output());
        assertEquals(1, events);
    }

    @Test
    void aMebibyteGoesThroughWithoutAWait() {
        Random random = new Random(1);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        byte[] all = new byte[1 << 20];
        random.nextBytes(all);
        int done = 0;
        while (done < all.length) {
            int count = out.write(all, done, Math.min(all.length - done, 1 + random.nextInt(2048)));
            done += count;
            console.notified();
            assertEquals(0, out.filled(), "the ring is empty after each event");
            if (random.nextInt(8) == 0) {
                seen.writeBytes(console.takeOutput());
            }
        }
        seen.writeBytes(console.takeOutput());
        assertArrayEquals(all, seen.toByteArray());
    }

    @Test
    void theGuestWaitsIfNobodyTakesOutputAndGoesOnWhenSomebodyDoes() {
        byte[] full = new byte[2048];
        int sent = 0;
        for (int i = 0; i < 100; i++) {
            sent += out.write(full, 0, full.length);
            console.notified();
        }
        assertEquals(GuestConsole.OUTPUT_BYTES + 2048, sent);
        assertEquals(2048, out.filled());
        int before = events;
        assertEquals(GuestConsole.OUTPUT_BYTES, console.takeOutput().length);
        assertEquals(0, out.filled());
        assertEquals(before + 1, events);
        assertEquals(2048, console.takeOutput().length);
        assertEquals(before + 1, events);
    }

    @Test
    void inputGoesIntoTheRingAndOneEventFollows() {
        assertEquals(3, console.offer(bytes("abc")));
        assertEquals(1, events);
        assertEquals(3, page.load32(IN_PROD));
        byte[] read = new byte[3];
        assertEquals(3, in.read(read, 0, 3));
        assertArrayEquals(bytes("abc"), read);
        assertEquals(0, console.offer(new byte[0]));
        assertEquals(1, events);
    }

    @Test
    void inputThatDoesNotFitWaitsAndTheRestIsRefused() {
        byte[] typed = new byte[6000];
        new Random(2).nextBytes(typed);
        assertEquals(1024 + GuestConsole.INPUT_BYTES, console.offer(typed));
        assertEquals(1, events);
        assertEquals(0, console.offer(typed), "full");
        assertEquals(1, events);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        byte[] read = new byte[1024];
        for (int count = in.read(read, 0, 700); count > 0; count = in.read(read, 0, 700)) {
            seen.write(read, 0, count);
            console.notified();
        }
        assertArrayEquals(java.util.Arrays.copyOf(typed, 5120), seen.toByteArray());
    }

    @Test
    void aCorruptRingIsLeftAloneUntilItIsMended() {
        page.store32(OUT_PROD, 5000);
        page.store32(IN_CONS, 1);
        console.notified();
        assertEquals(2, console.offer(bytes("xy")), "it waits");
        assertEquals(0, events);
        assertEquals(0, page.load32(OUT_CONS));
        assertEquals(0, page.load32(IN_PROD));
        page.store32(OUT_PROD, 0);
        page.store32(IN_CONS, 0);
        out.write(bytes("ok"), 0, 2);
        console.notified();
        assertEquals(1, events, "one for both rings");
        assertEquals("ok", output());
        assertEquals(2, in.filled());
    }

    @Test
    void randomPagesDoNoHarm() {
        Random random = new Random(3);
        for (int round = 0; round < 3000; round++) {
            for (int i = IN_CONS; i <= OUT_PROD; i += 4) {
                page.store32(i, random.nextBoolean() ? random.nextInt() : random.nextInt(4096));
            }
            int before = events;
            console.notified();
            console.offer(new byte[random.nextInt(3000)]);
            console.takeOutput();
            assertEquals(true, events - before <= 3);
        }
    }

    @Test
    void whatIsUnderWaySurvivesASave() {
        out.write(bytes("kept"), 0, 4);
        console.notified();
        console.offer(new byte[2000]);
        Map<String, StateValue> saved = Pages.save(console);
        GuestConsole other = new GuestConsole(page, () -> events++);
        Pages.restore(other, saved);
        assertEquals(saved, Pages.save(other));
        assertArrayEquals(bytes("kept"), other.takeOutput());
        in.read(new byte[1024], 0, 1024);
        other.notified();
        assertEquals(976, in.filled());
        other.reset();
        assertEquals(0, other.takeOutput().length);
    }

    @Test
    void aStateWithTooMuchIsRefused() {
        Map<String, StateValue> saved = new TreeMap<>(Pages.save(console));
        saved.put("console/input", new StateValue.Bytes(new byte[GuestConsole.INPUT_BYTES + 1]));
        assertThrows(HypervisorException.class, () -> Pages.restore(console, saved));
    }

    @Test
    void withoutARingThereIsNothingToDo() {
        GuestConsole none = new GuestConsole(null, () -> events++);
        none.notified();
        assertEquals(5, none.offer(bytes("hello")));
        assertEquals(0, none.takeOutput().length);
        assertEquals(0, events);
    }
}
