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

/**
 * The whole way of an event: a guest sends it, takes the interrupt, acknowledges it, consumes the event, ends the interrupt and
 * returns to its loop. Stage 1 is on, and the sender is the receiver.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class XenUpcallBenchmark {
    private static final int ROUNDS = 1000;

    /** Which ABI. */
    @Param({"2l", "fifo"})
    private String abi = "2l";

    /** How many vCPUs there are; all but the first are off. */
    @Param({"1", "16", "128", "512"})
    private int vcpus = 1;

    private XenGuest guest = new XenGuest(1, false, 16, true, XenGuest.Body.UPCALL);

    /** Makes the machine. */
    @Setup
    public void prepare() {
        guest = new XenGuest(vcpus, abi.equals("fifo"), 1023, true, XenGuest.Body.UPCALL);
        guest.requireLoop();
    }

    /** One event. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void event() {
        guest.loop(ROUNDS);
    }
}
