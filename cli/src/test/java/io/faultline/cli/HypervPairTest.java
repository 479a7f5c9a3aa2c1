/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.synic.SynicPort;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.ImageFile;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two machines of one backend in one thread, connected by their VMM: {@code guests/hyperv} plays ping-pong. */
class HypervPairTest {
    private static final Path GUEST = Path.of("..", "guests", "hyperv.elf");
    private static final int ROUNDS = 200;
    private static final int MOST_TURNS = 1_000_000;
    private static final int MESSAGES = 0x40;
    private static final int EVENTS = 0x41;
    private static final int MESSAGE_PORT = 0x340;
    private static final int EVENT_PORT = 0x341;
    private static final int FIRST_FLAG = 0;
    private static final int FLAGS = 64;
    private static final int MESSAGE_SOURCE = 8;
    private static final int EVENT_SOURCE = 9;

    /** Passes everything on, and remembers the machine that was built last. */
    private static final class Witness {
        private Optional<Machine> built = Optional.empty();

        private <T> T between(Class<T> type, T object) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, call, arguments) -> {
                        try {
                            Object result = call.invoke(object, arguments);
                            if (result instanceof Machine machine) {
                                built = Optional.of(machine);
                            }
                            return result instanceof MachinePlan plan ? between(MachinePlan.class, plan) : result;
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    }));
        }

        SyntheticInterrupts synic() {
            return built.orElseThrow().syntheticInterrupts().orElseThrow();
        }
    }

    /** One machine, its ports, and what it has said. */
    private static final class Player implements AutoCloseable {
        private final ByteArrayOutputStream console = new ByteArrayOutputStream();
        private final Witness witness = new Witness();
        private final VirtualMachine machine;
        private final SynicPort messages;
        private final SynicPort events;
        private Optional<GuestOutcome> outcome = Optional.empty();

        Player(HypervisorBackend backend, String arguments) {
            machine = VirtualMachine.create(
                    witness.between(HypervisorBackend.class, backend),
                    GuestConfiguration.of(ImageFile.read(GUEST, OptionalLong.empty()))
                            .ramBytes(16 << 20)
                            .commandLine(arguments + " rounds=" + ROUNDS)
                            .console(console, InputStream.nullInputStream())
                            .build());
            messages = witness.synic().createMessagePort(MESSAGE_PORT, 0, MESSAGE_SOURCE);
            events = witness.synic().createEventPort(EVENT_PORT, 0, EVENT_SOURCE, FIRST_FLAG, FLAGS);
        }

        /** What this one sends arrives there. */
        void connectTo(Player other) {
            witness.synic().connect(MESSAGES, other.messages);
            witness.synic().connect(EVENTS, other.events);
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
            return console().lines().filter(line -> !line.startsWith("about:")).toList();
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

    private static HypervisorBackend open(String settings) {
        return BackendChoice.parse("hyperv" + settings).open(BackendRegistry.discover());
    }

    private static final List<String> BEGAN = List.of(
            "hyperv: 1 processors",
            "pair: " + ROUNDS + " messages sent, " + ROUNDS + " received",
            "pair: " + ROUNDS + " events sent, " + ROUNDS + " received",
            "pair: 17 messages at once, then status 0x13",
            "pair: an event that there is not: status 0x5",
            "pair: the other one has them",
            "pair: powering off");
    private static final List<String> SERVED = List.of(
            "hyperv: 1 processors",
            "pair: " + ROUNDS + " messages received, " + ROUNDS + " sent",
            "pair: " + ROUNDS + " events received, " + ROUNDS + " sent",
            "pair: 17 messages at once, in order",
            "pair: powering off");

    @ParameterizedTest
    @CsvSource({"1000, 1000, ''", "300, 2000, ''", "2000, 300, ''", "777, 777, ':hyperv.polling=absent'"})
    void everyMessageAndEventOfOneMachineArrivesInTheOther(int firstTurn, int secondTurn, String settings) {
        try (HypervisorBackend backend = open(settings);
                Player first = new Player(backend, "pair=begin");
                Player second = new Player(backend, "pair=serve")) {
            first.connectTo(second);
            second.connectTo(first);
            play(first, firstTurn, second, secondTurn);
            assertEquals(BEGAN, first.said());
            assertEquals(SERVED, second.said());
            assertEquals(Optional.of(new GuestOutcome.PoweredOff()), first.outcome);
            assertEquals(Optional.of(new GuestOutcome.PoweredOff()), second.outcome);
        }
    }

    @Test
    void theOneThatBeginsMayBeThereFirst() {
        try (HypervisorBackend backend = open("");
                Player first = new Player(backend, "pair=begin");
                Player second = new Player(backend, "pair=serve")) {
            first.connectTo(second);
            second.connectTo(first);
            first.turn(50_000);
            play(first, 1000, second, 1000);
            assertEquals(BEGAN, first.said());
            assertEquals(SERVED, second.said());
            assertTrue(first.console().lines().anyMatch(line -> line.matches("about: [1-9][0-9]* refusals")));
        }
    }

    @Test
    void aGameIsTheSameEachTime() {
        String[] consoles = new String[2];
        for (int game = 0; game < 2; game++) {
            try (HypervisorBackend backend = open("");
                    Player first = new Player(backend, "pair=begin");
                    Player second = new Player(backend, "pair=serve")) {
                first.connectTo(second);
                second.connectTo(first);
                play(first, 1000, second, 1500);
                consoles[game] = first.console() + first.machine.nanos() + second.console() + second.machine.nanos();
            }
        }
        assertEquals(consoles[0], consoles[1]);
    }

    @Test
    void nothingIsSentWithoutAConnection() {
        try (HypervisorBackend backend = open("");
                Player first = new Player(backend, "pair=begin")) {
            for (int turn = 0; turn < 100; turn++) {
                first.turn(10_000);
            }
            assertTrue(first.console().endsWith("FAILED: message 0: status 0x12\n"), first.console());
        }
    }

    /** The other machine is gone: its ports are nobody's. */
    @Test
    void aMachineThatIsClosedIsNoPartner() {
        try (HypervisorBackend backend = open("");
                Player first = new Player(backend, "pair=begin")) {
            try (Player second = new Player(backend, "pair=serve")) {
                first.connectTo(second);
            }
            for (int turn = 0; turn < 100; turn++) {
                first.turn(10_000);
            }
            assertTrue(first.console().endsWith("FAILED: message 0: status 0x11\n"), first.console());
        }
    }
}
