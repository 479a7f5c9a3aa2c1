/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One round of a guest that sends to itself: the hypercall, and taking what arrives, with an interrupt or without. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HypervLoopBenchmark {
    private static final int ROUNDS = 1000;

    /** What the guest does. */
    @Param({"NOP", "SIGNAL", "POST", "DRAIN", "SIGNAL_UPCALL", "POST_UPCALL"})
    private String body = "SIGNAL";

    /** How many vCPUs there are; all but the first are off. */
    @Param({"1", "512"})
    private int vcpus = 1;

    private HypervGuest guest = new HypervGuest(1, 0, HypervGuest.Body.SIGNAL);

    /** Makes the machine. */
    @Setup
    public void prepare() {
        guest = new HypervGuest(vcpus, 0, HypervGuest.Body.valueOf(body));
        guest.requireLoop();
    }

    /** One round. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void round() {
        guest.loop(ROUNDS);
    }
}
