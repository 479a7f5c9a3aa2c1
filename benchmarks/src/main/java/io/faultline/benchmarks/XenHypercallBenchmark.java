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
 * A guest that sends an event to another vCPU in a loop: the instruction HVC, the structure that it names, the event, the
 * return, and the four instructions that take the event away.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class XenHypercallBenchmark {
    private static final int ROUNDS = 1000;

    /** Stage 1 of the guest: off, or on, with the structure in a page of 4 KiB three levels down. */
    @Param({"off", "on"})
    private String mmu = "off";

    /** Which ABI. */
    @Param({"2l", "fifo"})
    private String abi = "2l";

    /** Whether there is the call, or NOP in its place. */
    @Param({"call", "nop"})
    private String body = "call";

    private XenGuest guest = new XenGuest(1, false, 16, false, XenGuest.Body.SEND);

    /** Makes the machine. */
    @Setup
    public void prepare() {
        guest = new XenGuest(
                16,
                abi.equals("fifo"),
                1023,
                mmu.equals("on"),
                body.equals("call") ? XenGuest.Body.SEND : XenGuest.Body.NOP);
        guest.requireLoop();
    }

    /** One round of the loop. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void round() {
        guest.loop(ROUNDS);
    }
}
