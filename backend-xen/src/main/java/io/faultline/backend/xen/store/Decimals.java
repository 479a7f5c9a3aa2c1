/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/** Numbers in messages: decimal digits and nothing else. */
final class Decimals {
    private static final int MOST_DIGITS = 9;

    private Decimals() {}

    /** Returns the number, or -1 if the text is no number below 10^9. */
    static int parse(String text) {
        if (text.isEmpty() || text.length() > MOST_DIGITS) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }
}
