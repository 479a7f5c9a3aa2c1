/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code on} or {@code off}. Not a boolean, for which picocli has rules of its own.
 *
 * @param isOn which of the two
 */
record Switch(boolean isOn) {
    /** What was said, or a default if nothing was. */
    static boolean isOn(@Nullable Switch said, boolean otherwise) {
        return said == null ? otherwise : said.isOn();
    }

    /** Reads one. */
    static final class Converter implements ITypeConverter<Switch> {
        @Override
        public Switch convert(String text) {
            return switch (text) {
                case "on" -> new Switch(true);
                case "off" -> new Switch(false);
                default -> throw new TypeConversionException("'" + text + "' is neither on nor off");
            };
        }
    }
}
