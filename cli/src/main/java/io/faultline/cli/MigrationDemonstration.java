/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.spi.BackendRegistry;
import io.faultline.cli.wallclock.Companion;
import io.faultline.vmm.migration.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Moves a guest twice to a process that this one starts, without and with asynchronous page faults, and compares. */
final class MigrationDemonstration {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(600);
    private static final String NAME = "%-34s";
    private static final String CELL = " %16s";

    private final Session session;
    private final PluginOptions plugins;
    private final MigrateOptions options;

    MigrationDemonstration(Session session, PluginOptions plugins, MigrateOptions options) {
        this.session = session;
        this.plugins = plugins;
        this.options = options;
    }

    /** How one move went. */
    private record Move(ExitStatus status, SortedMap<String, Long> report) {}

    ExitStatus run() {
        List<DemonstrationColumn> columns = columns();
        List<SortedMap<String, Long>> reports = new ArrayList<>();
        for (DemonstrationColumn column : columns) {
            options.backend = column.backend();
            Move move = move(column.announce());
            if (move.status() != ExitStatus.FINE) {
                return move.status();
            }
            reports.add(move.report());
        }
        print(columns, reports);
        return ExitStatus.FINE;
    }

    private List<DemonstrationColumn> columns() {
        if (options.backend != null) {
            return DemonstrationColumn.ofBackend(options.backend);
        }
        BackendRegistry registry = plugins.discover(session);
        return DemonstrationColumn.ofRoutes(BackendChoice.best(registry).id(), registry);
    }

    private Move move(boolean announce) {
        boolean background = Switch.isOn(options.background, false);
        long latency = options.latency == null ? MigrateCommand.DEMONSTRATION_LATENCY : options.latency;
        Frame.Wishes wishes = new Frame.Wishes(background, announce, OptionalLong.of(latency));
        try (Companion target = Companion.start(command(), session.out())) {
            InetSocketAddress address = address(target);
            ByteArrayOutputStream own = new ByteArrayOutputStream();
            PrintStream lines = new PrintStream(own, true, StandardCharsets.UTF_8);
            Session quiet = new Session(session.out(), lines, session.in(), false);
            ExitStatus status = ExitStatus.FAILED;
            try {
                status = new MigrationOrigin(quiet, plugins, options).run(address, wishes);
            } finally {
                lines.flush();
                if (status != ExitStatus.FINE) {
                    session.err().print(own.toString(StandardCharsets.UTF_8));
                }
            }
            SortedMap<String, Long> report = new TreeMap<>();
            own.toString(StandardCharsets.UTF_8).lines().forEach(line -> read(line, report, true));
            Optional<Integer> ended = target.await(END);
            for (Optional<String> line = target.line(Duration.ZERO);
                    line.isPresent();
                    line = target.line(Duration.ZERO)) {
                read(line.get(), report, false);
            }
            if (ended.isEmpty()) {
                throw new CommandFailure(ExitStatus.FAILED, "the second process does not end");
            }
            return new Move(status == ExitStatus.FINE ? ExitStatus.values()[ended.get()] : status, report);
        } catch (IOException impossible) {
            throw new CommandFailure(
                    ExitStatus.FAILED, "the second process cannot be started: " + impossible.getMessage(), impossible);
        }
    }

    /** Numbers are for the table; what else a process says is for whoever reads. */
    private void read(String line, Map<String, Long> report, boolean quiet) {
        if (line.matches("[a-z][a-z.-]* -?[0-9]+")) {
            int space = line.indexOf(' ');
            report.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        } else if (!quiet) {
            session.err().println(line);
        }
    }

    /** The way in which this process was started, with other arguments. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData"));
        // Classes that Guice would generate cannot see into the modules of backends.
        command.add("-Dguice_bytecode_gen_option=DISABLED");
        String modules = System.getProperty("jdk.module.path");
        if (modules != null && System.getProperty("jdk.module.main") != null) {
            command.addAll(List.of("--module-path", modules));
            command.addAll(List.of("--module", Main.class.getModule().getName() + "/" + Main.class.getName()));
        } else {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        }
        command.addAll(List.of("migrate", "--from", "0", "--recover", Integer.toString(options.recover)));
        plugins.jars().forEach(jar -> command.addAll(List.of("--plugin", jar.toString())));
        return command;
    }

    private InetSocketAddress address(Companion target) {
        String begin = "faultline: " + MigrationTarget.WAITING;
        while (true) {
            String line = target.line(START)
                    .orElseThrow(() -> new CommandFailure(ExitStatus.FAILED, "the second process does not start"));
            if (line.startsWith(begin)) {
                return new SocketAddress.Remote().convert(line.substring(begin.length()));
            }
            session.err().println(line);
        }
    }

    private void print(List<DemonstrationColumn> columns, List<SortedMap<String, Long>> reports) {
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, NAME, "asynchronous page faults"));
        columns.forEach(column -> table.append(String.format(Locale.ROOT, CELL, column.title())));
        TreeSet<String> names = new TreeSet<>();
        reports.forEach(report -> names.addAll(report.keySet()));
        for (String name : names) {
            table.append(String.format(Locale.ROOT, "%n" + NAME, name));
            reports.forEach(report -> table.append(String.format(Locale.ROOT, CELL, report.getOrDefault(name, 0L))));
        }
        session.err().println(table);
    }
}
