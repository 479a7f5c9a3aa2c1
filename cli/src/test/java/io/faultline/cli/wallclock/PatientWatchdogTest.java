/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PatientWatchdogTest {
    @Test
    void workThatComesBackIsAnswered() {
        assertEquals("done", new PatientWatchdog(PatientWatchdog.LIMIT).watch(() -> "done", stuck -> stuck));
    }

    @Test
    void workThatHangsIsGivenUpAndNamed() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);

        String answer = new PatientWatchdog(Duration.ZERO)
                .watch(
                        () -> {
                            begun.countDown();
                            try {
                                never.await();
                            } catch (InterruptedException ended) {
                                Thread.currentThread().interrupt();
                            }
                            return "done";
                        },
                        stuck -> stuck);

        begun.await();
        never.countDown();
        assertTrue(answer.startsWith("no answer within 0 s"), answer);
    }

    @Test
    void anInterruptionEndsTheWait() {
        CountDownLatch never = new CountDownLatch(1);
        Thread.currentThread().interrupt();

        String answer = new PatientWatchdog(PatientWatchdog.LIMIT)
                .watch(
                        () -> {
                            try {
                                never.await();
                            } catch (InterruptedException ended) {
                                Thread.currentThread().interrupt();
                            }
                            return "done";
                        },
                        stuck -> stuck);

        assertTrue(Thread.interrupted(), "the interruption is passed on");
        assertEquals("the run was interrupted", answer);
        never.countDown();
    }

    @Test
    void workThatThrowsIsADefect() {
        assertThrows(
                IllegalStateException.class,
                () -> new PatientWatchdog(PatientWatchdog.LIMIT)
                        .watch(
                                () -> {
                                    throw new IllegalArgumentException("boom");
                                },
                                stuck -> stuck));
    }
}
