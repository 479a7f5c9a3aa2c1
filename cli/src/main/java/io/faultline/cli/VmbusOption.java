/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.vmm.vmbus.VmbusConfiguration;
import io.faultline.vmm.vmbus.VmbusConfiguration.Presence;
import io.faultline.vmm.vmbus.VmbusConfiguration.Refusal;
import io.faultline.vmm.vmbus.VmbusVersion;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A VMBus, as {@code none|empty|echo[:channels=N,type=GUID,versions=V[+V...],refuse=answer|status]}. */
final class VmbusOption implements ITypeConverter<VmbusConfiguration> {
    static final String FORM = "none|empty|echo[:key=value,...]";

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    @Override
    public VmbusConfiguration convert(String text) {
        String[] parts = text.split(":", 2);
        boolean echo = parts[0].equals("echo");
        if (text.equals("none")) {
            return VmbusConfiguration.NONE;
        }
        if (!echo && !parts[0].equals("empty")) {
            throw new TypeConversionException("'" + text + "' is not of the form " + FORM);
        }
        int channels = echo ? 1 : 0;
        Set<VmbusVersion> versions = EnumSet.allOf(VmbusVersion.class);
        UUID type = VmbusConfiguration.ECHO;
        Refusal refusal = Refusal.ANSWER;
        for (String setting : parts.length == 1 ? new String[0] : parts[1].split(",", -1)) {
            String[] pair = setting.split("=", 2);
            String value = pair.length == 2 ? pair[1] : "";
            if (pair[0].equals("channels") && echo) {
                channels = channels(value);
            } else if (pair[0].equals("type") && echo) {
                type = type(value);
            } else if (pair[0].equals("versions")) {
                versions = versions(value);
            } else if (pair[0].equals("refuse")) {
                refusal = refusal(value);
            } else {
                throw new TypeConversionException("'" + setting + "' is none of "
                        + (echo ? "channels=N, type=GUID, " : "") + "versions=V+V, refuse=answer, refuse=status");
            }
        }
        return new VmbusConfiguration(Presence.REQUIRED, channels, type, versions, refusal);
    }

    private static int channels(String value) {
        long channels = Quantity.count(value);
        if (channels < 1 || channels > VmbusConfiguration.MOST_CHANNELS) {
            throw new TypeConversionException(
                    "'" + value + "' channels are not 1 to " + VmbusConfiguration.MOST_CHANNELS);
        }
        return (int) channels;
    }

    private static UUID type(String value) {
        if (!GUID.matcher(value).matches()) {
            throw new TypeConversionException("'" + value + "' is not a GUID such as " + VmbusConfiguration.ECHO);
        }
        return UUID.fromString(value);
    }

    /** Without a version, a guest finds none that it could use. */
    private static Set<VmbusVersion> versions(String value) {
        Set<VmbusVersion> versions = EnumSet.noneOf(VmbusVersion.class);
        for (String name : value.isEmpty() ? new String[0] : value.split("\\+", -1)) {
            versions.add(VmbusVersion.named(name)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + name + "' is no version of " + EnumSet.allOf(VmbusVersion.class))));
        }
        return versions;
    }

    private static Refusal refusal(String value) {
        return switch (value) {
            case "answer" -> Refusal.ANSWER;
            case "status" -> Refusal.STATUS;
            default -> throw new TypeConversionException("'" + value + "' is neither answer nor status");
        };
    }
}
