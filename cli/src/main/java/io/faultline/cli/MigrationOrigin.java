/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.cli.wallclock.HostClock;
import io.faultline.cli.wallclock.TcpChannel;
import io.faultline.cli.wallclock.TcpReturn;
import io.faultline.vmm.FrozenGuest;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.migration.Frame;
import io.faultline.vmm.migration.FrameChannel;
import io.faultline.vmm.migration.OriginHandshake;
import io.faultline.vmm.migration.PageServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** The side that a guest leaves. */
final class MigrationOrigin {
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    private final Session session;
    private final PluginOptions plugins;
    private final MigrateOptions options;
    private final long move = ProcessHandle.current().pid() << 32 ^ HostClock.nanos();

    MigrationOrigin(Session session, PluginOptions plugins, MigrateOptions options) {
        this.session = session;
        this.plugins = plugins;
        this.options = options;
    }

    ExitStatus run(InetSocketAddress to) {
        Frame.Wishes wishes = new Frame.Wishes(
                Switch.isOn(options.background, true),
                Switch.isOn(options.announce, true),
                options.latency == null ? OptionalLong.empty() : OptionalLong.of(options.latency));
        return run(to, wishes);
    }

    ExitStatus run(InetSocketAddress to, Frame.Wishes wishes) {
        Path file = Objects.requireNonNull(options.file);
        GuestImage image = ImageFile.read(
                file, options.loadAddress == null ? OptionalLong.empty() : OptionalLong.of(options.loadAddress));
        BackendRegistry registry = plugins.discover(session);
        BackendChoice choice =
                options.backend == null ? BackendChoice.best(registry) : BackendChoice.parse(options.backend);
        try (HypervisorBackend backend = choice.open(registry);
                VirtualMachine machine = VirtualMachine.create(backend, configuration(image))) {
            Frame.Hello hello = new Frame.Hello(move, false, choice.id(), choice.settings(), wishes);
            return move(machine, hello, to);
        }
    }

    private GuestConfiguration configuration(GuestImage image) {
        GuestConfiguration.Builder builder = GuestConfiguration.of(image).console(session.out(), session.in());
        if (options.vcpus != null) {
            builder.vcpus(options.vcpus);
        }
        if (options.memory != null) {
            builder.ramBytes(options.memory);
        }
        if (options.level != null) {
            builder.level(ExceptionLevel.of(options.level));
        }
        if (options.commandLine != null) {
            builder.commandLine(options.commandLine);
        }
        if (options.ramdisk != null) {
            builder.ramdisk(new Ramdisk(options.ramdisk.toString(), ImageFile.bytes(options.ramdisk)));
        }
        if (options.maxInstructions != null) {
            builder.maxInstructions(options.maxInstructions);
        }
        if (options.seed != null) {
            builder.seed(options.seed);
        }
        return builder.build();
    }

    private ExitStatus move(VirtualMachine machine, Frame.Hello hello, InetSocketAddress to) {
        FrameChannel channel = connect(to);
        try {
            OriginHandshake handshake = new OriginHandshake(channel, PATIENCE);
            handshake.introduce(hello);
            Optional<GuestOutcome> early = before(machine);
            if (early.isPresent()) {
                channel.send(new Frame.Refuse("it ended before it was to move"));
                session.note("the guest ended before it was to move, use a smaller --after: "
                        + early.get().message());
                return ExitStatus.FAILED;
            }
            long stopped = HostClock.nanos();
            FrozenGuest guest;
            try {
                guest = machine.freeze();
                handshake.handOver(guest);
            } catch (HypervisorException failed) {
                return stay(machine, channel, failed);
            }
            // The guest is the target's from here on, whatever happens.
            try {
                handshake.go(HostClock.nanos() - stopped);
            } catch (IOException broken) {
                // The target learns it over the next connection.
            }
            return new Departed(guest, hello, to, stopped).serve(channel);
        } catch (IOException broken) {
            throw new CommandFailure(ExitStatus.FAILED, "the target went away: " + broken.getMessage(), broken);
        } finally {
            channel.close();
        }
    }

    private static FrameChannel connect(InetSocketAddress to) {
        try {
            return TcpChannel.connect(to);
        } catch (IOException unreachable) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "nobody waits for a guest at " + SocketAddress.text(to) + " (" + unreachable.getMessage()
                            + "); start 'faultline migrate --from' there first",
                    unreachable);
        }
    }

    private Optional<GuestOutcome> before(VirtualMachine machine) {
        long after = options.after == null ? MigrateOptions.DEFAULT_AFTER : options.after;
        return after == 0 ? Optional.empty() : machine.run(after);
    }

    /** The target has not got the guest: it goes on where it is. */
    private ExitStatus stay(VirtualMachine machine, FrameChannel channel, HypervisorException failed) {
        try {
            channel.send(new Frame.Refuse("it goes on there"));
        } catch (IOException gone) {
            // Most often the connection is the reason.
        }
        channel.close();
        machine.resume();
        session.note("the guest was not moved and goes on here: " + failed.attempted());
        GuestOutcome outcome = machine.run();
        if (!(outcome instanceof GuestOutcome.PoweredOff)) {
            session.note(outcome.message());
        }
        return ExitStatus.FAILED;
    }

    /** What is left here of a guest that has gone. */
    private final class Departed {
        private final FrozenGuest guest;
        private final PageServer server;
        private final Frame.Hello hello;
        private final InetSocketAddress to;
        private final long stopped;
        private long downtime = -1;
        private long reconnections;

        Departed(FrozenGuest guest, Frame.Hello hello, InetSocketAddress to, long stopped) {
            this.guest = guest;
            this.server = new PageServer(guest.pages());
            this.hello = hello;
            this.to = to;
            this.stopped = stopped;
        }

        ExitStatus serve(FrameChannel first) {
            FrameChannel channel = first;
            try {
                while (server.end().isEmpty()) {
                    try {
                        exchange(channel);
                    } catch (IOException broken) {
                        channel.close();
                        channel = comeBack();
                    }
                }
            } catch (HypervisorException | IOException over) {
                String why = over instanceof HypervisorException failed ? failed.attempted() : over.getMessage();
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        "the guest had been handed over to " + SocketAddress.text(to)
                                + " and does not go on here, but the target went away: " + why,
                        over);
            } finally {
                channel.close();
            }
            report();
            return ExitStatus.FINE;
        }

        private void exchange(FrameChannel channel) throws IOException {
            Optional<Frame> frame = channel.receive(server.hasNext() ? 0 : FrameChannel.FOR_EVER);
            if (frame.isPresent()) {
                server.accept(frame.get());
                if (downtime < 0 && server.isRunning()) {
                    downtime = HostClock.nanos() - stopped;
                }
            } else if (server.hasNext()) {
                channel.awaitRoom();
                channel.send(server.next());
            }
        }

        private FrameChannel comeBack() throws IOException {
            FrameChannel next = new TcpReturn(to, Duration.ofSeconds(options.recover)).connect();
            try {
                new OriginHandshake(next, PATIENCE)
                        .introduce(new Frame.Hello(
                                hello.session(), true, hello.backend(), hello.settings(), hello.wishes()));
            } catch (HypervisorException refused) {
                next.close();
                throw refused;
            }
            reconnections++;
            server.reconnected();
            return next;
        }

        private void report() {
            Frame.End end = server.end().orElseThrow();
            PageServer.Sent sent = server.counters();
            SortedMap<String, Long> report = new TreeMap<>();
            report.put("origin.pages.total", (long) guest.pages().pages().size());
            report.put("origin.pages.urgent", sent.urgent());
            report.put("origin.pages.background", sent.background());
            report.put("origin.pages.again", sent.again());
            report.put("origin.pages.failed", sent.failures());
            report.put("origin.reconnections", reconnections);
            report.put("origin.downtime-host-nanos", downtime);
            session.note("the guest has moved to " + SocketAddress.text(to) + ": " + end.text());
            report.forEach((name, value) -> session.err().println(name + " " + value));
        }
    }
}
