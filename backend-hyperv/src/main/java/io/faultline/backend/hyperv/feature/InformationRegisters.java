/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterRange.Early;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Registers that describe the hypervisor and never change (hyperv.md 2.5, 2.6).
 *
 * @since 0.1
 */
public final class InformationRegisters implements RegisterGroup {
    /** HvRegisterHypervisorVersion. */
    public static final int VERSION = 0x100;
    /** HvRegisterPrivilegesAndFeaturesInfo. */
    public static final int PRIVILEGES = 0x200;
    /** HvRegisterFeaturesInfo: hints, none of which is given. */
    public static final int HINTS = 0x201;
    /** HvRegisterImplementationLimitsInfo. */
    public static final int LIMITS = 0x202;
    /** HvRegisterHardwareFeaturesInfo, and what is zero like it. */
    public static final int HARDWARE = 0x203;
    /** HvRegisterIsolationConfiguration: the last of those that are zero. */
    public static final int ISOLATION = 0x209;
    /** HvRegisterProcessorClockFrequency: the system counter, as there is no other clock. */
    public static final int PROCESSOR_FREQUENCY = 0x240;
    /** HvRegisterInterruptClockFrequency: that of the system counter. */
    public static final int INTERRUPT_FREQUENCY = 0x241;
    /** HvRegisterVpIndex. */
    public static final int VP_INDEX = 0x9_0003;

    private static final long MAJOR_VERSION = 10L << 16;

    private final Features features;
    private final Host host;

    @Inject
    InformationRegisters(Features features, Host host) {
        this.features = features;
        this.host = host;
    }

    private static RegisterRange always(int first, int last) {
        return new RegisterRange(first, last, RegisterRange.NO_PRIVILEGE, Early.READING, false);
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(
                always(VERSION, VERSION),
                always(PRIVILEGES, HARDWARE),
                RegisterRange.readOnly(HARDWARE + 1, ISOLATION, RegisterRange.NO_PRIVILEGE),
                RegisterRange.readOnly(PROCESSOR_FREQUENCY, INTERRUPT_FREQUENCY, Privilege.FREQUENCIES.bit()),
                RegisterRange.readOnly(VP_INDEX, VP_INDEX, Privilege.VP_INDEX.bit()));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        switch (name) {
            case VERSION ->
                value.set(MAJOR_VERSION << Integer.SIZE | features.settings().build());
            case PRIVILEGES -> value.set(features.privileges(), features.features());
            case LIMITS -> value.set((long) host.vcpuCount() << Integer.SIZE | host.vcpuCount());
            case PROCESSOR_FREQUENCY, INTERRUPT_FREQUENCY -> value.set(VirtualClock.COUNTER_FREQUENCY);
            case VP_INDEX -> value.set(vcpu);
            default -> value.set(0);
        }
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        return Status.INVALID_PARAMETER;
    }
}
