/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The choices of one known dispatcher, as far as sdei.md tells them. A setting that is given overrules its profile.
 *
 * @since 0.1
 */
public enum SdeiProfile {
    /** What the reference suggests where sources disagree. */
    DEFAULT(Map.of()),
    /** Trusted Firmware-A, with the three and three slots of its FVP port. */
    TFA(Map.ofEntries(
            Map.entry("sdei.reset", "partial"),
            Map.entry("sdei.address-check", "none"),
            Map.entry("sdei.resume-address", "denied"),
            Map.entry("sdei.resume-pstate", "clear"),
            Map.entry("sdei.masked-trigger", "lost"),
            Map.entry("sdei.no-slots", "out-of-resource"),
            Map.entry("sdei.held-interrupts", "held"))),
    /** The KVM series in its seventh and last version, without its defects (sdei.md 5.7). */
    KVM_V7(Map.ofEntries(
            Map.entry("sdei.conduit", "hvc"),
            Map.entry("sdei.version", "1.1"),
            Map.entry("sdei.vendor", "kvm"),
            Map.entry("sdei.signaled-value", "always-1"),
            Map.entry("sdei.signal-not-ready", "pend"),
            Map.entry("sdei.signal-target", "caller"),
            Map.entry("sdei.mask-result", "zero"),
            Map.entry("sdei.result-registers", "zeroed"),
            Map.entry("sdei.complete-outside", "unanswered"),
            Map.entry("sdei.reset", "forced"),
            Map.entry("sdei.zero-entry", "accept"),
            Map.entry("sdei.address-check", "none"),
            Map.entry("sdei.context-check-order", "handler-first"),
            Map.entry("sdei.private-affinity", "ignore"),
            Map.entry("sdei.entry-registers", "zeroed"),
            Map.entry("sdei.entry-pstate", "inherit"),
            Map.entry("sdei.resume-pstate", "inherit"),
            Map.entry("sdei.private-slots", "0"),
            Map.entry("sdei.shared-slots", "0")));

    private static final String KEY = "profile";

    private final Map<String, String> values;

    SdeiProfile(Map<String, String> values) {
        this.values = new TreeMap<>(values);
    }

    private String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the setting that chooses a profile.
     *
     * @return the setting
     */
    public static Setting setting() {
        String[] names = Arrays.stream(values()).map(SdeiProfile::text).toArray(String[]::new);
        return Setting.choice(
                KEY, "Known SDEI dispatcher whose choices are taken for every setting that is not given.", names);
    }

    /**
     * Fills in what a profile says.
     *
     * @param configuration a configuration of a backend whose descriptor declares {@link #setting()}
     * @return the configuration with the values of its profile for every setting that was not given
     */
    public static BackendConfiguration applyTo(BackendConfiguration configuration) {
        String name = configuration.get(KEY);
        SdeiProfile chosen = Arrays.stream(values())
                .filter(profile -> profile.text().equals(name))
                .findFirst()
                .orElseThrow();
        return configuration.orElse(chosen.values);
    }
}
