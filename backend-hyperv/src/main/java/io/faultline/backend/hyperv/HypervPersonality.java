/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import com.google.inject.Module;
import io.faultline.api.arm64.AccessKind;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.hyperv.intercept.InterceptFirst;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.partition.Partition;
import io.faultline.backend.hyperv.partition.PartitionSettings;
import io.faultline.backend.hyperv.port.Neighbourhood;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the Hyper-V style adds to the shared machine: a partition. */
final class HypervPersonality implements Personality {
    /** Hypervisor Vendor Identity of the FADT (hyperv.md 2.1). */
    private static final String ACPI_IDENTITY = "MsHyperV";

    private final PartitionSettings settings;
    private final Neighbourhood neighbourhood;
    private final Module[] overrides;

    private @Nullable Partition partition;
    private @Nullable AbsentPageHandler absentPages;
    private @Nullable EventNotifications notifications;

    HypervPersonality(PartitionSettings settings, Neighbourhood neighbourhood, Module... overrides) {
        this.settings = settings;
        this.neighbourhood = neighbourhood;
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
        Partition created = Partition.create(settings, neighbourhood, host, overrides);
        created.reset();
        partition = created;
        notifications = FlagLines.of(host, created.synic());
        absentPages = new InterceptFirst(new PageFaultService(host, created.pageFaults()), created.interceptor());
    }

    @Override
    public AbsentPageHandler absentPages() {
        return attached(absentPages);
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        return partition().guestCalls().call(vcpu, conduit, function);
    }

    @Override
    public boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        return partition().guestCalls().taggedCall(vcpu, immediate);
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
    public boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        return partition().interceptor().forbidden(vcpu, access, page, stage1Walk);
    }

    @Override
    public Optional<VcpuExit> obstacle(VirtualProcessor vcpu) {
        return partition().interceptor().obstacle(vcpu.index());
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
    public long nextDeadline(VirtualProcessor vcpu) {
        return partition().nextDeadline(vcpu.index());
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
    public Optional<String> acpiIdentity() {
        return Optional.of(ACPI_IDENTITY);
    }

    @Override
    public boolean needs(long page) {
        return partition().needs(page);
    }

    @Override
    public Optional<MemoryIntercepts> memoryIntercepts() {
        return Optional.of(partition().intercepts());
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.of(attached(notifications));
    }

    @Override
    public Optional<SyntheticInterrupts> syntheticInterrupts() {
        return Optional.of(partition().synic().interrupts());
    }

    @Override
    public void closed() {
        partition().closed();
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
