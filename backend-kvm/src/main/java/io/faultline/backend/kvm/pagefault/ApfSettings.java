/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.EnumSetting;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.AfterRestore;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import io.faultline.backend.core.pagefault.Policy.HiddenCompletion;
import io.faultline.backend.core.pagefault.Policy.RepeatedFaults;
import io.faultline.backend.core.pagefault.Policy.Slots;
import io.faultline.backend.core.pagefault.Policy.Timing;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.List;
import java.util.Objects;

/**
 * The choices of the interface: its route, its number, and the policy of the engine under it.
 *
 * @param route how the guest is told
 * @param number number of the function within the vendor-specific hypervisor service, 1 to 127
 * @param firstToken first sequence number of tokens, 0 or 1
 * @param policy what the engine does
 * @since 0.1
 */
public record ApfSettings(ApfRoute route, int number, int firstToken, Policy policy) {
    private static final String PREFIX = "apf.";
    private static final int VENDOR_HYP = 6;
    private static final String BY_ROUTE = "by-route";
    private static final int LAST_NUMBER = 127;
    private static final int MOST_SLOTS = 4096;
    private static final int MOST_FAILURES = 1_000_000;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is outside 1 to 127: FEATURES has a bit for each of these, and 0 is FEATURES
     */
    public ApfSettings {
        Objects.requireNonNull(route, "route");
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
                Setting.choice(
                        PREFIX + "route",
                        "What carries not-present: an SDEI event as in the series of 2021, or the PPI that also carries ready"
                                + " as in the variant of 2026.",
                        "sdei",
                        "ppi"),
                Setting.choice(
                        PREFIX + "inject",
                        "When not-present by PPI is taken: when the vCPU can take it, or in the exit of the access, which is"
                                + " not announced if that cannot be done. By SDEI event it is always taken at once.",
                        "pending",
                        "taken"),
                Setting.free(
                        PREFIX + "function",
                        BY_ROUTE,
                        "Number of the SMCCC function within the vendor-specific hypervisor service, 1 to 127; by-route is"
                                + " 2 for an SDEI event and 66 for a PPI."),
                Setting.free(
                        PREFIX + "slots",
                        "64",
                        "Largest number of announced faults outstanding on one vCPU, 1 to 4096."),
                Setting.choice(
                        PREFIX + "reply",
                        "Whether COMPLETE of a not-present event, or the call REPLY, asks for synchronous handling, or"
                                + " answers have no effect as in the series of 2021 and there is no REPLY.",
                        "honoured",
                        "ignored"),
                Setting.choice(
                        PREFIX + "early-page",
                        "What happens if the page comes before not-present is taken: not-present is withdrawn, or it is"
                                + " taken and ready follows. By PPI it can only be kept; by-route withdraws an SDEI event.",
                        BY_ROUTE,
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
                        PREFIX + "repeated",
                        "What an access does whose fault was announced before and whose page is still on its way: it parks,"
                                + " or is tried again and again as in the series of 2021.",
                        "park",
                        "spin"),
                Setting.choice(
                        PREFIX + "first-token",
                        "Whether the sequence numbers in tokens begin with 1, or with 0 as in the series of 2021, whose first"
                                + " token on vCPU 0 is therefore 0.",
                        "one",
                        "zero"),
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
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING, also for choices that do not go together
     */
    public static ApfSettings of(BackendConfiguration configuration) {
        ApfRoute route = EnumSetting.read(configuration, PREFIX + "route", ApfRoute.class);
        Policy policy = Policy.builder()
                .timing(timing(configuration, route))
                .slots(Slots.SHARED)
                .acknowledgement(Acknowledgement.WORD_AND_CALL)
                .limit((int) configuration.number(PREFIX + "slots", 1, MOST_SLOTS))
                .decline(configuration.get(PREFIX + "reply").equals("honoured") ? Decline.BY_REPLY : Decline.NONE)
                .earlyArrival(earlyArrival(configuration, route))
                .undeliverable(EnumSetting.read(configuration, PREFIX + "undeliverable", WaitMode.class))
                .supervisorFaults(EnumSetting.read(configuration, PREFIX + "supervisor", WaitMode.class))
                .repeatedFaults(EnumSetting.read(configuration, PREFIX + "repeated", RepeatedFaults.class))
                .afterRestore(EnumSetting.read(configuration, PREFIX + "restore", AfterRestore.class))
                .hiddenCompletion(EnumSetting.read(configuration, PREFIX + "hidden", HiddenCompletion.class))
                .failureLimit((int) configuration.number(PREFIX + "failures", 1, MOST_FAILURES))
                .build();
        int firstToken = configuration.get(PREFIX + "first-token").equals("zero") ? 0 : 1;
        return new ApfSettings(route, number(configuration, route), firstToken, policy);
    }

    private static int number(BackendConfiguration configuration, ApfRoute route) {
        return configuration.get(PREFIX + "function").equals(BY_ROUTE)
                ? route.number()
                : (int) configuration.number(PREFIX + "function", 1, LAST_NUMBER);
    }

    private static Timing timing(BackendConfiguration configuration, ApfRoute route) {
        boolean taken = configuration.get(PREFIX + "inject").equals("taken");
        if (route == ApfRoute.PPI) {
            return taken ? Timing.ENTERED : Timing.PENDING;
        }
        if (taken) {
            throw mismatch(
                    configuration,
                    "inject",
                    "leave it out, or set apf.route=ppi: an SDEI event is always taken at once");
        }
        return Timing.SYNCHRONOUS;
    }

    private static EarlyArrival earlyArrival(BackendConfiguration configuration, ApfRoute route) {
        boolean byRoute = configuration.get(PREFIX + "early-page").equals(BY_ROUTE);
        if (route == ApfRoute.SDEI) {
            return byRoute
                    ? EarlyArrival.WITHDRAW
                    : EnumSetting.read(configuration, PREFIX + "early-page", EarlyArrival.class);
        }
        if (!byRoute
                && EnumSetting.read(configuration, PREFIX + "early-page", EarlyArrival.class)
                        == EarlyArrival.WITHDRAW) {
            throw mismatch(
                    configuration,
                    "early-page",
                    "set apf.early-page=keep: whether a guest has read a PPI's area is not known");
        }
        return EarlyArrival.KEEP;
    }

    private static HypervisorException mismatch(BackendConfiguration configuration, String key, String remedy) {
        return new HypervisorException(
                ErrorId.INVALID_SETTING,
                "setting " + PREFIX + key + " cannot be '" + configuration.get(PREFIX + key) + "' with apf.route="
                        + configuration.get(PREFIX + "route"),
                "backend kvm",
                remedy);
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
     * Tells whether not-present is taken before the vCPU executes another instruction.
     *
     * @return true unless it may stay pending
     */
    public boolean isImmediate() {
        return policy.timing() != Timing.PENDING;
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
