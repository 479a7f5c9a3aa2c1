/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs work that may never come back, on one thread at a time. A thread that is stuck is left behind and reported with
 * what it was doing; the rest goes on with another. Real time decides nothing else.
 */
final class Watchdog implements AutoCloseable {
    private static final int SHOWN_FRAMES = 12;

    private final Duration limit;
    private ExecutorService worker = newWorker();
    private volatile Thread thread = Thread.currentThread();

    Watchdog(Duration limit) {
        this.limit = limit;
    }

    /**
     * Runs work.
     *
     * @param work must not throw
     * @param stuck makes an answer of a description of where the work is stuck
     * @return the answer of the work, or of {@code stuck}
     */
    <T> T guard(Supplier<T> work, Function<String, T> stuck) {
        Future<T> future = worker.submit(() -> {
            thread = Thread.currentThread();
            return work.get();
        });
        try {
            return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException hung) {
            String where = frames(thread);
            worker.shutdownNow();
            worker = newWorker();
            return stuck.apply("no answer after " + limit.toSeconds() + " s of real time; stuck in" + where);
        } catch (ExecutionException broken) {
            throw new IllegalStateException("work under the watchdog must not throw", broken.getCause());
        } catch (InterruptedException interrupted) {
            worker.shutdownNow();
            worker = newWorker();
            Thread.currentThread().interrupt();
            return stuck.apply("interrupted");
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    private static String frames(Thread thread) {
        StringBuilder text = new StringBuilder();
        StackTraceElement[] frames = thread.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, SHOWN_FRAMES); i++) {
            text.append("\n  at ").append(frames[i]);
        }
        return text.toString();
    }

    private static ExecutorService newWorker() {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "faultline-conformance");
            thread.setDaemon(true);
            return thread;
        });
    }
}
