/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.conformance.scenario.CutPlan;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one run of one check so that it can be made again, bit for bit:
 * {@code kvm/SDEI-057@1#0123456789abcdef}, with settings {@code kvm:key=value/SDEI-057@1#...}, and with cuts
 * {@code kvm/SDEI-057@1~all#...} or {@code ~7} for one cut before operation 7.
 *
 * @param backend id of the backend
 * @param settings settings that are not the defaults, as {@code key=value,key=value}; empty if there are none
 * @param rule id of the rule
 * @param seed the seed
 * @param cuts where the machine was saved and restored
 * @param traceHash hash of the trace
 * @since 0.1
 */
public record ReplayToken(String backend, String settings, String rule, long seed, CutPlan cuts, long traceHash) {
    private static final Pattern FORM = Pattern.compile(
            "([a-z][a-z0-9-]*)(?::([^/@#~]+))?/([A-Z]+-[0-9]{3})@(-?[0-9]{1,19})(?:~([0-9]{1,9}|all))?#([0-9a-f]{16})");

    /** Checks for null. */
    public ReplayToken {
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(cuts, "cuts");
    }

    /**
     * Reads a token.
     *
     * @param text the token
     * @return its parts
     * @throws HypervisorException with INVALID_ARGUMENT if the text is not exactly a token
     */
    public static ReplayToken parse(String text) {
        Matcher matcher = FORM.matcher(text);
        try {
            if (matcher.matches()) {
                return new ReplayToken(
                        matcher.group(1),
                        Objects.requireNonNullElse(matcher.group(2), ""),
                        matcher.group(3),
                        Long.parseLong(matcher.group(4)),
                        cuts(Objects.requireNonNullElse(matcher.group(5), "0")),
                        Long.parseUnsignedLong(matcher.group(6), 16));
            }
        } catch (NumberFormatException tooLarge) {
            // a seed that is no 64-bit number; reported below
        }
        throw new HypervisorException(
                ErrorId.INVALID_ARGUMENT,
                "'" + text + "' is not a replay token",
                "",
                "a token looks like kvm/SDEI-057@1#0123456789abcdef; copy it from a report and quote it");
    }

    /**
     * Writes the token.
     *
     * @return a text that {@link #parse} reads
     */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s%s/%s@%d%s#%016x",
                backend,
                settings.isEmpty() ? "" : ":" + settings,
                rule,
                seed,
                cutText(),
                traceHash);
    }

    private String cutText() {
        if (cuts.equals(CutPlan.NONE)) {
            return "";
        }
        return cuts.onlyOnce() ? "~" + cuts.first() : "~all";
    }

    private static CutPlan cuts(String text) {
        return text.equals("all") ? CutPlan.EVERYWHERE : new CutPlan(Long.parseLong(text), true);
    }
}
