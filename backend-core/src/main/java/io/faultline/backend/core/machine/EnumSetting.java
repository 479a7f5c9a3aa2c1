/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.Arrays;
import java.util.Locale;

/**
 * Settings whose values are the constants of an enum, in lower case and with hyphens between words.
 *
 * @since 0.1
 */
public final class EnumSetting {
    private EnumSetting() {}

    /**
     * Makes a setting.
     *
     * @param key its key
     * @param meaning one sentence for people
     * @param values the constants, the default first
     * @return the setting
     */
    public static Setting of(String key, String meaning, Enum<?>... values) {
        String[] texts = Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toArray(String[]::new);
        return Setting.choice(key, meaning, texts);
    }

    /**
     * Reads a choice.
     *
     * @param configuration of a backend whose descriptor declares the setting
     * @param key its key
     * @param type the enum
     * @param <E> the enum
     * @return the constant
     */
    public static <E extends Enum<E>> E read(BackendConfiguration configuration, String key, Class<E> type) {
        return Enum.valueOf(type, configuration.get(key).replace('-', '_').toUpperCase(Locale.ROOT));
    }
}
