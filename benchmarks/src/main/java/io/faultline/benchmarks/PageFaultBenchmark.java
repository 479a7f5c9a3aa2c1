/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import io.faultline.api.pagefault.FaultCounters;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of one announced page fault from its abort to the access that succeeds: not-present, the guest's handler, the page
 * comes, ready, its acknowledgement, and the access once more. Other vCPUs are idle, other faults stay outstanding.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PageFaultBenchmark {
    /** How the guest is told. */
    @Param({"sdei", "ppi"})
    private String route = "sdei";

    /** All of them are on and have asynchronous page faults enabled; all but one are in WFI. */
    @Param({"1", "8", "64", "512"})
    private int vcpus = 1;

    /** Announced faults at the time when the page comes, spread over the vCPUs. */
    @Param({"1", "64", "4096"})
    private int outstanding = 1;

    private FaultGuest guest = new FaultGuest(1, "sdei", 1);
    private final long page = FaultGuest.page(0);
    private long faults;

    /** Boots the machine and makes the other faults. */
    @Setup
    public void prepare() {
        guest = new FaultGuest(vcpus, route, 4096);
        for (int i = 1; i < outstanding; i++) {
            guest.leaveOutstanding(i % vcpus, FaultGuest.page(i));
        }
        faults = outstanding - 1;
        fault();
    }

    /** One fault. */
    @Benchmark
    public void fault() {
        guest.makeAbsent(page);
        guest.touch(0, page);
        guest.complete(page);
        guest.idle(0);
        faults++;
    }

    /** The same instructions of the task, and the same exit of the vCPU, without a fault: what is not its cost. */
    @Benchmark
    public void noFault() {
        guest.touch(0, page);
    }

    /** Every fault was announced, asked for once, and ended by its own ready. */
    @TearDown
    public void check() {
        FaultCounters counters = guest.counters();
        FaultGuest.requireCount("announced", faults, counters.announced());
        FaultGuest.requireCount("outstanding", outstanding - 1L, counters.outstanding());
        FaultGuest.requireCount("ready", faults - outstanding + 1, counters.ready());
        FaultGuest.requireCount("requests", faults, guest.requests());
    }
}
