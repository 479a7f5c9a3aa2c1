/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

import io.faultline.api.capability.AsyncPageFaultLimits;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.capability.EventChannelLimits;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on the capabilities of a backend that switches a rule on: {@code sdei} (present), {@code !sdei} (absent)
 * or {@code vcpus>=2} (a number at least that large; of {@code apf} it is the number of slots).
 *
 * @param capability id of the capability
 * @param present whether it has to be present, or absent
 * @param atLeast smallest value of a capability that is a number; 0 if any will do
 * @since 0.1
 */
public record Gate(String capability, boolean present, int atLeast) {
    private static final Pattern FORM = Pattern.compile("(!?)([a-z0-9.-]+)(?:>=([0-9]{1,6}))?");

    /** Checks for null. */
    public Gate {
        Objects.requireNonNull(capability, "capability");
    }

    /**
     * Reads a gate.
     *
     * @param text one of the three forms
     * @return the gate, or empty if the text has none of the forms
     */
    public static Optional<Gate> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || !matcher.group(1).isEmpty() && matcher.group(3) != null) {
            return Optional.empty();
        }
        int atLeast = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        return Optional.of(new Gate(matcher.group(2), matcher.group(1).isEmpty(), atLeast));
    }

    /**
     * Tells whether a backend meets the condition.
     *
     * @param capabilities what the backend can do
     * @return true if it does
     */
    public boolean isOpen(CapabilitySet capabilities) {
        if (atLeast == 0) {
            return capabilities.has(capability) == present;
        }
        return capabilities.has(capability) && amount(capabilities.values().get(capability)) >= atLeast;
    }

    private static long amount(Object value) {
        if (value instanceof AsyncPageFaultLimits limits) {
            return limits.slots();
        }
        if (value instanceof EventChannelLimits limits) {
            return limits.highestPort();
        }
        return value instanceof Number number ? number.longValue() : -1;
    }

    @Override
    public String toString() {
        return (present ? "" : "!") + capability + (atLeast == 0 ? "" : ">=" + atLeast);
    }
}
