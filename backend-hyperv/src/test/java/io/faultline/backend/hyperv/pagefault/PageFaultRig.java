/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.inject.AbstractModule;
import io.faultline.api.arm64.Psci;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;
import io.faultline.backend.hyperv.HypervRig;
import io.faultline.backend.testing.PageFaultScene;
import io.faultline.backend.testing.StepCpu;
import java.util.Map;
import java.util.TreeMap;

/** Guests of the Hyper-V-style backend that are told of a page by message or by flag. */
final class PageFaultRig extends PageFaultScene {
    static final int INTERRUPT = 23;
    static final int SOURCE = 5;

    static final int CONTROL = 0xF_A001;
    static final int LIMITS = 0xF_A000;
    static final int VECTORS = 0x4_0400;
    static final int SYNDROME = 0x4_0401;
    static final int ASSIST = 0x9_0013;
    static final int SYNIC_CONTROL = 0xA_0010;
    static final int FLAGS_PAGE = 0xA_0012;
    static final int MESSAGES_PAGE = 0xA_0013;
    static final int END_OF_MESSAGE = 0xA_0014;

    private static final int FUNCTION = 0x4600_0001;
    private static final long FAST_ONE = 1L << 32 | 1L << 16;

    private final boolean byFlag;

    PageFaultRig(int vcpus, boolean byFlag, String... settings) {
        this(vcpus, byFlag, PageFaultDecoration.NONE, settings);
    }

    PageFaultRig(int vcpus, boolean byFlag, PageFaultDecoration decoration, String... settings) {
        this(vcpus, byFlag, open(decoration, settings));
    }

    private PageFaultRig(int vcpus, boolean byFlag, HypervisorBackend backend) {
        super(
                backend,
                backend.guestDrivers().get(byFlag ? 1 : 0),
                MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                        .asyncPageFaults(INTERRUPT)
                        .build(),
                MemoryRegion.ram(DATA, RAM + RAM_BYTES - DATA));
        this.byFlag = byFlag;
        begin();
    }

    private static HypervisorBackend open(PageFaultDecoration decoration, String... settings) {
        Map<String, String> all = new TreeMap<>();
        for (String setting : settings) {
            all.put(setting.split("=")[0], setting.split("=")[1]);
        }
        return HypervRig.open(all, new AbstractModule() {
            @Override
            protected void configure() {
                bind(PageFaultDecoration.class).toInstance(decoration);
            }
        });
    }

    /** The page of messages or flags. */
    static long synic(int vcpu) {
        return area(vcpu) + 0x1000;
    }

    static long slot(int vcpu) {
        return synic(vcpu) + 256 * SOURCE;
    }

    static long handler(int vcpu) {
        return base(vcpu) + 0x4000;
    }

    @Override
    public GuestSetup setup(int vcpu) {
        return new GuestSetup(MemoryRegion.ram(area(vcpu), 0x3000), handler(vcpu), base(vcpu) + 0x8000);
    }

    @Override
    protected long notPresentVector(int vcpu) {
        return handler(vcpu) + 0x400;
    }

    void turnOff(int vcpu) {
        start(vcpu);
        cpu(vcpu).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
        GuestStep.Stopped stopped =
                assertInstanceOf(GuestStep.Stopped.class, cpu(vcpu).hypervisorCall(0));
        assertInstanceOf(VcpuExit.PoweredOff.class, stopped.exit());
    }

    void takesReady(int vcpu, long token) {
        assertEquals(new GuestNotification.Ready(token), take(vcpu));
    }

    int set(int vcpu, int name, long value) {
        start(vcpu);
        return call(vcpu, 0x51, name, 0, value, 0);
    }

    void sets(int vcpu, int name, long value) {
        assertEquals(0, set(vcpu, name, value));
    }

    int tryGet(int vcpu, int name) {
        start(vcpu);
        return call(vcpu, 0x50, name);
    }

    long get(int vcpu, int name) {
        assertEquals(0, tryGet(vcpu, name));
        return cpu(vcpu).x(6);
    }

    private int call(int vcpu, long code, long... more) {
        StepCpu cpu = cpu(vcpu);
        long[] x = {FUNCTION, code | FAST_ONE, -1, 0xFFFF_FFFEL};
        for (int i = 0; i < x.length; i++) {
            cpu.x(i, x[i]);
        }
        for (int i = 0; i < more.length; i++) {
            cpu.x(x.length + i, more[i]);
        }
        assertInstanceOf(GuestStep.Retired.class, cpu.hypervisorCall(0));
        return (int) cpu.x(0) & 0xFFFF;
    }

    /** The value of the control register with which the driver enables. */
    long control() {
        return 1 | (byFlag ? 4 : 0) | SOURCE << 16;
    }

    /** Nothing interrupts the vCPU any more. */
    void silence(int vcpu) {
        start(vcpu);
        new GuestInterrupts(new GuestProgram(cpu(vcpu), "test"), vcpu).disable(INTERRUPT);
    }

    void unmask(int vcpu, boolean unmasked) {
        sets(vcpu, 0xA_0000 + SOURCE, unmasked ? INTERRUPT : 1 << 16 | INTERRUPT);
    }

    void synic(int vcpu, boolean on) {
        sets(vcpu, SYNIC_CONTROL, on ? 1 : 0);
    }

    void synicPage(int vcpu, boolean on) {
        sets(vcpu, byFlag ? FLAGS_PAGE : MESSAGES_PAGE, on ? synic(vcpu) | 1 : 0);
    }

    int state(int vcpu) {
        return (int) word(area(vcpu) + FaultInformation.STATE);
    }

    void state(int vcpu, int value) {
        word(area(vcpu) + FaultInformation.STATE, value);
    }
}
