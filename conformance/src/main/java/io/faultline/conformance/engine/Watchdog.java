/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Notices that a check never comes back. The suite itself starts no threads and asks no clock; a program that wants to
 * survive a backend that hangs supplies a watchdog, which may run the work on a thread of its own.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Watchdog {
    /** Runs the work on the calling thread and waits for ever. */
    Watchdog NONE = new Watchdog() {
        @Override
        public <T> T watch(Supplier<T> work, Function<String, T> stuck) {
            return work.get();
        }
    };

    /**
     * Runs work and returns its answer.
     *
     * @param <T> type of the answer
     * @param work does not throw; calls for one backend come one after the other
     * @param stuck makes an answer of a text that says where the work is stuck, for example the frames of its thread
     * @return the answer of the work, or of {@code stuck} if the work was given up
     */
    <T> T watch(Supplier<T> work, Function<String, T> stuck);
}
