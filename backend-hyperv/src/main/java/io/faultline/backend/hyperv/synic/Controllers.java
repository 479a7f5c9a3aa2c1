/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.overlay.OverlayFrames.OfVcpu;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.overlay.OverlayPage;
import io.faultline.backend.hyperv.synic.SynicSettings.Control;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;

/**
 * The values of the registers of each controller. There is one for each vCPU; with more virtual trust levels there would be one
 * for each level of each vCPU, and everything here that takes the index of a vCPU would take that of a controller.
 *
 * @since 0.1
 */
@Singleton
public final class Controllers implements StateElement {
    private static final long ENABLE = 1;

    private final long[] control;
    private final long[] sints;
    private final OverlayPage[] messages;
    private final OverlayPage[] flags;
    private final SourceRules rules;
    private final long controlReset;

    @Inject
    Controllers(Host host, OverlayFrames frames, OverlayMap map, SourceRules rules, SynicSettings settings) {
        int count = host.vcpuCount();
        control = new long[count];
        sints = new long[count * Sint.COUNT];
        messages = new OverlayPage[count];
        flags = new OverlayPage[count];
        for (int i = 0; i < count; i++) {
            messages[i] = new OverlayPage("simp." + i, frames.of(i, OfVcpu.MESSAGES), map);
            flags[i] = new OverlayPage("siefp." + i, frames.of(i, OfVcpu.EVENT_FLAGS), map);
        }
        this.rules = rules;
        controlReset = settings.control() == Control.ON ? ENABLE : 0;
    }

    /**
     * Returns how many there are.
     *
     * @return number of vCPUs
     */
    public int count() {
        return control.length;
    }

    /**
     * Returns SCONTROL.
     *
     * @param vcpu index of the vCPU
     * @return value of the register
     */
    public long control(int vcpu) {
        return control[vcpu];
    }

    void control(int vcpu, long value) {
        control[vcpu] = value;
    }

    /**
     * Returns the register of a source.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source, 0 to 15
     * @return value of the register
     */
    public long sint(int vcpu, int source) {
        return sints[vcpu * Sint.COUNT + source];
    }

    void sint(int vcpu, int source, long value) {
        sints[vcpu * Sint.COUNT + source] = value;
    }

    /**
     * Returns the page of messages, SIMP.
     *
     * @param vcpu index of the vCPU
     * @return register and page
     */
    public OverlayPage messages(int vcpu) {
        return messages[vcpu];
    }

    /**
     * Returns the page of event flags, SIEFP.
     *
     * @param vcpu index of the vCPU
     * @return register and page
     */
    public OverlayPage flags(int vcpu) {
        return flags[vcpu];
    }

    /**
     * Tells whether the controller is on.
     *
     * @param vcpu index of the vCPU
     * @return bit 0 of SCONTROL
     */
    public boolean isOn(int vcpu) {
        return (control[vcpu] & ENABLE) != 0;
    }

    /**
     * Tells whether messages can be written.
     *
     * @param vcpu index of the vCPU
     * @return true if the controller and its page of messages are on
     */
    public boolean takesMessages(int vcpu) {
        return isOn(vcpu) && messages[vcpu].isEnabled();
    }

    /**
     * Tells whether flags can be set.
     *
     * @param vcpu index of the vCPU
     * @return true if the controller and its page of flags are on
     */
    public boolean takesFlags(int vcpu) {
        return isOn(vcpu) && flags[vcpu].isEnabled();
    }

    @Override
    public String stateName() {
        return "controllers";
    }

    @Override
    public void reset() {
        for (int i = 0; i < count(); i++) {
            reset(i);
        }
    }

    void reset(int vcpu) {
        control[vcpu] = controlReset;
        Arrays.fill(sints, vcpu * Sint.COUNT, (vcpu + 1) * Sint.COUNT, Sint.RESET);
        messages[vcpu].reset();
        flags[vcpu].reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("control", control);
        writer.words("sints", sints);
        for (int i = 0; i < count(); i++) {
            writer.element(messages[i]);
            writer.element(flags[i]);
        }
    }

    @Override
    public void restore(StateReader reader) {
        long[] savedControl = reader.words("control", control.length);
        long[] savedSints = reader.words("sints", sints.length);
        for (long sint : savedSints) {
            if (!rules.isValid(sint)) {
                throw reader.invalid("sints", "has a source for interrupt " + Sint.vector(sint));
            }
        }
        System.arraycopy(savedControl, 0, control, 0, control.length);
        System.arraycopy(savedSints, 0, sints, 0, sints.length);
        for (int i = 0; i < count(); i++) {
            reader.element(messages[i]);
            reader.element(flags[i]);
        }
    }
}
