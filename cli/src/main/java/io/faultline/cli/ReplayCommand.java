/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.conformance.engine.Replay;
import io.faultline.conformance.engine.ReplayToken;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one check again. */
@Command(
        name = "replay",
        description = "Run one check again exactly as a replay token says, and tell whether everything happened again.")
final class ReplayCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private PluginOptions plugins;

    @Parameters(
            paramLabel = "TOKEN",
            description = "A token from a report, for example kvm/SDEI-057@1#0123456789abcdef (quote it).")
    private String token;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write the whole trace to a file.")
    private @Nullable Path trace;

    ReplayCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ReplayToken parsed = ReplayToken.parse(token);
        BackendRegistry registry = plugins.discover(session);
        HypervisorBackendProvider provider = registry.provider(parsed.backend());
        BackendConfiguration configuration = BackendConfiguration.parse(provider.descriptor(), parsed.settings());
        BackendChoice choice = new BackendChoice(parsed.backend(), parsed.settings());
        try (Subject subject = new Subject(provider, configuration, choice.open(registry))) {
            Replay replay = trace == null ? replay(parsed, subject, line -> {}) : replayTraced(parsed, subject, trace);
            session.out().println(replay.result().explanation());
            session.out()
                    .println(
                            replay.same()
                                    ? "The trace is the same to the last event."
                                    : "The trace is not the one that the token names: the backend or the suite has changed.");
            return (replay.result().verdict().isProblem() ? ExitStatus.FAILED : ExitStatus.FINE).code();
        }
    }

    private static Replay replay(ReplayToken token, Subject subject, Consumer<String> lines) {
        return Replay.run(token, subject, RunOptions.of(Suite.standard()), lines);
    }

    private static Replay replayTraced(ReplayToken token, Subject subject, Path to) {
        try (Writer writer = Files.newBufferedWriter(to, StandardCharsets.UTF_8)) {
            return replay(token, subject, line -> append(writer, line));
        } catch (IOException unwritable) {
            throw FileProblem.of("the trace cannot be written to " + to, unwritable);
        } catch (UncheckedIOException unwritable) {
            throw FileProblem.of("the trace cannot be written to " + to, unwritable.getCause());
        }
    }

    private static void append(Writer writer, String line) {
        try {
            writer.append(line).append('\n');
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
