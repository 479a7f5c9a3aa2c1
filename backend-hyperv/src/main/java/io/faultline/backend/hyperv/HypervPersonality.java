/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import com.google.inject.Module;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.HostOnlyPorts;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.hyperv.feature.HypervisorUid;
import io.faultline.backend.hyperv.hypercall.Convention;
import io.faultline.backend.hyperv.hypercall.Hypercalls;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.partition.Partition;
import io.faultline.backend.hyperv.partition.PartitionSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the Hyper-V style adds to the shared machine: a partition. */
final class HypervPersonality implements Personality {
    private final PartitionSettings settings;
    private final Module[] overrides;

    private @Nullable Partition partition;
    private @Nullable AbsentPageHandler absentPages;

    HypervPersonality(PartitionSettings settings, Module... overrides) {
        this.settings = settings;
        this.overrides = overrides;
    }

    private static <T> T attached(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the personality has no machine yet");
        }
        return part;
    }

    private Partition partition() {
        return attached(partition);
    }

    @Override
    public int privateFrames(MachineRequest request) {
        return OverlayFrames.count(request.vcpus());
    }

    @Override
    public void attach(Host host) {
        Partition created = Partition.create(settings, host, overrides);
        created.reset();
        partition = created;
        absentPages =
                new PageFaultService(host, new HostOnlyPorts(Policy.builder().build()));
    }

    @Override
    public AbsentPageHandler absentPages() {
        return attached(absentPages);
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        if (conduit == Conduit.HVC && function == Hypercalls.FUNCTION) {
            partition().call(vcpu, Convention.SMCCC);
            return true;
        }
        boolean isKnown = HypervisorUid.isAsked(function);
        for (int i = 0; isKnown && i < HypervisorUid.words(); i++) {
            vcpu.pe().x(i, HypervisorUid.word(i));
        }
        return isKnown;
    }

    @Override
    public boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        if (immediate != Hypercalls.TAG) {
            return false;
        }
        partition().call(vcpu, Convention.LEGACY);
        return true;
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        return partition().attention(vcpu);
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return partition().wakes(vcpu.index());
    }

    @Override
    public void entered(VirtualProcessor vcpu) {
        partition().entered(vcpu.index());
    }

    @Override
    public void left(VirtualProcessor vcpu) {
        partition().left(vcpu.index());
    }

    @Override
    public long nextDeadline() {
        return partition().nextDeadline();
    }

    @Override
    public void deadlinePassed() {
        partition().deadlinePassed();
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        partition().turnedOn(vcpu.index());
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        partition().turnedOff(vcpu.index());
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        partition().resetVcpu(vcpu.index());
    }

    @Override
    public boolean needs(long page) {
        return partition().needs(page);
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.empty();
    }

    @Override
    public String stateName() {
        return "hyperv";
    }

    @Override
    public void reset() {
        partition().reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(partition());
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(partition());
    }
}
