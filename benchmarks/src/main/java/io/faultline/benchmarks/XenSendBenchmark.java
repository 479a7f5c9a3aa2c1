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
 * What the host needs for one event that one vCPU sends to another, from the send to the byte and the interrupt line that
 * tell of it, without the guest's call. Taking the event away again is measured by itself.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class XenSendBenchmark {
    /** ABI and number of ports in use; the two-level ABI has no more than 4095. */
    @Param({"2l-16", "2l-4095", "fifo-16", "fifo-4095", "fifo-131071"})
    private String ports = "2l-16";

    /** All vCPUs can be told; more than 128 take the setting {@code xen.vcpu-limit}. */
    @Param({"1", "16", "128", "512"})
    private int vcpus = 1;

    private XenGuest guest = new XenGuest(1, false, 16, false, XenGuest.Body.SEND);

    /** Makes the machine. */
    @Setup
    public void prepare() {
        boolean fifo = ports.startsWith("fifo");
        guest = new XenGuest(
                vcpus, fifo, Integer.parseInt(ports.substring(ports.indexOf('-') + 1)), false, XenGuest.Body.SEND);
        guest.send();
        if (!guest.hasArrived()) {
            throw new IllegalStateException("nothing arrives");
        }
    }

    /** One event, and its taking away. */
    @Benchmark
    public void sendAndTake() {
        guest.take();
        guest.send();
    }

    /** Only what the guest would do. */
    @Benchmark
    public void take() {
        guest.take();
    }
}
