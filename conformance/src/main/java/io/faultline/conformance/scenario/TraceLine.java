/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Makes a recorded line readable: addresses, identifiers and register values in hexadecimal. */
final class TraceLine {
    private static final Pattern NUMBER = Pattern.compile("(\\w+)=(-?[0-9]+)");
    private static final long LARGEST_DECIMAL = 4096;

    private TraceLine() {}

    static String readable(String line) {
        return NUMBER.matcher(line).replaceAll(TraceLine::hexadecimal);
    }

    private static String hexadecimal(MatchResult assignment) {
        long value = Long.parseLong(assignment.group(2));
        if (value > -LARGEST_DECIMAL && value < LARGEST_DECIMAL) {
            return assignment.group();
        }
        // A function identifier is an int and would be sign-extended.
        boolean isInt = assignment.group(1).equals("function");
        return String.format(Locale.ROOT, "%s=0x%x", assignment.group(1), isInt ? value & 0xFFFF_FFFFL : value);
    }
}
