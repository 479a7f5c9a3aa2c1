/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Values for the settings of one backend. Unknown keys are errors that suggest the nearest known key.
 *
 * @since 0.1
 */
public final class BackendConfiguration {
    private final String backend;
    private final SortedMap<String, String> values;
    private final SortedSet<String> given;

    private BackendConfiguration(String backend, SortedMap<String, String> values, Set<String> given) {
        this.backend = backend;
        this.values = values;
        this.given = new TreeSet<>(given);
    }

    /**
     * Returns the defaults of a backend.
     *
     * @param descriptor the backend
     * @return its configuration when nothing is said
     */
    public static BackendConfiguration defaults(BackendDescriptor descriptor) {
        return of(descriptor, Map.of());
    }

    /**
     * Checks given values against the settings of a backend and fills in the defaults.
     *
     * @param descriptor the backend
     * @param given key to value
     * @return the complete configuration
     * @throws HypervisorException with UNKNOWN_SETTING or INVALID_SETTING
     */
    public static BackendConfiguration of(BackendDescriptor descriptor, Map<String, String> given) {
        SortedMap<String, String> values = new TreeMap<>();
        for (Setting setting : descriptor.settings()) {
            values.put(setting.key(), setting.defaultValue());
        }
        for (Map.Entry<String, String> entry : new TreeMap<>(given).entrySet()) {
            Setting setting = find(descriptor, entry.getKey());
            if (!setting.allowed().isEmpty() && !setting.allowed().contains(entry.getValue())) {
                throw new HypervisorException(
                        ErrorId.INVALID_SETTING,
                        "setting " + setting.key() + " cannot be '" + entry.getValue() + "'",
                        "backend " + descriptor.id(),
                        "use one of " + String.join(", ", setting.allowed()));
            }
            values.put(entry.getKey(), entry.getValue());
        }
        return new BackendConfiguration(descriptor.id(), values, given.keySet());
    }

    /**
     * Reads the form that the command line uses: {@code key=value,key=value}.
     *
     * @param descriptor the backend
     * @param text the settings; empty for the defaults
     * @return the complete configuration
     * @throws HypervisorException with UNKNOWN_SETTING or INVALID_SETTING
     */
    public static BackendConfiguration parse(BackendDescriptor descriptor, String text) {
        Map<String, String> given = new TreeMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new HypervisorException(
                        ErrorId.INVALID_SETTING,
                        "'" + pair + "' is not of the form key=value",
                        "backend " + descriptor.id(),
                        "write settings as key=value,key=value");
            }
            String key = pair.substring(0, equals);
            if (given.put(key, pair.substring(equals + 1)) != null) {
                throw new HypervisorException(
                        ErrorId.INVALID_SETTING,
                        "setting " + key + " is given twice",
                        "backend " + descriptor.id(),
                        "give it once");
            }
        }
        return of(descriptor, given);
    }

    /**
     * Returns all values.
     *
     * @return key to value, sorted, unmodifiable
     */
    public SortedMap<String, String> values() {
        return Collections.unmodifiableSortedMap(values);
    }

    /**
     * Returns this configuration with other defaults. Backends have profiles by this: one setting that chooses the values
     * of others.
     *
     * @param defaults key to value, for keys that the descriptor declares; not checked against what is allowed
     * @return a configuration with these values for every setting that was not given
     * @throws HypervisorException with UNKNOWN_SETTING if the descriptor does not declare a key
     */
    public BackendConfiguration orElse(Map<String, String> defaults) {
        SortedMap<String, String> merged = new TreeMap<>(values);
        for (Map.Entry<String, String> entry : new TreeMap<>(defaults).entrySet()) {
            get(entry.getKey());
            if (!given.contains(entry.getKey())) {
                merged.put(entry.getKey(), entry.getValue());
            }
        }
        return new BackendConfiguration(backend, merged, given);
    }

    /**
     * Returns the value of a setting.
     *
     * @param key a key that the descriptor declares
     * @return the value
     * @throws HypervisorException with UNKNOWN_SETTING if the descriptor does not declare the key
     */
    public String get(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new HypervisorException(
                    ErrorId.UNKNOWN_SETTING, "setting " + key + " is not declared", "backend " + backend, "");
        }
        return value;
    }

    /**
     * Returns the value of a whole-number setting, decimal or hexadecimal with {@code 0x}.
     *
     * @param key a key that the descriptor declares
     * @param lowest smallest allowed value
     * @param highest largest allowed value
     * @return the value
     * @throws HypervisorException with INVALID_SETTING if it is not a number in the range
     */
    public long number(String key, long lowest, long highest) {
        String text = get(key);
        try {
            long value = Long.decode(text);
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // reported below, together with a number out of range
        }
        throw new HypervisorException(
                ErrorId.INVALID_SETTING,
                "setting " + key + " cannot be '" + text + "'",
                "backend " + backend,
                "use a whole number from " + lowest + " to " + highest);
    }

    private static Setting find(BackendDescriptor descriptor, String key) {
        List<Setting> settings = descriptor.settings();
        return settings.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> {
                    String remedy = settings.stream()
                            .map(Setting::key)
                            .min(Comparator.comparingInt(known -> NearestName.distance(known, key)))
                            .map(nearest -> "did you mean " + nearest + "?")
                            .orElse("it has no settings");
                    return new HypervisorException(
                            ErrorId.UNKNOWN_SETTING,
                            "unknown setting '" + key + "'",
                            "backend " + descriptor.id(),
                            remedy);
                });
    }
}
