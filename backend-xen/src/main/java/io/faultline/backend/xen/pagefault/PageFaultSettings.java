/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.EnumSetting;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.AfterRestore;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.DisableEffect;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import io.faultline.backend.core.pagefault.Policy.Slots;
import io.faultline.backend.core.pagefault.Policy.Timing;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.List;
import java.util.Objects;

/**
 * The choices of asynchronous page faults.
 *
 * @param policy what the engine does
 * @since 0.1
 */
public record PageFaultSettings(Policy policy) {
    private static final String PREFIX = "xen.apf-";
    /** The largest ring has room for so many and a wake-all. */
    private static final int MOST_SLOTS = SharedArea.MOST_ENTRIES - RingReadyRoute.SPARE;

    private static final int MOST_FAILURES = 1_000_000;

    /** Checks for null. */
    public PageFaultSettings {
        Objects.requireNonNull(policy, "policy");
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.free(
                        PREFIX + "slots",
                        "64",
                        "Largest number of announced page faults outstanding on one vCPU, 1 to " + MOST_SLOTS + "."),
                Setting.choice(
                        PREFIX + "undeliverable",
                        "How a vCPU waits after a fault of EL0 of which the guest is not told: it stops as a vCPU does that"
                                + " vm_event pauses, or it still takes interrupts.",
                        "stop",
                        "park"),
                Setting.choice(
                        PREFIX + "supervisor",
                        "How a vCPU waits after a fault of EL1 of which the guest is not told: it stops, or it does as after"
                                + " a fault of EL0.",
                        "stop",
                        "park"),
                Setting.choice(
                        PREFIX + "restore",
                        "What becomes of announced faults in a restored machine: they go on with their tokens, one wake-all"
                                + " ends them, or each gets its ready at once.",
                        "carry",
                        "wake-all",
                        "drain"),
                Setting.free(
                        PREFIX + "failures",
                        "3",
                        "After how many failures in a row a page is brought in synchronously, 1 to 1000000."));
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static PageFaultSettings of(BackendConfiguration configuration) {
        return new PageFaultSettings(Policy.builder()
                .timing(Timing.ENTERED)
                .slots(Slots.SEPARATE)
                .acknowledgement(Acknowledgement.NONE)
                .decline(Decline.BY_REPLY)
                .disableEffect(DisableEffect.WAKE_ALL)
                .earlyArrival(EarlyArrival.KEEP)
                .limit((int) configuration.number(PREFIX + "slots", 1, MOST_SLOTS))
                .undeliverable(EnumSetting.read(configuration, PREFIX + "undeliverable", WaitMode.class))
                .supervisorFaults(EnumSetting.read(configuration, PREFIX + "supervisor", WaitMode.class))
                .afterRestore(EnumSetting.read(configuration, PREFIX + "restore", AfterRestore.class))
                .failureLimit((int) configuration.number(PREFIX + "failures", 1, MOST_FAILURES))
                .build());
    }
}
