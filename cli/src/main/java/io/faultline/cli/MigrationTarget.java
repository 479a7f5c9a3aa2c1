/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.trace.TraceSink;
import io.faultline.cli.wallclock.HostClock;
import io.faultline.cli.wallclock.TcpListener;
import io.faultline.vmm.GuestConsole;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.migration.Frame;
import io.faultline.vmm.migration.LinkModel;
import io.faultline.vmm.migration.PostCopySource;
import io.faultline.vmm.migration.TargetHandshake;
import io.faultline.vmm.migration.WaitLedger;
import io.faultline.vmm.trace.TraceWriter;
import java.io.IOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** The side where a guest goes on. */
final class MigrationTarget {
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    /** The words before the address; the demonstration reads them. */
    static final String WAITING = "waiting for a guest at ";

    private final Session session;
    private final PluginOptions plugins;
    private final MigrateOptions options;

    MigrationTarget(Session session, PluginOptions plugins, MigrateOptions options) {
        this.session = session;
        this.plugins = plugins;
        this.options = options;
    }

    ExitStatus run(InetSocketAddress from) {
        BackendRegistry registry = plugins.discover(session);
        try (TcpListener listener = TcpListener.open(from, Duration.ofSeconds(options.recover))) {
            session.note(WAITING + SocketAddress.text(listener.address()));
            TcpListener.Introduced origin = listener.first();
            return options.trace == null
                    ? take(registry, listener, origin, TraceSink.NONE)
                    : traced(registry, listener, origin);
        } catch (IOException unusable) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "--from: cannot listen at " + SocketAddress.text(from) + ": " + unusable.getMessage(),
                    unusable);
        }
    }

    private ExitStatus traced(BackendRegistry registry, TcpListener listener, TcpListener.Introduced origin) {
        try (Writer writer = Files.newBufferedWriter(options.trace, StandardCharsets.UTF_8)) {
            return take(registry, listener, origin, new TraceWriter(writer));
        } catch (IOException unwritable) {
            throw FileProblem.of("the trace cannot be written to " + options.trace, unwritable);
        }
    }

    private ExitStatus take(
            BackendRegistry registry, TcpListener listener, TcpListener.Introduced origin, TraceSink trace) {
        TargetHandshake handshake = new TargetHandshake(origin.channel(), PATIENCE);
        try (HypervisorBackend backend = choice(origin.hello()).open(registry)) {
            handshake.welcome();
            TargetHandshake.Arrival arrival = handshake.guest();
            PostCopySource pages = new PostCopySource(
                    origin.hello().session(),
                    arrival.pages(),
                    model(origin.hello().wishes()),
                    Switch.isOn(options.background, origin.hello().wishes().background()),
                    listener,
                    HostClock::nanos);
            WaitLedger ledger = new WaitLedger(trace);
            try (VirtualMachine machine = VirtualMachine.restore(
                    backend,
                    arrival.state(),
                    arrival.pages(),
                    pages,
                    new GuestConsole(session.out(), session.in()),
                    ledger)) {
                handshake.ready();
                TargetHandshake.Handed handed = handshake.awaitGo(origin.hello().session(), listener);
                return new Run(machine, pages, ledger).go(origin.hello().wishes(), handed);
            }
        } catch (RuntimeException failed) {
            // Has an effect only as long as the guest is the origin's.
            handshake.refuse(
                    failed instanceof HypervisorException known
                            ? known.attempted()
                            : String.valueOf(failed.getMessage()));
            throw notOurs(failed);
        } finally {
            origin.channel().close();
        }
    }

    /** What the other side sends is no mistake on this command line. */
    private static RuntimeException notOurs(RuntimeException failed) {
        return failed instanceof HypervisorException known && ExitStatus.of(known.id()) == ExitStatus.USAGE
                ? new CommandFailure(ExitStatus.FAILED, known.getMessage(), known)
                : failed;
    }

    /** A guest goes on only where its processors behave the same. */
    private BackendChoice choice(Frame.Hello hello) {
        BackendChoice theirs = new BackendChoice(hello.backend(), hello.settings());
        if (options.backend != null && !BackendChoice.parse(options.backend).equals(theirs)) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "the guest comes from backend " + name(theirs) + ", here it would get " + options.backend
                            + "; name the same on both sides, or none with --from");
        }
        return theirs;
    }

    private static String name(BackendChoice choice) {
        return choice.settings().isEmpty() ? choice.id() : choice.id() + ":" + choice.settings();
    }

    private LinkModel model(Frame.Wishes wishes) {
        OptionalLong latency = options.latency == null ? wishes.latencyNanos() : OptionalLong.of(options.latency);
        return latency.isPresent() ? LinkModel.withLatency(latency.getAsLong()) : LinkModel.REAL;
    }

    /** A guest from the moment in which it is ours. */
    private final class Run {
        private final VirtualMachine machine;
        private final PostCopySource pages;
        private final WaitLedger ledger;

        Run(VirtualMachine machine, PostCopySource pages, WaitLedger ledger) {
            this.machine = machine;
            this.pages = pages;
            this.ledger = ledger;
        }

        ExitStatus go(Frame.Wishes wishes, TargetHandshake.Handed handed) {
            long handedAt = HostClock.nanos();
            AsyncPageFaults faults = machine.asyncPageFaults().orElseThrow();
            FaultCounters before = faults.counters();
            long began = machine.nanos();
            if (!Switch.isOn(options.announce, wishes.announce())) {
                faults.decideBy((page, vcpu) -> false);
            }
            ledger.begin(faults.outstanding(), began);
            pages.start(handed);
            long started = HostClock.nanos();
            String end = "the target failed";
            try {
                GuestOutcome outcome = machine.run();
                end = outcome.message();
                session.out().flush();
                SortedMap<String, Long> report = report(before, faults.counters(), machine.nanos() - began);
                report.put("target.host-nanos", HostClock.nanos() - started);
                handed.pausedNanos()
                        .ifPresent(paused -> report.put("target.downtime-host-nanos", paused + started - handedAt));
                report.forEach((name, value) -> session.err().println(name + " " + value));
                return status(outcome);
            } finally {
                pages.close(end);
            }
        }

        private SortedMap<String, Long> report(FaultCounters before, FaultCounters after, long nanos) {
            SortedMap<String, Long> report = new TreeMap<>();
            PostCopySource.Received received = pages.counters();
            report.put("target.nanos", nanos);
            report.put("target.pages.total", received.total());
            report.put("target.pages.missing", received.missing());
            report.put("target.pages.urgent", received.urgent());
            report.put("target.pages.background", received.background());
            report.put("target.pages.duplicate", received.duplicates());
            report.put("target.pages.failed", received.failures());
            report.put("target.reconnections", received.reconnections());
            report.put("target.faults.announced", after.announced() - before.announced());
            report.put("target.faults.ready", after.ready() - before.ready());
            report.put("target.faults.wake-alls", after.wakeAlls() - before.wakeAlls());
            report.put("target.faults.synchronous", after.synchronous() - before.synchronous());
            report.put("target.faults.parked", after.parked() - before.parked());
            after.vetoes().forEach((veto, count) -> {
                long earlier = before.vetoes().getOrDefault(veto, 0L);
                if (count > earlier) {
                    report.put("target.veto." + veto, count - earlier);
                }
            });
            report.put("target.waited.tasks-nanos", ledger.taskNanos());
            report.put("target.waited.vcpus-nanos", ledger.vcpuNanos());
            report.put("target.waited.pages-nanos", received.waitedNanos());
            report.put("target.waited.pages-host-nanos", received.waitedHostNanos());
            return report;
        }

        private ExitStatus status(GuestOutcome outcome) {
            if (!(outcome instanceof GuestOutcome.PoweredOff)) {
                session.note(outcome.message());
            }
            if (outcome instanceof GuestOutcome.Failed) {
                return ExitStatus.FAILED;
            }
            return outcome instanceof GuestOutcome.BudgetExhausted ? ExitStatus.BUDGET : ExitStatus.FINE;
        }
    }
}
