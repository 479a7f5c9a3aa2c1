/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.inject.AbstractModule;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.testing.PageFaultScene;
import io.faultline.backend.testing.StepCpu;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import java.util.Map;

/** Guests of the Xen-style backend. */
final class PageFaultRig extends PageFaultScene {
    static final long ROM = 0x5000_0000L;
    static final long SHARED = 0x39FF_F000L;
    static final int EVENTS = 32;
    static final int APF = 55;

    PageFaultRig(int vcpus) {
        this(vcpus, Map.of());
    }

    PageFaultRig(int vcpus, Map<String, String> settings) {
        this(vcpus, settings, PageFaultDecoration.NONE);
    }

    PageFaultRig(int vcpus, Map<String, String> settings, PageFaultDecoration decoration) {
        this(vcpus, open(settings, decoration));
    }

    private PageFaultRig(int vcpus, HypervisorBackend backend) {
        super(
                backend,
                backend.guestDrivers().get(0),
                MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                        .memory(new MemoryRegion(ROM, 0x1000, false))
                        .asyncPageFaults()
                        .build(),
                MemoryRegion.ram(DATA, RAM + RAM_BYTES - DATA));
        begin();
    }

    private static HypervisorBackend open(Map<String, String> settings, PageFaultDecoration decoration) {
        return XenBackends.open(
                BackendConfiguration.of(new XenBackendProvider().descriptor(), settings), new AbstractModule() {
                    @Override
                    protected void configure() {
                        bind(PageFaultDecoration.class).toInstance(decoration);
                    }
                });
    }

    /** Room for structures of calls that the driver does not know of. */
    static long struct(int vcpu) {
        return base(vcpu) + 0x2000;
    }

    @Override
    public GuestSetup setup(int vcpu) {
        return new GuestSetup(MemoryRegion.ram(area(vcpu), 0x1000), base(vcpu) + 0x4000, base(vcpu) + 0x8000);
    }

    @Override
    protected long notPresentVector(int vcpu) {
        return vectors(vcpu) + 0x480;
    }

    /** Makes a hypercall at EL1 with everything masked, and returns X0. */
    long call(int vcpu, long number, long... arguments) {
        start(vcpu);
        StepCpu cpu = cpu(vcpu);
        for (int i = 0; i < arguments.length; i++) {
            cpu.x(i, arguments[i]);
        }
        cpu.x(16, number);
        assertInstanceOf(GuestStep.Retired.class, cpu.hypervisorCall(0xEA1));
        return cpu.x(0);
    }

    long event(int vcpu, int command, int... words) {
        for (int i = 0; i < words.length; i++) {
            word(struct(vcpu) + 4L * i, words[i]);
        }
        return call(vcpu, EVENTS, command, struct(vcpu));
    }

    int ipi(int vcpu) {
        assertEquals(0, event(vcpu, 7, vcpu));
        return (int) word(struct(vcpu) + 4);
    }

    long register(int vcpu, long gfn, int offset, int port, int entries, int flags) {
        long at = struct(vcpu);
        machine.memory().store(at, AccessWidth.DOUBLEWORD, gfn);
        word(at + 8, offset);
        word(at + 12, port);
        word(at + 16, entries);
        word(at + 20, flags);
        return call(vcpu, APF, PageFaultOp.REGISTER, at);
    }

    long unregister(int vcpu) {
        return call(vcpu, APF, PageFaultOp.UNREGISTER, 0);
    }

    /** The port that the driver uses. */
    int port(int vcpu) {
        return (int) word(area(vcpu) + 0xD00);
    }

    long state(int vcpu) {
        return word(area(vcpu) + SharedArea.STATE);
    }

    long producer(int vcpu) {
        return word(area(vcpu) + SharedArea.PRODUCER);
    }

    void consumer(int vcpu, long value) {
        word(area(vcpu) + SharedArea.CONSUMER, value);
    }

    /** Token and kind of an entry, the kind above. */
    long entry(int vcpu, int place) {
        return quad(area(vcpu) + SharedArea.RING + 8L * place);
    }
}
