/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An event that exists without being a channel of the VMM: its source is nothing, so that only its calls can be tried.
 *
 * @param number event number, positive
 * @param type private or shared
 * @param priority normal or critical
 * @since 0.1
 */
public record PlatformEvent(int number, SdeiEventType type, SdeiPriority priority) {
    private static final Pattern FORM =
            Pattern.compile("(0[xX][0-9a-fA-F]+|[0-9]+)\\.(private|shared)\\.(normal|critical)");
    private static final int MOST = 64;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public PlatformEvent {
        if (number <= 0) {
            throw new IllegalArgumentException("event number " + number + " is not positive");
        }
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(priority, "priority");
    }

    static List<PlatformEvent> parse(String key, String text) {
        List<PlatformEvent> events = new ArrayList<>();
        for (String one : text.isEmpty() ? new String[0] : text.split("\\+", -1)) {
            Matcher matcher = FORM.matcher(one);
            long number = matcher.matches() ? Long.decode(matcher.group(1)) : 0;
            if (number < 1 || number > Integer.MAX_VALUE || events.size() == MOST) {
                throw new HypervisorException(
                        ErrorId.INVALID_SETTING,
                        "setting " + key + " cannot have '" + one + "'",
                        "backend kvm",
                        "write at most " + MOST + " events as 0x1000.shared.critical, joined by a plus sign");
            }
            events.add(new PlatformEvent(
                    (int) number,
                    SdeiEventType.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
                    SdeiPriority.valueOf(matcher.group(3).toUpperCase(Locale.ROOT))));
        }
        return List.copyOf(events);
    }
}
