/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.cli.CuttingProxy.Way;
import io.faultline.vmm.migration.Frame;
import io.faultline.vmm.migration.FrameCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cuts the connection of a move everywhere. The guest sends the alphabet, and each letter is sent once. */
class BrokenConnectionTest {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz\n";

    @TempDir
    Path folder;

    private record Moved(CommandRun origin, CommandRun target, CuttingProxy proxy) {}

    private Moved move(Way way, long bytes, int cuts, boolean forGood, String recover)
            throws IOException, InterruptedException {
        RunningCommand target = RunningCommand.target("--recover", recover);
        try (CuttingProxy proxy = new CuttingProxy(target.port(), way, bytes, cuts, forGood)) {
            CommandRun origin = CommandRun.of(
                    "migrate",
                    Guests.raw(folder, Guests.ALPHABET),
                    "--load-address",
                    Guests.BASE,
                    "--memory",
                    "2M",
                    "--backend",
                    "kvm",
                    "--recover",
                    recover,
                    "--background",
                    "off",
                    "--to",
                    "127.0.0.1:" + proxy.port());
            return new Moved(origin, target.end(), proxy);
        }
    }

    /** Where to cut after both have introduced themselves. */
    private static TreeSet<Long> places(Way way, long total) {
        Frame.Wishes wishes = new Frame.Wishes(false, true, OptionalLong.empty());
        Frame introduction = way == Way.TO_TARGET ? new Frame.Hello(0, false, "kvm", "", wishes) : new Frame.Welcome();
        long first = FrameCodec.encode(introduction).length;
        TreeSet<Long> places = new TreeSet<>();
        // The state of the guest comes first and is a few thousand bytes long.
        for (long place = first; place < Math.min(total, first + 8000); place += Math.max(23, total / 100)) {
            places.add(place);
        }
        for (long place = first; place < total; place += Math.max(23, total / 10)) {
            places.add(place);
        }
        for (long end = total; end > total - 60 && end > first; end -= 13) {
            places.add(end);
        }
        return places;
    }

    private static void assertOneLine(CommandRun run) {
        long lines = run.err()
                .lines()
                .filter(line -> line.startsWith("faultline: ") && !line.contains("waiting for a guest at"))
                .count();
        assertEquals(1, lines, run.err());
    }

    @Test
    void aConnectionThatIsCutForGoodLeavesAtMostOneGuest() throws Exception {
        Moved whole = move(Way.TO_TARGET, 0, 0, false, "0");
        assertEquals(0, whole.origin().status(), whole.origin().err());
        assertEquals(0, whole.target().status(), whole.target().err());
        int stayed = 0;
        int left = 0;
        for (Way way : Way.values()) {
            long total = (way == Way.TO_TARGET ? whole.proxy().toTarget : whole.proxy().toOrigin).get();
            for (long bytes : places(way, total)) {
                Moved moved = move(way, bytes, 1, true, "0");
                String where = way + " after " + bytes + " of " + total + ":\n" + moved;
                String out = moved.origin().out() + moved.target().out();
                assertTrue(ALPHABET.startsWith(out), "each letter at most once, " + where);
                if (moved.origin().out().equals(ALPHABET)) {
                    stayed++;
                    assertEquals(1, moved.origin().status(), where);
                    assertEquals(1, moved.target().status(), where);
                    assertTrue(moved.origin().err().contains("goes on here: "), where);
                    assertOneLine(moved.origin());
                } else {
                    left++;
                }
                if (moved.origin().status() == 1 || moved.target().status() == 1) {
                    assertOneLine(moved.origin());
                }
                if (moved.target().status() == 1) {
                    assertOneLine(moved.target());
                }
                assertTrue(
                        moved.origin().status() + moved.target().status() > 0 || out.equals(ALPHABET),
                        "nothing is lost silently, " + where);
            }
        }
        assertTrue(stayed > 5 && left > 5, stayed + " stayed, " + left + " left");
    }

    @Test
    void aConnectionThatComesBackMovesTheGuestAllTheSame() throws Exception {
        Moved whole = move(Way.TO_TARGET, 0, 0, false, "20");
        int recovered = 0;
        for (Way way : Way.values()) {
            long total = (way == Way.TO_TARGET ? whole.proxy().toTarget : whole.proxy().toOrigin).get();
            for (long bytes : places(way, total)) {
                if (way == Way.TO_TARGET && bytes < total / 2 && bytes % 3 != 0) {
                    continue;
                }
                Moved moved = move(way, bytes, 2, false, "20");
                String where = way + " after " + bytes + " of " + total + ":\n" + moved;
                String out = moved.origin().out() + moved.target().out();
                if (moved.origin().out().equals(ALPHABET)) {
                    // The guest had not been handed over: it stays, and the target gives up.
                    assertEquals("", moved.target().out(), where);
                    continue;
                }
                assertEquals(ALPHABET, out, where);
                assertEquals(0, moved.target().status(), where);
                if (moved.proxy().connections() > 1) {
                    recovered++;
                }
            }
        }
        assertTrue(recovered > 5, "recovered " + recovered);
    }

    @Test
    void anIntroductionThatIsCutIsNotAGuest() throws Exception {
        RunningCommand target = RunningCommand.target();
        int port = target.port();
        String guest = Guests.raw(folder, Guests.ALPHABET);
        for (Way way : Way.values()) {
            try (CuttingProxy proxy = new CuttingProxy(way == Way.TO_TARGET ? port : 1, way, 5, 1, true)) {
                CommandRun origin = CommandRun.of(
                        "migrate", guest, "--load-address", Guests.BASE, "--to", "127.0.0.1:" + proxy.port());
                assertEquals(1, origin.status());
                assertEquals("", origin.out());
                assertOneLine(origin);
            }
        }
        CommandRun origin = CommandRun.of("migrate", guest, "--load-address", Guests.BASE, "--to", "127.0.0.1:" + port);
        assertEquals(0, origin.status(), origin.err());
        assertEquals(ALPHABET, origin.out() + target.end().out());
    }
}
