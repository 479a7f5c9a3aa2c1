/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.ImageFile;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two machines of one backend, domains 1 and 2 of one host, in one thread: {@code guests/xen} plays ping-pong. */
class XenPairTest {
    private static final Path GUEST = Path.of("..", "guests", "xen.elf");
    private static final int EVENTS = 200;
    private static final String NEIGHBOURS = "xen:xen.neighbours=machines,xen.xsm=dummy";
    private static final int MOST_TURNS = 1_000_000;

    /** One machine, and what it has said. */
    private static final class Player implements AutoCloseable {
        private final ByteArrayOutputStream console = new ByteArrayOutputStream();
        private final VirtualMachine machine;
        private Optional<GuestOutcome> outcome = Optional.empty();

        Player(HypervisorBackend backend, String arguments) {
            GuestConfiguration configuration = GuestConfiguration.of(ImageFile.read(GUEST, OptionalLong.empty()))
                    .ramBytes(16 << 20)
                    .commandLine(arguments + " events=" + EVENTS)
                    .console(console, InputStream.nullInputStream())
                    .build();
            machine = VirtualMachine.create(backend, configuration);
        }

        void turn(int instructions) {
            if (outcome.isEmpty()) {
                outcome = machine.run(instructions);
            }
        }

        String console() {
            return console.toString(StandardCharsets.UTF_8);
        }

        /** What does not depend on who ran when. */
        List<String> said() {
            return console()
                    .lines()
                    .filter(line -> !line.startsWith("about:") && !line.startsWith(" +"))
                    .toList();
        }

        @Override
        public void close() {
            machine.close();
        }
    }

    /** Lets both run by turns to their ends. */
    private static void play(Player first, int firstTurn, Player second, int secondTurn) {
        for (int turn = 0; turn < MOST_TURNS && (first.outcome.isEmpty() || second.outcome.isEmpty()); turn++) {
            first.turn(firstTurn);
            second.turn(secondTurn);
        }
    }

    private static List<String> offered(String abi, int peer) {
        return List.of(
                "xen: 1 processors, " + abi,
                "pair: port 1 is offered to domain " + peer,
                "pair: status 2, domain " + peer,
                "pair: " + EVENTS + " events sent, " + EVENTS + " received",
                "pair: the other end is closed: status 1, domain " + peer + ", event 0",
                "pair: send = 0",
                "pair: close = 0",
                "xen: powering off");
    }

    private static List<String> bound(String abi, int peer) {
        return List.of(
                "xen: 1 processors, " + abi,
                "pair: port 1 is bound: status 2, domain " + peer + ", port 1",
                "pair: there was an event at once",
                "pair: " + EVENTS + " events sent, " + EVENTS + " received",
                "pair: event 0, close = 0",
                "pair: status 0",
                "xen: powering off");
    }

    private static String name(String abi) {
        return abi.equals("fifo") ? "FIFO" : "2-level";
    }

    @ParameterizedTest
    @CsvSource({
        "fifo, fifo, 1000, 1000, ''",
        "2l, 2l, 1000, 1000, ''",
        "fifo, 2l, 300, 2000, ''",
        "2l, fifo, 2000, 300, ''",
        "fifo, 2l, 777, 777, ',xen.upcall=edge'",
        "2l, fifo, 777, 777, ',xen.upcall=resampled,xen.max-ports=131071'"
    })
    void everyEventOfOneMachineArrivesInTheOther(
            String offering, String binding, int firstTurn, int secondTurn, String settings) {
        try (HypervisorBackend backend =
                        BackendChoice.parse(NEIGHBOURS + settings).open(BackendRegistry.discover());
                Player first = new Player(backend, "pair=offer peer=2 abi=" + offering);
                Player second = new Player(backend, "pair=bind peer=1 abi=" + binding)) {
            play(first, firstTurn, second, secondTurn);
            assertEquals(offered(name(offering), 2), first.said());
            assertEquals(bound(name(binding), 1), second.said());
            assertEquals(Optional.of(new GuestOutcome.PoweredOff()), first.outcome);
            assertEquals(Optional.of(new GuestOutcome.PoweredOff()), second.outcome);
        }
    }

    @Test
    void theOneThatBindsMayBeThereFirst() {
        try (HypervisorBackend backend = BackendChoice.parse(NEIGHBOURS).open(BackendRegistry.discover());
                Player first = new Player(backend, "pair=bind peer=2 abi=fifo")) {
            first.turn(50_000);
            try (Player second = new Player(backend, "pair=offer peer=1 abi=fifo")) {
                play(first, 1000, second, 1000);
                assertEquals(bound("FIFO", 2), first.said());
                assertEquals(offered("FIFO", 1), second.said());
                assertTrue(first.console().lines().anyMatch(line -> line.matches("about: [1-9][0-9]* refusals")));
            }
        }
    }

    @Test
    void aGameIsTheSameEachTime() {
        String[] consoles = new String[2];
        for (int game = 0; game < 2; game++) {
            try (HypervisorBackend backend = BackendChoice.parse(NEIGHBOURS).open(BackendRegistry.discover());
                    Player first = new Player(backend, "pair=offer peer=2 abi=fifo");
                    Player second = new Player(backend, "pair=bind peer=1 abi=2l")) {
                play(first, 1000, second, 1500);
                consoles[game] = first.console() + first.machine.nanos() + second.console() + second.machine.nanos();
            }
        }
        assertEquals(consoles[0], consoles[1]);
    }

    /** Xen's default on Arm lets a guest connect to itself and to domain 0 only; without neighbours nobody is there. */
    @ParameterizedTest
    @CsvSource({
        "'xen:xen.neighbours=machines', 'FAILED: a port for domain 2 is refused: -1', 'FAILED: port 1 of domain 1 cannot be bound: -22'",
        "'xen:xen.neighbours=none', 'FAILED: a port for domain 2 is refused: -3', 'FAILED: port 1 of domain 2 cannot be bound: -3'"
    })
    void nobodyConnectsWhereItIsNotAllowed(String choice, String refused, String unbound) {
        int peer = unbound.contains("domain 1") ? 1 : 2;
        try (HypervisorBackend backend = BackendChoice.parse(choice).open(BackendRegistry.discover());
                Player first = new Player(backend, "pair=offer peer=2");
                Player second = new Player(backend, "pair=bind peer=" + peer)) {
            play(first, 10_000, second, 10_000);
            assertTrue(first.console().endsWith(refused + "\n"), first.console());
            assertTrue(second.console().endsWith(unbound + "\n"), second.console());
        }
    }
}
