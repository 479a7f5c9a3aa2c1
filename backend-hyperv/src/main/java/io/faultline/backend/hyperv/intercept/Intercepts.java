/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.hwmodel.mmu.Stage2;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Memory intercepts of one machine (hyperv.md 6.1 to 6.4).
 *
 * @since 0.1
 */
@Singleton
public final class Intercepts implements Interceptor, MemoryIntercepts, PartitionPart {
    private final Host host;
    private final AccessFlags flags;
    private final Suspensions suspensions;
    private final InterceptMessages messages;
    private boolean isEnabled;

    @Inject
    Intercepts(Host host, AccessFlags flags, Suspensions suspensions, InterceptMessages messages) {
        this.host = host;
        this.flags = flags;
        this.suspensions = suspensions;
        this.messages = messages;
    }

    // For the machine.

    @Override
    public boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        // In a call it may be there, and be forbidden.
        boolean isThere = host.ram().isResident(host.stage2().physical(page));
        return isEnabled && intercept(vcpu, isThere ? GPA_INTERCEPT : UNMAPPED_GPA, access, page, stage1Walk);
    }

    @Override
    public boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        return flags.isIntercepted(page) && intercept(vcpu, GPA_INTERCEPT, access, page, stage1Walk);
    }

    private boolean intercept(VirtualProcessor vcpu, int type, AccessKind access, long page, boolean stage1Walk) {
        messages.memory(vcpu, type, access, page, stage1Walk, suspensions.suspend(vcpu.index()));
        vcpu.exit(suspensions.exit(vcpu.index()));
        return true;
    }

    @Override
    public Optional<VcpuExit> obstacle(int vcpu) {
        return suspensions.obstacle(vcpu);
    }

    // For the VMM.

    @Override
    public void enable() {
        isEnabled = true;
    }

    @Override
    public void disable() {
        reset();
    }

    @Override
    public boolean isEnabled() {
        return isEnabled;
    }

    @Override
    public void permit(long page, Set<AccessKind> allowed) {
        String attempted = "setting access flags of page 0x" + Long.toHexString(page);
        if (!isEnabled) {
            throw refusal(ErrorId.ILLEGAL_STATE, attempted + " while intercepts are off", "call enable first");
        }
        Optional<MemoryRegion> region = host.request().memory().stream()
                .filter(each -> each.contains(page, 1))
                .findFirst();
        if (region.isEmpty()) {
            throw refusal(
                    ErrorId.NOT_GUEST_MEMORY,
                    attempted + ", which is not memory",
                    "stay within the regions of the machine");
        }
        if (!PageSize.isAligned(page) || !region.get().writable()) {
            throw refusal(
                    ErrorId.INVALID_ARGUMENT,
                    attempted + ", which is not the address of a page that the guest may write to",
                    "use a multiple of 4096 in a writable region");
        }
        flags.set(page, permissions(allowed));
    }

    private static int permissions(Set<AccessKind> allowed) {
        return (allowed.contains(AccessKind.READ) ? Stage2.READ : 0)
                | (allowed.contains(AccessKind.WRITE) ? Stage2.WRITE : 0)
                | (allowed.contains(AccessKind.EXECUTE) ? Stage2.EXECUTE : 0);
    }

    @Override
    public Set<AccessKind> permitted(long page) {
        int permissions = flags.of(page);
        Set<AccessKind> allowed = EnumSet.allOf(AccessKind.class);
        allowed.removeIf(access -> (permissions & permissions(EnumSet.of(access))) == 0);
        return allowed;
    }

    @Override
    public boolean isSuspended(int vcpu) {
        if (vcpu < 0 || vcpu >= suspensions.count()) {
            throw refusal(
                    ErrorId.INVALID_ARGUMENT,
                    "asking for intercepts of vCPU " + vcpu + ", which does not exist",
                    "use 0 to " + (suspensions.count() - 1));
        }
        return suspensions.isSuspended(vcpu);
    }

    @Override
    public byte[] message(int vcpu) {
        requireSuspended(vcpu, "reading the intercept message of vCPU ");
        return suspensions.message(vcpu).clone();
    }

    @Override
    public void resume(int vcpu) {
        requireSuspended(vcpu, "resuming vCPU ");
        suspensions.resume(vcpu);
    }

    private void requireSuspended(int vcpu, String attempted) {
        if (!isSuspended(vcpu)) {
            throw refusal(
                    ErrorId.ILLEGAL_STATE,
                    attempted + vcpu + ", which is not suspended",
                    "wait for the exit " + EXIT + " of the vCPU");
        }
    }

    private static HypervisorException refusal(ErrorId id, String attempted, String remedy) {
        return new HypervisorException(id, attempted, "backend hyperv, memory intercepts", remedy);
    }

    // State.

    @Override
    public void resetVcpu(int vcpu) {
        suspensions.resume(vcpu);
    }

    @Override
    public void turnedOff(int vcpu) {
        suspensions.resume(vcpu);
    }

    @Override
    public String stateName() {
        return "intercepts";
    }

    @Override
    public void reset() {
        isEnabled = false;
        flags.reset();
        suspensions.reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("enabled", isEnabled);
        writer.element(flags);
        writer.element(suspensions);
    }

    @Override
    public void restore(StateReader reader) {
        isEnabled = reader.flag("enabled");
        reader.element(flags);
        reader.element(suspensions);
        if (!isEnabled && (!flags.isEmpty() || suspensions.isAny())) {
            throw reader.invalid("enabled", "is 0, but there is something that is intercepted");
        }
    }
}
