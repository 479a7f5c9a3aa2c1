/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

/**
 * Text that a backend may have put together, made safe: control characters and lone surrogates, which XML 1.0 cannot
 * hold and a terminal should not be sent, become U+FFFD.
 */
final class PrintableText {
    private static final int REPLACEMENT = 0xFFFD;

    private PrintableText() {}

    static String of(String content) {
        StringBuilder clean = new StringBuilder(content.length());
        content.codePoints().map(c -> isAllowed(c) ? c : REPLACEMENT).forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean isAllowed(int c) {
        return c == '\t' || c == '\n' || c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c != 0xFFFE && c != 0xFFFF;
    }
}
