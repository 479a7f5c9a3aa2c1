/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.version;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version that the hypervisor says it is, in the hypercall xen_version and in the device tree.
 *
 * @param major 0 to 65535
 * @param minor 0 to 65535
 * @param extra what follows the minor number, such as {@code .1} or {@code -unstable}; at most 15 characters
 * @since 0.1
 */
public record HypervisorVersion(int major, int minor, String extra) {
    private static final String KEY = "xen.version";
    private static final String DEFAULT = "4.23-unstable";
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})\\.([0-9]{1,5})([.-][!-~]{0,14})?");
    private static final int MOST = 0xFFFF;
    private static final int EXTRA_CHARACTERS = 15;

    /**
     * Checks the numbers and the text.
     *
     * @throws IllegalArgumentException if they do not fit the hypercall
     */
    public HypervisorVersion {
        if (major < 0 || major > MOST || minor < 0 || minor > MOST) {
            throw new IllegalArgumentException("version " + major + "." + minor + " does not fit 16 bits each");
        }
        if (extra.length() > EXTRA_CHARACTERS
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(extra)) {
            throw new IllegalArgumentException("extra version '" + extra + "' is not 0 to 15 ASCII characters");
        }
    }

    /**
     * Lists the settings.
     *
     * @return the settings
     */
    public static List<Setting> settings() {
        return List.of(Setting.free(
                KEY,
                DEFAULT,
                "The version that the hypervisor says it is, such as 4.19.1: two numbers from 0 to 65535, and up to 15"
                        + " characters that begin with a full stop or a hyphen."));
    }

    /**
     * Reads the settings.
     *
     * @param configuration the configuration of the backend
     * @return the version
     * @throws HypervisorException with INVALID_SETTING if it is not a version
     */
    public static HypervisorVersion of(BackendConfiguration configuration) {
        String text = configuration.get(KEY);
        Matcher parts = FORM.matcher(text);
        if (parts.matches()) {
            int major = Integer.parseInt(parts.group(1));
            int minor = Integer.parseInt(parts.group(2));
            if (major <= MOST && minor <= MOST) {
                return new HypervisorVersion(major, minor, parts.group(3) == null ? "" : parts.group(3));
            }
        }
        throw new HypervisorException(
                ErrorId.INVALID_SETTING,
                "setting " + KEY + " cannot be '" + text + "'",
                "backend xen",
                "use a version such as 4.19.1");
    }

    /**
     * Returns the number as xen_version command 0 returns it.
     *
     * @return the major number in bits 31 to 16, the minor number below
     */
    public int number() {
        return major << 16 | minor;
    }

    /**
     * Returns the text for the property {@code compatible} of the device tree (XEN-019).
     *
     * @return {@code xen,xen-} and the two numbers
     */
    public String compatible() {
        return "xen,xen-" + major + "." + minor;
    }
}
