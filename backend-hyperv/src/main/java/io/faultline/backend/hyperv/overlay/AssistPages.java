/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.overlay;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.overlay.OverlayFrames.OfVcpu;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The assist page of each vCPU, HvRegisterVpAssistPage (hyperv.md 6.7).
 *
 * @since 0.1
 */
@Singleton
public final class AssistPages implements PartitionPart, RegisterGroup {
    /** Number of the register. */
    public static final int REGISTER = 0x9_0013;

    private final OverlayPage[] pages;

    @Inject
    AssistPages(Host host, OverlayFrames frames, OverlayMap map) {
        pages = new OverlayPage[host.vcpuCount()];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = new OverlayPage("assist." + i, frames.of(i, OfVcpu.ASSIST), map);
        }
    }

    /**
     * Returns the page of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return its assist page
     */
    public OverlayPage of(int vcpu) {
        return pages[vcpu];
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(RegisterRange.readWrite(REGISTER, REGISTER, Privilege.INTERRUPT_CONTROL.bit()));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        value.set(pages[vcpu].register());
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        return pages[vcpu].write(value.low());
    }

    @Override
    public String stateName() {
        return "assist";
    }

    @Override
    public void reset() {
        for (OverlayPage page : pages) {
            page.reset();
        }
    }

    @Override
    public void resetVcpu(int vcpu) {
        pages[vcpu].reset();
    }

    @Override
    public void save(StateWriter writer) {
        for (OverlayPage page : pages) {
            writer.element(page);
        }
    }

    @Override
    public void restore(StateReader reader) {
        for (OverlayPage page : pages) {
            reader.element(page);
        }
    }
}
