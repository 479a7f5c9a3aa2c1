/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.api.machine.MachineRequest.AsyncPageFaultRequest;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.hyperv.feature.SyntheticExceptions;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.overlay.AssistPages;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferPool;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the guest has set up of asynchronous page faults: two registers of each vCPU, which are there if the VMM offers the
 * interface (APF-002). Restored before the queues of messages are.
 *
 * @since 0.1
 */
@Singleton
public final class PageFaults implements PartitionPart, RegisterGroup {
    /** PageFaultLimits: what there is. */
    public static final int LIMITS = 0xF_A000;
    /** PageFaultControl: what the guest wants. */
    public static final int CONTROL = 0xF_A001;

    private static final long VERSION = 1;
    private static final long MESSAGES = 1 << 8;
    private static final long FLAGS = 1 << 9;
    private static final int SLOTS_SHIFT = 16;
    private static final int INTERRUPT_SHIFT = 32;
    private static final int TOKENS_SHIFT = 40;
    private static final long WORD = 0xFFFF_FFFFL;

    private final Host host;
    private final PageFaultSettings settings;
    private final AssistPages assist;
    private final SyntheticExceptions exceptions;
    private final Optional<AsyncPageFaultRequest> offer;
    private final VcpuPageFaults[] vcpus;
    private @Nullable PageFaultControl engine;

    @Inject
    PageFaults(
            Host host,
            PageFaultSettings settings,
            AssistPages assist,
            SyntheticExceptions exceptions,
            MessageQueues queues,
            EventFlags flags) {
        this.host = host;
        this.settings = settings;
        this.assist = assist;
        this.exceptions = exceptions;
        offer = host.request().asyncPageFaults();
        vcpus = new VcpuPageFaults[host.vcpuCount()];
        for (int i = 0; i < vcpus.length; i++) {
            FaultInformation information = new FaultInformation(assist.of(i).frame());
            vcpus[i] = new VcpuPageFaults(
                    information,
                    new ReadyMessages(i, queues, vcpu -> engine().rescan(vcpu)),
                    new ReadyFlags(i, flags, information, settings.policy().limit() + ReadyFlags.SPARE));
        }
        queues.pool(BufferKind.PAGE_FAULT, new Buffers());
    }

    /**
     * Returns the machine.
     *
     * @return the machine
     */
    public Host host() {
        return host;
    }

    /**
     * Returns what there is on a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return the same object each time
     */
    public VcpuPageFaults of(int vcpu) {
        return vcpus[vcpu];
    }

    AssistPages assist() {
        return assist;
    }

    SyntheticExceptions exceptions() {
        return exceptions;
    }

    void connect(PageFaultControl control) {
        engine = control;
    }

    PageFaultControl engine() {
        PageFaultControl connected = engine;
        if (connected == null) {
            throw new IllegalStateException("the engine is not connected yet");
        }
        return connected;
    }

    /** A vCPU is reset, turned on or turned off: nothing is written. */
    void forget(int vcpu) {
        vcpus[vcpu].end(Control.NONE);
    }

    @Override
    public List<RegisterGroup> registers() {
        return offer.isPresent() ? List.of(this) : List.of();
    }

    @Override
    public List<RegisterRange> ranges() {
        int privilege = Privilege.SYNIC.bit();
        return List.of(
                RegisterRange.readOnly(LIMITS, LIMITS, privilege),
                RegisterRange.readWrite(CONTROL, CONTROL, privilege));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        value.set(name == LIMITS ? limits() : vcpus[vcpu].control().value());
        return Status.SUCCESS;
    }

    private long limits() {
        ReadyWays ways = settings.ways();
        int interrupt = offer.orElseThrow().interrupt().orElse(0);
        return VERSION
                | (ways.hasMessages() ? MESSAGES : 0)
                | (ways.hasFlags() ? FLAGS : 0)
                | (long) settings.policy().limit() << SLOTS_SHIFT
                | (long) interrupt << INTERRUPT_SHIFT
                | (long) ReadyMessages.MOST_TOKENS << TOKENS_SHIFT;
    }

    /** Everything that can fail comes first. A wake-all may be shown inside. */
    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        Control wanted = new Control(value.low());
        if (!wanted.isPossible(settings.ways())) {
            return Status.INVALID_PARAMETER;
        }
        VcpuPageFaults of = vcpus[vcpu];
        if (wanted.isEnabled()) {
            return of.control().isEnabled() ? again(of, wanted) : enable(vcpu, wanted);
        }
        if (of.control().isEnabled()) {
            engine().disable(vcpu);
        }
        of.end(wanted);
        return Status.SUCCESS;
    }

    private static int again(VcpuPageFaults of, Control wanted) {
        return wanted.equals(of.control()) ? Status.SUCCESS : Status.OPERATION_DENIED;
    }

    private int enable(int vcpu, Control wanted) {
        if (exceptions.vectors(vcpu) == 0 || !assist.of(vcpu).isEnabled()) {
            return Status.OPERATION_DENIED;
        }
        vcpus[vcpu].begin(wanted);
        engine().enable(vcpu);
        return Status.SUCCESS;
    }

    @Override
    public String stateName() {
        return "page-fault-control";
    }

    @Override
    public void reset() {
        for (int vcpu = 0; vcpu < vcpus.length; vcpu++) {
            resetVcpu(vcpu);
        }
    }

    @Override
    public void resetVcpu(int vcpu) {
        vcpus[vcpu].end(Control.NONE);
        vcpus[vcpu].flags().next(0);
    }

    @Override
    public void save(StateWriter writer) {
        int count = vcpus.length;
        long[] control = new long[count];
        long[] inHand = new long[count];
        long[] flags = new long[count];
        for (int vcpu = 0; vcpu < count; vcpu++) {
            control[vcpu] = vcpus[vcpu].control().value();
            inHand[vcpu] = vcpus[vcpu].inHand() + 1;
            flags[vcpu] = vcpus[vcpu].flags().next();
        }
        writer.words("control", control);
        writer.words("in-hand", inHand);
        writer.words("flags", flags);
    }

    @Override
    public void restore(StateReader reader) {
        int count = vcpus.length;
        long[] control = reader.words("control", count);
        long[] inHand = reader.words("in-hand", count);
        long[] flags = reader.words("flags", count);
        for (int vcpu = 0; vcpu < count; vcpu++) {
            VcpuPageFaults of = vcpus[vcpu];
            Control value = new Control(control[vcpu]);
            if (!value.isPossible(settings.ways()) || offer.isEmpty() && value.value() != 0) {
                throw reader.invalid("control", "has 0x" + Long.toHexString(control[vcpu]) + " for vCPU " + vcpu);
            }
            requireIn(reader, "in-hand", vcpu, inHand[vcpu], value.isEnabled() ? WORD + 1 : 0);
            requireIn(reader, "flags", vcpu, flags[vcpu], of.flags().count() - 1L);
            of.control(value);
            of.hold(inHand[vcpu] - 1);
            of.flags().next((int) flags[vcpu]);
        }
    }

    private static void requireIn(StateReader reader, String name, int vcpu, long value, long most) {
        if (value < 0 || value > most) {
            throw reader.invalid(name, "has " + value + " for vCPU " + vcpu);
        }
    }

    /** The message of a vCPU that waits in a saved queue. */
    private final class Buffers implements BufferPool {
        @Override
        public @Nullable MessageBuffer take(int vcpu, int key) {
            return null;
        }

        @Override
        public @Nullable MessageBuffer take(int vcpu, int source, int key) {
            Control control = vcpus[vcpu].control();
            MessageBuffer buffer = vcpus[vcpu].messages().buffer();
            boolean waits = key == buffer.key()
                    && control.isEnabled()
                    && !control.isByFlag()
                    && control.source() == source
                    && !buffer.isQueued();
            return waits ? buffer : null;
        }
    }
}
