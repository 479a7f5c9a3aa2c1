/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A second process of this program. It ends with this one, at the latest. */
public final class Companion implements AutoCloseable {
    private final Process process;
    private final Thread output;
    private final Thread lines;
    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();

    private Companion(Process process, OutputStream console) {
        this.process = process;
        this.output = new Thread(() -> copy(process.getInputStream(), console), "faultline-companion-output");
        this.lines = new Thread(() -> listen(process.getErrorStream()), "faultline-companion-errors");
        output.setDaemon(true);
        lines.setDaemon(true);
        output.start();
        lines.start();
    }

    /**
     * Starts a process without input.
     *
     * @param command program and arguments
     * @param console takes its standard output
     * @return the process
     * @throws IOException if it cannot be started
     */
    public static Companion start(List<String> command, OutputStream console) throws IOException {
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        return new Companion(process, console);
    }

    private static void copy(InputStream from, OutputStream to) {
        try {
            from.transferTo(to);
        } catch (IOException gone) {
            // The process or whoever listens has ended.
        }
    }

    private void listen(InputStream from) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            reader.lines().forEach(said::add);
        } catch (IOException | UncheckedIOException gone) {
            // The process has ended.
        }
    }

    /**
     * Returns the next line of its standard error.
     *
     * @param patience how long to wait
     * @return the line; empty if none came
     */
    public Optional<String> line(Duration patience) {
        try {
            return Optional.ofNullable(said.poll(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Waits for its end.
     *
     * @param patience how long to wait
     * @return its exit status; empty if it has not ended
     */
    public Optional<Integer> await(Duration patience) {
        try {
            if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
            output.join(patience.toMillis());
            lines.join(patience.toMillis());
            return Optional.of(process.exitValue());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
