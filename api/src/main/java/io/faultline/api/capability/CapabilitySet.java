/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An immutable set of capabilities with their values, and reasons for those that are absent.
 *
 * @since 0.1
 */
public final class CapabilitySet {
    private final SortedMap<String, Object> values;
    private final Map<String, String> absences;

    private CapabilitySet(Builder builder) {
        this.values = new TreeMap<>(builder.values);
        this.absences = new TreeMap<>(builder.absences);
    }

    /**
     * Starts a set.
     *
     * @return an empty builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the value of a capability.
     *
     * @param <V> type of the value
     * @param capability the key
     * @return the value, or empty if the capability is absent
     */
    public <V> Optional<V> get(Capability<V> capability) {
        return Optional.ofNullable(values.get(capability.id())).map(capability.valueType()::cast);
    }

    /**
     * Tells whether a capability is present.
     *
     * @param capability the key
     * @return true if it is
     */
    public boolean has(Capability<?> capability) {
        return has(capability.id());
    }

    /**
     * Tells whether the capability with an id is present.
     *
     * @param id id of a capability, known to Faultline or not
     * @return true if it is
     */
    public boolean has(String id) {
        return values.containsKey(id);
    }

    /**
     * Returns why a capability is absent.
     *
     * @param capability the key
     * @return the reason that the backend gave; empty if it gave none or the capability is present
     */
    public Optional<String> absence(Capability<?> capability) {
        return Optional.ofNullable(absences.get(capability.id()));
    }

    /**
     * Returns the ids of all capabilities that are present.
     *
     * @return sorted ids
     */
    public SortedSet<String> ids() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(values.keySet()));
    }

    /**
     * Returns all capabilities that are present, for reports that do not know them; whoever knows one asks
     * {@link #get(Capability)}.
     *
     * @return id to value, sorted by id, unmodifiable
     */
    public SortedMap<String, Object> values() {
        return Collections.unmodifiableSortedMap(values);
    }

    /**
     * Lists the capabilities with their values.
     *
     * @return for example {@code {psci=true, vcpus=512}}
     */
    @Override
    public String toString() {
        return values.toString();
    }

    /**
     * Collects capabilities. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final Map<String, Object> values = new TreeMap<>();
        private final Map<String, String> absences = new TreeMap<>();

        private Builder() {}

        /**
         * Declares a capability present.
         *
         * @param <V> type of the value
         * @param capability the key
         * @param value how much of it
         * @return this builder
         */
        public <V> Builder with(Capability<V> capability, V value) {
            values.put(capability.id(), Objects.requireNonNull(value, "value"));
            absences.remove(capability.id());
            return this;
        }

        /**
         * Declares a capability absent and says why.
         *
         * @param capability the key
         * @param reason one sentence
         * @return this builder
         */
        public Builder without(Capability<?> capability, String reason) {
            values.remove(capability.id());
            absences.put(capability.id(), Objects.requireNonNull(reason, "reason"));
            return this;
        }

        /**
         * Makes the set.
         *
         * @return the immutable set
         */
        public CapabilitySet build() {
            return new CapabilitySet(this);
        }
    }
}
