/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.List;

/**
 * Choices about shared pages.
 *
 * @param remap what mapping a shared page does that is mapped already
 * @param grantFrames largest number of frames of the grant table, 1 to {@value #MOST_GRANT_FRAMES}
 * @param epoch wall clock when the counter was zero, seconds since 1970
 * @since 0.1
 */
public record MemorySettings(Remap remap, int grantFrames, long epoch) {
    /** Largest number of frames that can be asked for: the number that a toolstack asks for. */
    public static final int MOST_GRANT_FRAMES = 64;

    private static final String REMAP = "xen.remap";
    private static final String GRANT_FRAMES = "xen.grant-frames";
    private static final String EPOCH = "xen.epoch";
    private static final String BUSY = "busy";
    private static final long MOST_SECONDS = 1L << 40;

    /** Xen changed its mind with 4.17 (xen.md 3.3, XEN-027). */
    public enum Remap {
        /** EBUSY until it has been removed. */
        BUSY,
        /** It moves; where it was is a hole. */
        MOVES
    }

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public MemorySettings {
        if (grantFrames < 1 || grantFrames > MOST_GRANT_FRAMES) {
            throw new IllegalArgumentException(grantFrames + " grant frames are outside 1 to " + MOST_GRANT_FRAMES);
        }
        if (epoch < 0 || epoch > MOST_SECONDS) {
            throw new IllegalArgumentException("epoch " + epoch + " is outside 0 to " + MOST_SECONDS);
        }
    }

    /**
     * Lists the settings.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.choice(
                        REMAP,
                        "What happens if a shared page is mapped that is mapped already: an error as since 4.17, or it"
                                + " moves.",
                        BUSY,
                        "moves"),
                Setting.free(GRANT_FRAMES, "64", "Largest number of frames of the grant table, 1 to 64."),
                Setting.free(
                        EPOCH, "0", "Wall clock at the virtual time 0, in seconds since 1970, 0 to 1099511627776."));
    }

    /**
     * Reads the settings.
     *
     * @param configuration the configuration of the backend
     * @return what it says
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING if a number is out of range
     */
    public static MemorySettings of(BackendConfiguration configuration) {
        return new MemorySettings(
                configuration.get(REMAP).equals(BUSY) ? Remap.BUSY : Remap.MOVES,
                (int) configuration.number(GRANT_FRAMES, 1, MOST_GRANT_FRAMES),
                configuration.number(EPOCH, 0, MOST_SECONDS));
    }
}
