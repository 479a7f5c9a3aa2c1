/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.AfterRestore;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import io.faultline.backend.core.pagefault.Policy.HiddenCompletion;
import io.faultline.backend.core.pagefault.Policy.Slots;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The choices of the interface: which number it has, and the policy of the engine under it.
 *
 * @param number number of the function within the vendor-specific hypervisor service, 1 to 127
 * @param policy what the engine does
 * @since 0.1
 */
public record ApfSettings(int number, Policy policy) {
    /** Name of the mechanism. */
    public static final String MECHANISM = "kvm-sdei";

    private static final String PREFIX = "apf.";
    private static final int VENDOR_HYP = 6;
    private static final int LAST_NUMBER = 127;
    private static final int MOST_SLOTS = 4096;
    private static final int MOST_FAILURES = 1_000_000;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is outside 1 to 127: FEATURES has a bit for each of these, and 0 is FEATURES
     */
    public ApfSettings {
        Objects.requireNonNull(policy, "policy");
        if (number < 1 || number > LAST_NUMBER) {
            throw new IllegalArgumentException("function number " + number + " is outside 1 to " + LAST_NUMBER);
        }
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.free(
                        PREFIX + "function",
                        "2",
                        "Number of the SMCCC function within the vendor-specific hypervisor service, 1 to 127."),
                Setting.free(
                        PREFIX + "slots",
                        "64",
                        "Largest number of announced faults outstanding on one vCPU, 1 to 4096."),
                Setting.choice(
                        PREFIX + "reply",
                        "Whether COMPLETE of a not-present event asks for synchronous handling, or answers have no effect"
                                + " as in the series of 2021.",
                        "honoured",
                        "ignored"),
                Setting.choice(
                        PREFIX + "early-page",
                        "What happens if the page comes before not-present is taken: not-present is withdrawn, or it is"
                                + " taken and ready follows.",
                        "withdraw",
                        "keep"),
                Setting.choice(
                        PREFIX + "undeliverable",
                        "How a vCPU waits after a fault of EL0 that is not announced: it still takes interrupts and events,"
                                + " or it stops.",
                        "park",
                        "stop"),
                Setting.choice(
                        PREFIX + "supervisor",
                        "How a vCPU waits after a fault of EL1: it stops, or it does as after a fault of EL0.",
                        "stop",
                        "park"),
                Setting.choice(
                        PREFIX + "restore",
                        "What becomes of announced faults in a restored machine: they go on with their tokens, one wake-all"
                                + " ends them, or each gets its ready at once.",
                        "carry",
                        "wake-all",
                        "drain"),
                Setting.choice(
                        PREFIX + "hidden",
                        "Whether the end of a fault that was not announced is shown with a token that the guest has never"
                                + " seen, as in the series of 2021.",
                        "silent",
                        "shown"),
                Setting.free(
                        PREFIX + "failures",
                        "3",
                        "After how many failures in a row a page is brought in synchronously, 1 to 1000000."));
    }

    /**
     * Reads the choices from the configuration of a backend whose descriptor declares {@link #settings()}.
     *
     * @param configuration the configuration
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING
     */
    public static ApfSettings of(BackendConfiguration configuration) {
        Policy policy = Policy.builder()
                .slots(Slots.SHARED)
                .acknowledgement(Acknowledgement.WORD_AND_CALL)
                .limit((int) configuration.number(PREFIX + "slots", 1, MOST_SLOTS))
                .decline(configuration.get(PREFIX + "reply").equals("honoured") ? Decline.BY_REPLY : Decline.NONE)
                .earlyArrival(choice(configuration, "early-page", EarlyArrival.class))
                .undeliverable(choice(configuration, "undeliverable", WaitMode.class))
                .supervisorFaults(choice(configuration, "supervisor", WaitMode.class))
                .afterRestore(choice(configuration, "restore", AfterRestore.class))
                .hiddenCompletion(choice(configuration, "hidden", HiddenCompletion.class))
                .failureLimit((int) configuration.number(PREFIX + "failures", 1, MOST_FAILURES))
                .build();
        return new ApfSettings((int) configuration.number(PREFIX + "function", 1, LAST_NUMBER), policy);
    }

    private static <E extends Enum<E>> E choice(BackendConfiguration configuration, String key, Class<E> type) {
        String name = configuration.get(PREFIX + key).replace('-', '_').toUpperCase(Locale.ROOT);
        return Enum.valueOf(type, name);
    }

    /**
     * Returns the identifier of the function.
     *
     * @return the SMCCC function identifier, 0x86000002 by default
     */
    public int function() {
        return Smccc.fast32(VENDOR_HYP, number);
    }

    /**
     * Tells whether the guest may refuse asynchronous handling of one fault.
     *
     * @return true if answers to not-present are honoured
     */
    public boolean isReplyHonoured() {
        return policy.decline() == Decline.BY_REPLY;
    }
}
