/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.backend.core.machine.AbsentPageDecision;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.Policy;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
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
 * Time that the host spends on one announced page fault, without guest instructions and without a mechanism to tell the
 * guest: the decision, the request of the page, the answer, the page that comes, ready, its acknowledgement, and the polls
 * around two runs of the vCPU.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBenchmark {
    private static final long RAM = 0x4000_0000L;
    private static final int PAGES = 5000;

    /** Number of vCPUs; all have the mechanism enabled. */
    @Param({"1", "8", "64", "512"})
    private int vcpus = 1;

    /** Announced faults at the time when the page comes, spread over the vCPUs. */
    @Param({"1", "64", "4096"})
    private int outstanding = 1;

    private final byte[] content = new byte[PageSize.BYTES];
    private BareHypervisor hypervisor = machine(1);

    private static BareHypervisor machine(int vcpus) {
        MachineRequest request = MachineRequest.builder()
                .vcpus(vcpus)
                .memory(MemoryRegion.ram(RAM, PAGES * (long) PageSize.BYTES))
                .build();
        BareHypervisor hypervisor =
                new BareHypervisor(Policy.builder().limit(4096).build());
        new CorePlan(
                        new BackendIdentity("bare", 1),
                        request,
                        CapabilitySet.builder()
                                .with(Capabilities.VCPUS, 512)
                                .with(Capabilities.PAGING, true)
                                .build(),
                        Set.of(),
                        List.of(),
                        HardwareSettings.DEFAULT,
                        () -> hypervisor)
                .build();
        return hypervisor;
    }

    /** Makes the machine and the other faults. */
    @Setup
    public void prepare() {
        hypervisor = machine(vcpus);
        hypervisor.pages().attach(MemoryRegion.ram(RAM, PAGES * (long) PageSize.BYTES), new Silent());
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            hypervisor.control().enable(vcpu);
            hypervisor.takeReady();
            hypervisor.control().acknowledge(vcpu);
        }
        for (int i = 1; i < outstanding; i++) {
            announce(i % vcpus, RAM + (long) i * PageSize.BYTES);
        }
    }

    private void announce(int vcpu, long page) {
        hypervisor.pages().discard(page);
        AbsentPageDecision decision =
                hypervisor.pages().absent(hypervisor.host().vcpu(vcpu), AccessKind.READ, page, false);
        if (decision != AbsentPageDecision.RETRY) {
            throw new IllegalStateException("not announced: " + decision);
        }
        hypervisor.control().answer(vcpu, hypervisor.token(), GuestReply.ASYNCHRONOUS);
    }

    /** One fault. */
    @Benchmark
    public void fault() {
        hypervisor.pages().poll();
        announce(0, RAM);
        hypervisor.pages().poll();
        hypervisor.pages().complete(RAM, content);
        hypervisor.pages().poll();
        if (hypervisor.takeReady() != hypervisor.token()) {
            throw new IllegalStateException("not shown");
        }
        hypervisor.control().acknowledge(0);
        hypervisor.pages().poll();
    }

    /** Pages come when the benchmark says so. */
    private static final class Silent implements PageSource {
        @Override
        public void request(PageRequest request) {
            // nothing to do
        }

        @Override
        public void poll(long now, PageSink sink) {
            // nothing to hand over
        }

        @Override
        public OptionalLong nextArrival() {
            return OptionalLong.empty();
        }
    }
}
