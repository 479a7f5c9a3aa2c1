/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.vmm.GuestState;
import io.faultline.vmm.MachineShape;
import io.faultline.vmm.migration.Frame;
import io.faultline.vmm.migration.FrameCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigrateCommandTest {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz\n";
    private static final Frame.Wishes WISHES = new Frame.Wishes(true, true, OptionalLong.empty());

    @TempDir
    Path folder;

    private static String apf() {
        return Path.of("..", "guests", "apf.elf").toString();
    }

    private static String kernel() {
        return Path.of("..", "guests", "kernel.elf").toString();
    }

    private String[] origin(int port, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "migrate",
                Guests.raw(folder, Guests.ALPHABET),
                "--load-address",
                Guests.BASE,
                "--memory",
                "2M",
                "--backend",
                "kvm",
                "--to",
                "127.0.0.1:" + port));
        arguments.addAll(List.of(options));
        return arguments.toArray(String[]::new);
    }

    private static Map<String, Long> numbers(String text) {
        Map<String, Long> numbers = new TreeMap<>();
        text.lines()
                .filter(line -> line.matches("[a-z.-]+ -?[0-9]+"))
                .forEach(line -> numbers.put(
                        line.substring(0, line.indexOf(' ')), Long.parseLong(line.substring(line.indexOf(' ') + 1))));
        return numbers;
    }

    private static List<String> notes(CommandRun run) {
        return run.err()
                .lines()
                .filter(line -> line.startsWith("faultline: ") && !line.contains("waiting for a guest at"))
                .toList();
    }

    @Test
    void theConsoleGoesOnAtTheTarget() throws Exception {
        RunningCommand target = RunningCommand.target();
        CommandRun origin = CommandRun.of(origin(target.port()));
        CommandRun end = target.end();
        assertEquals(0, origin.status(), origin.err());
        assertEquals(0, end.status(), end.err());
        assertEquals(ALPHABET, origin.out() + end.out());
        assertTrue(origin.out().length() > 3 && end.out().length() > 3, "both have run it");
        Map<String, Long> received = numbers(end.err());
        Map<String, Long> sent = numbers(origin.err());
        // The code and a page for each letter, but for the tree, which a raw guest at the start of memory leaves no
        // room.
        assertEquals(27, received.get("target.pages.total"));
        assertEquals(0, received.get("target.pages.missing"));
        assertEquals(27, received.get("target.pages.urgent") + received.get("target.pages.background"));
        assertEquals(27, sent.get("origin.pages.urgent") + sent.get("origin.pages.background"));
        assertTrue(sent.get("origin.downtime-host-nanos") > 0);
        assertTrue(received.get("target.downtime-host-nanos") > 0);
        assertTrue(origin.err().contains("faultline: the guest has moved to 127.0.0.1:"), origin.err());
    }

    @Test
    void onlyWhatTheGuestTouchesComesWithoutTheBackgroundAndTheRunIsTheSameEachTime() throws Exception {
        List<Map<String, Long>> runs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            RunningCommand target = RunningCommand.target();
            CommandRun origin = CommandRun.of(origin(
                    target.port(),
                    "--background",
                    "off",
                    "--latency",
                    "50000",
                    "--after",
                    "2000000",
                    "--async",
                    "off"));
            CommandRun end = target.end();
            assertEquals(0, origin.status(), origin.err());
            assertEquals(ALPHABET, origin.out() + end.out());
            assertTrue(origin.err().contains(": the guest turned the machine off"), origin.err());
            Map<String, Long> numbers = numbers(end.err());
            numbers.keySet().removeIf(name -> name.contains("host-nanos"));
            runs.add(numbers);
        }
        assertEquals(runs.get(0), runs.get(1));
        Map<String, Long> numbers = runs.get(0);
        assertEquals(0, numbers.get("target.pages.background"));
        assertEquals(numbers.get("target.pages.urgent"), numbers.get("target.faults.synchronous"));
        assertEquals(50_000 * numbers.get("target.pages.urgent"), numbers.get("target.waited.vcpus-nanos"));
        assertTrue(numbers.get("target.pages.missing") > 0);
    }

    @Test
    void aGuestMovesBeforeItsFirstInstruction() throws Exception {
        RunningCommand target = RunningCommand.target("--background", "off");
        CommandRun origin = CommandRun.of(origin(target.port(), "--after", "0"));
        CommandRun end = target.end();
        assertEquals(0, origin.status(), origin.err());
        assertEquals("", origin.out());
        assertEquals(ALPHABET, end.out());
        assertTrue(origin.err().contains(": all pages have come"), origin.err());
    }

    @Test
    void theTargetSaysHowTheGuestEnds() throws Exception {
        RunningCommand target =
                RunningCommand.target("--trace", folder.resolve("trace").toString());
        CommandRun origin = CommandRun.of(origin(target.port(), "--max-instructions", "2000000"));
        CommandRun end = target.end();
        assertEquals(0, origin.status(), origin.err());
        assertEquals(4, end.status(), end.err());
        assertTrue(end.err().contains("the budget of 2000000 instructions is used up"), end.err());
        assertTrue(Files.readString(folder.resolve("trace")).contains("page_in_finished"));
    }

    @Test
    void severalVcpusMoveTogether() throws Exception {
        RunningCommand target = RunningCommand.target();
        String smp = Path.of("..", "guests", "smp.elf").toString();
        CommandRun origin = CommandRun.of(
                "migrate",
                smp,
                "--cpus",
                "4",
                "--backend",
                "kvm",
                "--after",
                "20000",
                "--seed",
                "3",
                "--to",
                "127.0.0.1:" + target.port());
        CommandRun end = target.end();
        assertEquals(0, origin.status(), origin.err());
        assertEquals(0, end.status(), end.err());
        assertEquals(CommandRun.of("run", smp, "--cpus", "4").out(), origin.out() + end.out());
    }

    @Test
    void aGuestThatEndsBeforeItMovesIsSaidSo() throws Exception {
        RunningCommand target = RunningCommand.target();
        CommandRun origin = CommandRun.of(origin(target.port(), "--after", "100000000"));
        CommandRun end = target.end();
        assertEquals(1, origin.status());
        assertEquals(ALPHABET, origin.out());
        assertEquals(
                List.of("faultline: the guest ended before it was to move, use a smaller --after:"
                        + " the guest turned the machine off"),
                notes(origin));
        assertEquals(1, end.status());
        assertEquals(1, notes(end).size(), end.err());
        assertTrue(end.err().contains("the origin keeps the guest: it ended before it was to move"), end.err());
    }

    @Test
    void aTargetThatWantsAnotherBackendRefuses() throws Exception {
        RunningCommand target = RunningCommand.target("--backend", "kvm:apf.slots=1");
        CommandRun origin = CommandRun.of(origin(target.port()));
        assertEquals(1, origin.status());
        assertTrue(
                origin.err()
                        .contains("the target refuses the guest: the guest comes from backend kvm, here it would get"
                                + " kvm:apf.slots=1"),
                origin.err());
        assertEquals(1, target.end().status());
    }

    @Test
    void aBackendThatIsNotThereIsRefused() throws Exception {
        RunningCommand target = RunningCommand.target();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), target.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(FrameCodec.encode(new Frame.Hello(1, false, "nosuch", "", WISHES)));
            Frame answer = FrameCodec.read(socket.getInputStream());
            assertTrue(answer instanceof Frame.Refuse, answer.toString());
        }
        CommandRun end = target.end();
        assertEquals(1, end.status());
        assertEquals(1, notes(end).size(), end.err());
    }

    /** What a target answers to somebody who sends these frames, and how it ends. */
    private static CommandRun hostile(Frame... frames) throws Exception {
        RunningCommand target = RunningCommand.target("--recover", "0");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), target.port())) {
            for (Frame frame : frames) {
                socket.getOutputStream().write(FrameCodec.encode(frame));
            }
            if (frames.length == 1) {
                socket.shutdownOutput();
            }
            drained(socket);
        }
        CommandRun end = target.end();
        assertEquals(1, end.status(), end.err());
        assertEquals("", end.out());
        assertEquals(1, notes(end).size(), end.err());
        return end;
    }

    @Test
    void whateverAnOriginSendsIsOneLine() throws Exception {
        Frame hello = new Frame.Hello(1, false, "kvm", "", WISHES);
        Frame map = new Frame.Pages(List.of(), true);
        assertTrue(hostile(hello).err().contains("the origin went away"));
        assertTrue(hostile(hello, map).err().contains("the other side sent Pages instead of the state of a guest"));
        assertTrue(hostile(hello, new Frame.State(3, 0, new byte[3]), map).err().contains("saved state"));
        assertTrue(hostile(hello, new Frame.Go(1)).err().contains("the other side sent Go"));
        assertTrue(hostile(new Frame.Hello(1, false, "kvm", "no=setting", WISHES))
                .err()
                .contains("no"));
        GuestState empty = new GuestState(
                new MachineShape(1, List.of(MemoryRegion.ram(0x4000_0000L, 0x10_0000)), ExceptionLevel.EL1, 0, 0),
                new SavedState("kvm", 1, Map.of()),
                Map.of());
        byte[] state = empty.toBytes();
        assertTrue(hostile(hello, new Frame.State(state.length, 0, state), map)
                .err()
                .contains("restoring"));
    }

    @Test
    void anOriginKeepsItsGuestWhenTheTargetBreaksTheProtocol() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RunningCommand origin = RunningCommand.of(origin(server.getLocalPort()));
            try (Socket socket = server.accept()) {
                OutputStream out = socket.getOutputStream();
                out.write(FrameCodec.encode(new Frame.Welcome()));
                out.write(FrameCodec.encode(new Frame.Running()));
                drained(socket);
            }
            CommandRun end = origin.end();
            assertEquals(1, end.status());
            assertEquals(ALPHABET, end.out());
            assertEquals(
                    List.of("faultline: the guest was not moved and goes on here:"
                            + " the other side sent Running instead of ready"),
                    notes(end));
        }
    }

    @Test
    void strangersAreSentAwayAndTheGuestStillComes() throws Exception {
        RunningCommand target = RunningCommand.target();
        int port = target.port();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(-1, drained(socket));
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(FrameCodec.encode(new Frame.Hello(77, true, "kvm", "", WISHES)));
            assertEquals(new Frame.Refuse("another guest is expected here"), FrameCodec.read(socket.getInputStream()));
        }
        CommandRun origin = CommandRun.of(origin(port));
        assertEquals(0, origin.status(), origin.err());
        assertEquals(ALPHABET, origin.out() + target.end().out());
    }

    /** Reads to the end of the connection, which may be a reset. */
    private static int drained(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            int last = in.read();
            while (last >= 0) {
                last = in.read();
            }
            return last;
        } catch (IOException reset) {
            return -1;
        }
    }

    @Test
    void nobodyThereIsOneLine() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        CommandRun run = CommandRun.of(origin(free));
        assertEquals(1, run.status());
        assertEquals("", run.out());
        assertEquals(
                List.of("faultline: nobody waits for a guest at 127.0.0.1:" + free
                        + " (Connection refused); start 'faultline migrate --from' there first"),
                run.err().lines().toList());
    }

    @Test
    void aPortThatIsTakenIsOneLine() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = CommandRun.of("migrate", "--from", "127.0.0.1:" + socket.getLocalPort());
            assertEquals(2, run.status());
            assertTrue(run.err().startsWith("faultline: --from: cannot listen at 127.0.0.1:"), run.err());
            assertEquals(1, run.err().lines().count());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "FILE is missing|",
                "--to and --from|--to 127.0.0.1:1 --from 2",
                "'nowhere' is not of the form HOST:PORT|x --to nowhere",
                "'0' is not a port, 1 to 65535|x --to 127.0.0.1:0",
                "'99999' is not a port, 0 to 65535|--from 99999",
                "'no' is not a port|--from no",
                "'maybe' is neither on nor off|x --to 127.0.0.1:1 --background maybe",
                "FILE: the guest comes from the other side; say it there|x --from 1",
                "--cpus: the guest comes from the other side|--from 1 --cpus 2",
                "--memory: the guest comes from the other side|--from 1 --memory 1M",
                "--after: the guest comes from the other side|--from 1 --after 1",
                "--after: -1 is less than 0|x --to 127.0.0.1:1 --after -1",
                "--cpus: 0 is less than 1|x --to 127.0.0.1:1 --cpus 0",
                "--latency: -5 is less than 0|x --to 127.0.0.1:1 --latency -5",
                "--recover: -1 is less than 0|--from 1 --recover -1",
                "--recover: 3601 seconds are more than an hour|--from 1 --recover 3601",
                "--el: a guest starts at EL1 or EL2, not at EL3|x --to 127.0.0.1:1 --el 3",
                "--trace: it belongs to --from|x --to 127.0.0.1:1 --trace t",
                "--async: without --to and --from both are run|x --async on",
                "there is no such file (x)|x --to 127.0.0.1:1",
            })
    void nonsenseIsRefusedWithOneLine(String message, String arguments) {
        String line = "migrate" + (arguments == null ? "" : " " + arguments);
        CommandRun run = CommandRun.of(line.split(" "));
        assertEquals(2, run.status(), run.err());
        assertTrue(run.err().contains(message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void aDemonstrationComparesTwoMovesToASecondProcess() {
        CommandRun run = CommandRun.of("migrate", apf(), "--backend", "kvm", "--after", "5000000");
        assertEquals(0, run.status(), run.err());
        assertEquals(
                2,
                run.out()
                        .lines()
                        .filter("apf: 256 pages verified, 0 bytes wrong"::equals)
                        .count(),
                run.out());
        Map<String, long[]> rows = new TreeMap<>();
        run.err()
                .lines()
                .filter(line -> line.matches("[a-z.-]+ +-?[0-9]+ +-?[0-9]+"))
                .forEach(line -> {
                    String[] cells = line.split(" +");
                    rows.put(cells[0], new long[] {Long.parseLong(cells[1]), Long.parseLong(cells[2])});
                });
        assertEquals(0, rows.get("target.faults.announced")[0]);
        assertTrue(rows.get("target.faults.announced")[1] > 50, run.err());
        assertTrue(rows.get("target.veto.vmm-declined")[0] > 50, run.err());
        assertTrue(rows.get("target.nanos")[1] < rows.get("target.nanos")[0], "tasks overlap with pages: " + run.err());
        assertTrue(rows.get("target.waited.vcpus-nanos")[1] < rows.get("target.waited.vcpus-nanos")[0]);
    }

    @Test
    void aDemonstrationWithoutABackendComparesEveryRoute() {
        CommandRun run = CommandRun.of(
                "migrate", kernel(), "--append", "pages=0 rounds=20 tasks=4 offline=0", "--after", "1500000");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.err().lines().anyMatch(line -> line.matches("asynchronous page faults +off +sdei +ppi +reply")));
        String announced = run.err()
                .lines()
                .filter(line -> line.startsWith("target.faults.announced "))
                .findFirst()
                .orElseThrow();
        String[] cells = announced.split(" +");
        assertEquals("0", cells[1], announced);
        for (int route = 2; route <= 4; route++) {
            assertTrue(Long.parseLong(cells[route]) > 0, announced);
        }
    }

    @Test
    void aDemonstrationMovesAGuestOfXenToo() {
        String arguments = "pages=0 rounds=20 tasks=4 offline=0";
        CommandRun run =
                CommandRun.of("migrate", kernel(), "--backend", "xen", "--append", arguments, "--after", "1500000");
        assertEquals(0, run.status(), run.err());
        assertEquals(
                2, run.out().lines().filter("kernel: bytes wrong 0"::equals).count(), run.out());
        assertTrue(run.err().lines().anyMatch(line -> line.matches("asynchronous page faults +off +on")), run.err());
        assertTrue(
                run.err().lines().anyMatch(line -> line.matches("target.faults.announced +0 +[1-9][0-9]*")), run.err());
    }

    @Test
    void aDemonstrationThatFailsSaysWhy() {
        CommandRun run = CommandRun.of("migrate", apf(), "--backend", "kvm", "--after", "900000000", "--recover", "0");
        assertEquals(1, run.status());
        assertTrue(run.err().contains("the guest ended before it was to move"), run.err());
    }

    @Test
    void helpTellsAllThreeForms() {
        CommandRun run = CommandRun.of("migrate", "--help");
        assertEquals(0, run.status());
        assertTrue(run.out().contains("--to=HOST:PORT") && run.out().contains("--from=[HOST:]PORT"), run.out());
        assertFalse(run.out().contains("null"), run.out());
    }
}
