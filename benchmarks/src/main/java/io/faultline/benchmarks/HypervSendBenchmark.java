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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the host needs for one event flag, and for one message of 32 bytes, from the send to the page and the interrupt line of
 * the last vCPU, without the guest's call; and for one EOM while messages wait.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HypervSendBenchmark {
    /** All vCPUs have their pages. */
    @Param({"1", "16", "128", "512"})
    private int vcpus = 1;

    private HypervGuest idle = new HypervGuest(1, 0, HypervGuest.Body.SIGNAL);
    private HypervGuest busy = idle;

    /** Makes the machines. */
    @Setup
    public void prepare() {
        idle = new HypervGuest(vcpus, 0, HypervGuest.Body.SIGNAL);
        busy = new HypervGuest(vcpus, 14, HypervGuest.Body.SIGNAL);
        idle.signal();
        if (!idle.hasArrived()) {
            throw new IllegalStateException("nothing arrives");
        }
        idle.clear();
        if (!busy.hasArrived()) {
            throw new IllegalStateException("nothing waits");
        }
    }

    /** A flag, and its clearing. */
    @Benchmark
    public void signal() {
        idle.clear();
        idle.signal();
    }

    /** A message that finds its slot free. */
    @Benchmark
    public void post() {
        idle.empty();
        idle.post();
    }

    /** A message behind 14 others, and an EOM that brings the next one. */
    @Benchmark
    public void postAndEndOfMessage() {
        busy.post();
        busy.empty();
        busy.endOfMessage();
    }
}
