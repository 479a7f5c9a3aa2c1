/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.HostOnlyPorts;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.memory.KnownDomains;
import io.faultline.hwmodel.memory.GuestRam;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A hypervisor that has the parts of this package and next to nothing else. A guest calls it by HVC #0 with
 * {@link #CALL} in W0, the number of the hypercall in X16 and the arguments in X1 and up; the result goes to X0.
 */
final class TestPersonality implements Personality {
    static final int CALL = 0xC600_0EA1;
    static final int VCPU_OP = 24;
    static final int SCHED_OP = 29;
    static final int PORTS = 16;

    private final VcpuPolicy policy;
    private Host host;
    private DomainVcpus vcpus;
    private VcpuOperations vcpuOperations;
    private SchedulerOperations schedulerOperations;
    private PageFaultService pages;
    StandardUpcalls upcalls;

    final int[] ports = new int[PORTS];
    boolean updateFlag;
    int runstateWrites;

    TestPersonality(VcpuPolicy policy) {
        this.policy = policy;
    }

    Host host() {
        return host;
    }

    @Override
    public void attach(Host newHost) {
        host = newHost;
        GuestRam ram = host.ram();
        GuestFrames frames = new GuestFrames() {
            @Override
            public @Nullable Frame ram(long gfn) {
                boolean isRam = Long.compareUnsigned(gfn, 1L << 52) < 0 && ram.isResident(gfn << 12);
                return isRam && gfn << 12 != VcpuRig.READ_ONLY ? new Frame(ram, gfn << 12) : null;
            }

            @Override
            public Frame physical(long physical) {
                return new Frame(ram, physical);
            }
        };
        VcpuMemory memory = (vcpu, address, source, offset, length) -> {
            runstateWrites++;
            return write(ram, address, source, offset, length);
        };
        Injector injector = Guice.createInjector(new VcpuModule(policy), new AbstractModule() {
            @Override
            protected void configure() {
                bind(Host.class).toInstance(host);
                bind(InitialInfo.class)
                        .toInstance(
                                new InitialInfo(new Frame(ram, VcpuRig.SHARED_INFO), new Frame(ram, VcpuRig.UNREAD)));
                bind(GuestFrames.class).toInstance(frames);
                bind(VcpuMemory.class).toInstance(memory);
                bind(RunstateUpdateFlag.class).toInstance(() -> updateFlag);
                bind(KnownDomains.class).toInstance(new KnownDomains() {
                    @Override
                    public int own() {
                        return 1;
                    }

                    @Override
                    public boolean exists(int domain) {
                        return domain < 2;
                    }
                });
                bind(PollPorts.class).toInstance(port -> state(port));
            }
        });
        vcpus = injector.getInstance(DomainVcpus.class);
        vcpus.reset();
        upcalls = injector.getInstance(StandardUpcalls.class);
        vcpuOperations = injector.getInstance(VcpuOperations.class);
        schedulerOperations = injector.getInstance(SchedulerOperations.class);
        pages = new PageFaultService(host, new HostOnlyPorts(Policy.builder().build()));
        vcpus.reset();
    }

    private int state(int port) {
        return Integer.compareUnsigned(port, PORTS) < 0 && port != 0 ? ports[port] : PollPorts.UNUSABLE;
    }

    static boolean write(GuestRam ram, long address, byte[] source, int offset, int length) {
        for (int i = 0; i < length; i++) {
            if (!ram.isResident(address + i) || PageSize.pageOf(address + i) == VcpuRig.READ_ONLY) {
                return false;
            }
            ram.write(address + i, source, offset + i, 1);
        }
        return true;
    }

    /** A call of one vCPU, with stage 1 off. */
    private final class TestCaller implements Caller {
        private final VirtualProcessor vcpu;
        private final Struct struct = new Struct();

        TestCaller(VirtualProcessor vcpu) {
            this.vcpu = vcpu;
        }

        @Override
        public VirtualProcessor processor() {
            return vcpu;
        }

        @Override
        public long argument(int index) {
            return vcpu.pe().x(index + 1);
        }

        @Override
        public void argument(int index, long value) {
            vcpu.pe().x(index + 1, value);
        }

        @Override
        public Struct struct() {
            return struct;
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            for (int i = 0; i < length; i++) {
                if (!host.ram().isResident(address + i)) {
                    return false;
                }
                host.ram().read(address + i, target, offset + i, 1);
            }
            return true;
        }

        @Override
        public boolean write(long address, byte[] source, int offset, int length) {
            return TestPersonality.write(host.ram(), address, source, offset, length);
        }

        @Override
        public boolean hasWorkedEnough() {
            return false;
        }

        @Override
        public long continueLater() {
            throw new IllegalStateException("no call of this package is continued");
        }
    }

    @Override
    public AbsentPageHandler absentPages() {
        return pages;
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        if (function != CALL) {
            return false;
        }
        Caller caller = new TestCaller(vcpu);
        boolean scheduler = vcpu.pe().x(16) == SCHED_OP;
        long result = scheduler ? schedulerOperations.call(caller) : vcpuOperations.call(caller);
        vcpu.pe().x(0, result);
        return true;
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        vcpus.attention(vcpu);
        return false;
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return vcpus.wakes(vcpu);
    }

    @Override
    public void entered(VirtualProcessor vcpu) {
        vcpus.entered(vcpu);
    }

    @Override
    public void left(VirtualProcessor vcpu) {
        vcpus.left(vcpu);
    }

    @Override
    public void trapped(VirtualProcessor vcpu) {
        vcpus.trapped(vcpu);
    }

    @Override
    public Optional<VcpuExit> obstacle(VirtualProcessor vcpu) {
        return vcpus.obstacle(vcpu);
    }

    @Override
    public long nextDeadline() {
        return vcpus.nextDeadline();
    }

    @Override
    public void deadlinePassed() {
        vcpus.deadlinePassed();
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        vcpus.turnedOn(vcpu);
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        vcpus.turnedOff(vcpu);
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        vcpus.reset(vcpu);
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.empty();
    }

    @Override
    public String stateName() {
        return "xen";
    }

    @Override
    public void reset() {
        vcpus.reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(vcpus);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(vcpus);
    }
}
