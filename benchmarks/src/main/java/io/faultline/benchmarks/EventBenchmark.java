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

/** Time of one SDEI event that the VMM raises on an idle vCPU: injection, handler, COMPLETE, and idle again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EventBenchmark {
    /** All of them are on and have the event registered; all but one are in WFI. */
    @Param({"1", "512"})
    private int vcpus = 1;

    private FaultGuest guest = new FaultGuest(1, "sdei", 1);

    /** Boots the machine. */
    @Setup
    public void prepare() {
        guest = new FaultGuest(vcpus, "sdei", 1);
    }

    /** One event. */
    @Benchmark
    public void event() {
        guest.inject(0);
        guest.idle(0);
    }
}
