/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import io.faultline.conformance.engine.Watchdog;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Gives up a check whose backend never comes back, so that the other rules are still run. A check that only takes its time is
 * ended by its budget of virtual time long before.
 */
public final class PatientWatchdog implements Watchdog {
    /** How long a check may take that is known to finish in milliseconds. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int FRAMES = 8;

    private final Duration limit;

    /**
     * Makes a watchdog.
     *
     * @param limit how long it waits
     */
    public PatientWatchdog(Duration limit) {
        this.limit = limit;
    }

    @Override
    public <T> T watch(Supplier<T> work, Function<String, T> stuck) {
        FutureTask<T> task = new FutureTask<>(work::get);
        Thread thread = new Thread(task, "faultline-check");
        // what hangs must not keep the program from ending
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException hangs) {
            return stuck.apply("no answer within " + limit.toSeconds() + " s, stuck at " + frames(thread));
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the work of a watchdog does not throw", impossible.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return stuck.apply("the run was interrupted");
        }
    }

    private static String frames(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" < "));
    }
}
