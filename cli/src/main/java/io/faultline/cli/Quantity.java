/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.memory.MemoryRegion;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.MemoryErrorInjection;
import io.faultline.vmm.MemoryErrorInjection.Notice;
import io.faultline.vmm.paging.AbsentRange;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers as people write them: decimal, hexadecimal with {@code 0x}, sizes with K, M or G. */
final class Quantity {
    private static final Pattern SIZE = Pattern.compile("(0[xX][0-9a-fA-F]+|[0-9]+)([KMGkmg]?)");

    private Quantity() {}

    /** Reads a number of bytes. */
    static long size(String text) {
        return number(text, 1024, "a size such as 4096, 0x1000, 512K, 128M or 2G");
    }

    /** Reads a number of things, of which K, M and G are powers of a thousand. */
    static long count(String text) {
        return number(text, 1000, "a number such as 5000, 200K, 40M or 1G");
    }

    private static long number(String text, long unit, String wanted) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not " + wanted);
        }
        long factor = switch (matcher.group(2)) {
            case "K", "k" -> unit;
            case "M", "m" -> unit * unit;
            case "G", "g" -> unit * unit * unit;
            default -> 1;
        };
        try {
            return Math.multiplyExact(Long.decode(decimalOrHexadecimal(matcher.group(1))), factor);
        } catch (NumberFormatException | ArithmeticException tooLarge) {
            throw new TypeConversionException("'" + text + "' is too large");
        }
    }

    /** Long.decode takes a leading zero for octal, which nobody means here. */
    private static String decimalOrHexadecimal(String digits) {
        return digits.startsWith("0x") || digits.startsWith("0X") ? digits : digits.replaceFirst("^0+(?=.)", "");
    }

    /** The amount of memory of a machine. */
    static final class Memory implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            long bytes = size(text);
            region(GuestConfiguration.RAM_BASE, bytes);
            return bytes;
        }
    }

    /** A guest-physical address. */
    static final class Address implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return size(text);
        }
    }

    /** Pages that are absent, as {@code BASE:SIZE[:LATENCY_NS]}. */
    static final class Absent implements ITypeConverter<AbsentRange> {
        @Override
        public AbsentRange convert(String text) {
            String[] parts = text.split(":", -1);
            if (parts.length < 2 || parts.length > 3) {
                throw new TypeConversionException("'" + text + "' is not of the form BASE:SIZE[:LATENCY_NS]");
            }
            long latency = parts.length == 3 ? size(parts[2]) : AbsentRange.DEFAULT_LATENCY_NANOS;
            return new AbsentRange(region(size(parts[0]), size(parts[1])), latency);
        }
    }

    /** A memory error, as {@code ADDR|any[@INSTRUCTIONS][:sdei|abort]}. */
    static final class MemoryError implements ITypeConverter<MemoryErrorInjection> {
        private static final Pattern FORM = Pattern.compile("([^@:]+)(?:@([^@:]+))?(?::(sdei|abort))?");

        @Override
        public MemoryErrorInjection convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not of the form ADDR|any[@INSTRUCTIONS][:sdei|abort]");
            }
            String place = matcher.group(1);
            String time = matcher.group(2);
            return new MemoryErrorInjection(
                    place.equals("any") ? OptionalLong.empty() : OptionalLong.of(size(place)),
                    time == null ? OptionalLong.empty() : OptionalLong.of(count(time)),
                    "abort".equals(matcher.group(3)) ? Notice.ABORT : Notice.SDEI);
        }
    }

    private static MemoryRegion region(long base, long bytes) {
        try {
            return MemoryRegion.ram(base, bytes);
        } catch (IllegalArgumentException malformed) {
            throw new TypeConversionException(malformed.getMessage());
        }
    }
}
