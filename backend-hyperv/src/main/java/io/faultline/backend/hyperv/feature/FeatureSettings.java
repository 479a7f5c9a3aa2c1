/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.hyperv.hypercall.Privilege;
import java.util.List;

/**
 * What a partition may do, and what its hypervisor says of itself.
 *
 * @param privileges mask of privileges
 * @param hasCrashRegisters whether a guest can report that it has crashed
 * @param build build number of the hypervisor
 * @since 0.1
 */
public record FeatureSettings(long privileges, boolean hasCrashRegisters, int build) {
    private static final String PRIVILEGES = "hyperv.privileges";
    private static final String CRASH = "hyperv.crash-registers";
    private static final String BUILD = "hyperv.build";
    private static final String PRESENT = "present";
    private static final int LAST_BUILD = 0xFFFF_FFF;

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.free(
                        PRIVILEGES,
                        "0x000a00300000027f",
                        "Privileges of the partition, bits 63:0 of register 0x200. Bit 3 also needs synthetic timers."),
                Setting.choice(
                        CRASH, "Whether the guest has registers by which it reports a crash.", PRESENT, "absent"),
                Setting.free(BUILD, "27857", "Build number that register 0x100 shows, 0 to " + LAST_BUILD + "."));
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws HypervisorException with INVALID_SETTING
     */
    public static FeatureSettings of(BackendConfiguration configuration) {
        long privileges = configuration.number(PRIVILEGES, 0, Long.MAX_VALUE);
        long unknown = privileges & ~Privilege.all();
        if (unknown != 0) {
            throw new HypervisorException(
                    ErrorId.INVALID_SETTING,
                    "setting " + PRIVILEGES + " has bit " + Long.numberOfTrailingZeros(unknown)
                            + ", behind which there is nothing",
                    "backend hyperv",
                    "use bits of 0x" + Long.toHexString(Privilege.all()));
        }
        return new FeatureSettings(
                privileges, configuration.get(CRASH).equals(PRESENT), (int) configuration.number(BUILD, 0, LAST_BUILD));
    }
}
