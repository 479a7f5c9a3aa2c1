/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.MachineLayout;
import io.faultline.hwmodel.gic.VirtualInterface;
import io.faultline.hwmodel.timer.GenericTimers;
import java.util.List;
import java.util.Locale;

/**
 * Choices about vCPUs.
 *
 * @param upcall when the event interrupt is asserted
 * @param misplacedInfo what registering a misplaced vcpu_info answers
 * @param registration how registering a vcpu_info is checked
 * @param eventInterrupt INTID of the event interrupt, 16 to 31
 * @param limit largest number of vCPUs of a domain, 1 to 512
 */
public record VcpuPolicy(
        UpcallStyle upcall,
        MisplacedInfo misplacedInfo,
        RegistrationChecks registration,
        int eventInterrupt,
        int limit) {
    private static final String UPCALL = "xen.upcall";
    private static final String MISPLACED_INFO = "xen.misplaced-vcpu-info";
    private static final String REGISTRATION = "xen.vcpu-info-checks";
    private static final String EVENT_PPI = "xen.event-ppi";
    private static final String LIMIT = "xen.vcpu-limit";
    private static final int FIRST = 16;
    private static final int LAST = 31;
    private static final int DEFAULT_PPI = 31;
    /** Of a domain on Arm (xen.md 2.4). */
    private static final int DEFAULT_LIMIT = 128;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the interrupt is not a PPI, or one of a timer or of the GIC itself, or the limit is
     *     more than the hardware has
     */
    public VcpuPolicy {
        if (eventInterrupt < FIRST || eventInterrupt > LAST || isTaken(eventInterrupt)) {
            throw new IllegalArgumentException("INTID " + eventInterrupt + " is not a PPI that is free");
        }
        if (limit < 1 || limit > MachineLayout.MAX_VCPUS) {
            throw new IllegalArgumentException(
                    "a limit of " + limit + " vCPUs is outside 1 to " + MachineLayout.MAX_VCPUS);
        }
    }

    private static boolean isTaken(int intid) {
        return intid == VirtualInterface.MAINTENANCE_PPI
                || intid == GenericTimers.VIRTUAL_PPI
                || intid == GenericTimers.PHYSICAL_PPI
                || intid == GenericTimers.EL2_VIRTUAL_PPI
                || intid == GenericTimers.EL2_PHYSICAL_PPI;
    }

    /**
     * Returns the settings that a backend with these choices declares.
     *
     * @return the settings
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.choice(
                        UPCALL,
                        "When the event interrupt is asserted: while upcall_pending is set; once each time the hypervisor sets"
                                + " it; or as it is found at traps. With edge, an event for a vCPU that is off is lost.",
                        UpcallStyle.LEVEL.text(),
                        UpcallStyle.EDGE.text(),
                        UpcallStyle.RESAMPLED.text()),
                Setting.choice(
                        MISPLACED_INFO,
                        "What registering a vcpu_info answers that crosses a page or is not aligned to 8 bytes.",
                        MisplacedInfo.ENXIO.text(),
                        MisplacedInfo.EINVAL.text()),
                Setting.choice(
                        REGISTRATION,
                        "How registering a vcpu_info is checked: as by the present Xen, or as by Xen 4.17, where a bad offset"
                                + " comes first, a second registration is EINVAL, and no vCPU registers another that is on.",
                        RegistrationChecks.PRESENT.text(),
                        RegistrationChecks.OLDER.text()),
                Setting.free(
                        EVENT_PPI,
                        Integer.toString(DEFAULT_PPI),
                        "INTID of the event interrupt, 16 to 31, not one of a timer."),
                Setting.free(
                        LIMIT,
                        Integer.toString(DEFAULT_LIMIT),
                        "Largest number of vCPUs of a domain, 1 to " + MachineLayout.MAX_VCPUS + "; Xen on Arm has "
                                + DEFAULT_LIMIT + "."));
    }

    /**
     * Reads the choices from the configuration of a backend whose descriptor declares {@link #settings()}.
     *
     * @param configuration the configuration
     * @return the choices
     * @throws HypervisorException with INVALID_SETTING if the interrupt or the limit cannot be used
     */
    public static VcpuPolicy of(BackendConfiguration configuration) {
        int intid = (int) configuration.number(EVENT_PPI, FIRST, LAST);
        if (isTaken(intid)) {
            throw new HypervisorException(
                    ErrorId.INVALID_SETTING,
                    "setting " + EVENT_PPI + " cannot be " + intid + ", which a timer or the GIC uses",
                    "backend xen",
                    "use a PPI that is free, such as " + DEFAULT_PPI);
        }
        return new VcpuPolicy(
                UpcallStyle.valueOf(constant(configuration.get(UPCALL))),
                MisplacedInfo.valueOf(constant(configuration.get(MISPLACED_INFO))),
                RegistrationChecks.valueOf(constant(configuration.get(REGISTRATION))),
                intid,
                (int) configuration.number(LIMIT, 1, MachineLayout.MAX_VCPUS));
    }

    private static String constant(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    /**
     * Returns the choices when nothing is said.
     *
     * @return the first choice everywhere, INTID 31, and 128 vCPUs
     */
    public static VcpuPolicy defaults() {
        return new VcpuPolicy(
                UpcallStyle.LEVEL, MisplacedInfo.ENXIO, RegistrationChecks.PRESENT, DEFAULT_PPI, DEFAULT_LIMIT);
    }
}
