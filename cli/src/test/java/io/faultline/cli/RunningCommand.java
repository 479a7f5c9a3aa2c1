/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A command that runs while the test does something else. */
final class RunningCommand {
    private static final int PATIENCE_SECONDS = 60;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile int status = -1;

    private RunningCommand(String... arguments) {
        OutputStream told = new OutputStream() {
            private final ByteArrayOutputStream line = new ByteArrayOutputStream();

            @Override
            public synchronized void write(int value) {
                err.write(value);
                if (value == '\n') {
                    lines.add(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                } else {
                    line.write(value);
                }
            }
        };
        thread = new Thread(() -> status = Main.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(told, true, StandardCharsets.UTF_8),
                InputStream.nullInputStream()));
        thread.setDaemon(true);
        thread.start();
    }

    static RunningCommand of(String... arguments) {
        return new RunningCommand(arguments);
    }

    /** Starts to wait for a guest at a free port. */
    static RunningCommand target(String... options) {
        String[] arguments = new String[options.length + 3];
        System.arraycopy(new String[] {"migrate", "--from", "0"}, 0, arguments, 0, 3);
        System.arraycopy(options, 0, arguments, 3, options.length);
        return new RunningCommand(arguments);
    }

    /** The port at which it waits. */
    int port() throws InterruptedException {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null || !line.startsWith("faultline: waiting for a guest at 127.0.0.1:")) {
            throw new AssertionError("the target does not wait: " + line);
        }
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    /** Waits for its end. */
    CommandRun end() throws InterruptedException {
        thread.join(PATIENCE_SECONDS * 1000);
        if (thread.isAlive()) {
            StringBuilder stack = new StringBuilder("it hangs: " + err.toString(StandardCharsets.UTF_8));
            for (StackTraceElement element : thread.getStackTrace()) {
                stack.append("\n  ").append(element);
            }
            throw new AssertionError(stack);
        }
        return new CommandRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
