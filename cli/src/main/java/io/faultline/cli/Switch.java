/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code on} and {@code off}. */
final class Switch implements ITypeConverter<Boolean> {
    @Override
    public Boolean convert(String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new TypeConversionException("'" + text + "' is neither on nor off");
        };
    }
}
