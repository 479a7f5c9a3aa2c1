/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.backend.kvm.KvmBackends;
import io.faultline.backend.testing.PageFaultScene;
import io.faultline.backend.testing.StepCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Guests of the KVM-style backend by either route. All memory can be taken away. */
final class ApfRig extends PageFaultScene {
    static final long ROM = 0x5000_0000L;
    static final int EVENT = 0x4040_0001;
    static final int INTERRUPT = 23;
    static final int FUNCTION = 0x8600_0002;
    static final int HVC = 0xD400_0002;

    final List<TraceEvent> trace;
    final ApfRoute route;

    ApfRig(int vcpus) {
        this(vcpus, Map.of(), PageFaultDecoration.NONE);
    }

    ApfRig(int vcpus, Map<String, String> settings, PageFaultDecoration decoration) {
        this(
                vcpus,
                settings,
                decoration,
                request -> routeOf(settings).needsEvent()
                        ? request.asyncPageFaults(EVENT, INTERRUPT)
                        : request.asyncPageFaults(INTERRUPT));
    }

    private static ApfRoute routeOf(Map<String, String> settings) {
        return ApfRoute.valueOf(settings.getOrDefault("apf.route", "sdei").toUpperCase(Locale.ROOT));
    }

    ApfRig(
            int vcpus,
            Map<String, String> settings,
            PageFaultDecoration decoration,
            UnaryOperator<MachineRequest.Builder> more) {
        this(vcpus, settings, decoration, more, new ArrayList<>());
    }

    private ApfRig(
            int vcpus,
            Map<String, String> settings,
            PageFaultDecoration decoration,
            UnaryOperator<MachineRequest.Builder> more,
            List<TraceEvent> trace) {
        this(
                routeOf(settings),
                KvmBackends.open(
                        BackendConfiguration.of(new KvmBackendProvider().descriptor(), settings),
                        replacing(decoration)),
                more.apply(MachineRequest.builder()
                                .vcpus(vcpus)
                                .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                                .memory(new MemoryRegion(ROM, 0x1000, false))
                                .trace((nanos, event) -> trace.add(event)))
                        .build(),
                trace);
    }

    private ApfRig(ApfRoute route, HypervisorBackend backend, MachineRequest request, List<TraceEvent> trace) {
        super(backend, backend.guestDrivers().get(0), request, MemoryRegion.ram(RAM, RAM_BYTES));
        this.route = route;
        this.trace = trace;
        begin();
    }

    private static Module replacing(PageFaultDecoration decoration) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(PageFaultDecoration.class).toInstance(decoration);
            }
        };
    }

    @Override
    public GuestSetup setup(int vcpu) {
        return new GuestSetup(MemoryRegion.ram(area(vcpu), 0x1000), base(vcpu) + 0x4000, base(vcpu) + 0x8000);
    }

    @Override
    protected long notPresentVector(int vcpu) {
        return route.needsEvent() ? setup(vcpu).handler() : vectors(vcpu) + 0x480;
    }

    /** Makes a call at EL1 with everything masked, and returns X0. */
    long call(int vcpu, int function, long... arguments) {
        start(vcpu);
        StepCpu cpu = cpu(vcpu);
        cpu.x(0, Integer.toUnsignedLong(function));
        for (int i = 0; i < arguments.length; i++) {
            cpu.x(i + 1, arguments[i]);
        }
        assertInstanceOf(GuestStep.Retired.class, cpu.hypervisorCall(0));
        return cpu.x(0);
    }

    long control(int vcpu, long word) {
        return ask(vcpu, ApfFunction.ENABLE, word & 0xFFFF_FFFFL, word >>> 32);
    }

    /** Makes a call of the interface at EL1 with everything masked, and returns X0. */
    long ask(int vcpu, ApfFunction function, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = route.functions().indexOf(function);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return call(vcpu, 0x8600_0000 + route.number(), all);
    }
}
