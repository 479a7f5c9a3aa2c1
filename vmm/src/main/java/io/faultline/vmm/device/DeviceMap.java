/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which device is at which address. Immutable once the machine runs; not thread-safe.
 *
 * @since 0.1
 */
public final class DeviceMap {
    private final TreeMap<Long, Mapping> mappings = new TreeMap<>();

    /** Makes an empty map. */
    public DeviceMap() {}

    /**
     * A device and its place.
     *
     * @param frame the addresses that belong to the device
     * @param device the device
     */
    public record Mapping(MemoryRegion frame, MmioDevice device) {
        /** Checks for null. */
        public Mapping {
            Objects.requireNonNull(frame, "frame");
            Objects.requireNonNull(device, "device");
        }
    }

    /**
     * Places a device.
     *
     * @param frame addresses that no other device has
     * @param device the device
     * @return this map
     * @throws IllegalArgumentException if another device has one of the addresses
     */
    public DeviceMap add(MemoryRegion frame, MmioDevice device) {
        for (Mapping other : mappings.values()) {
            if (other.frame().overlaps(frame)) {
                throw new IllegalArgumentException(device.name() + " at " + frame + " overlaps "
                        + other.device().name() + " at " + other.frame());
            }
        }
        mappings.put(frame.base(), new Mapping(frame, device));
        return this;
    }

    /**
     * Finds the device at an address.
     *
     * @param address guest-physical address
     * @param bytes length of the access, at least 1
     * @return the device that has all of the addresses, or empty
     */
    public Optional<Mapping> find(long address, int bytes) {
        Map.Entry<Long, Mapping> below = mappings.floorEntry(address);
        return below != null && below.getValue().frame().contains(address, bytes)
                ? Optional.of(below.getValue())
                : Optional.empty();
    }

    /**
     * Writes the state of every device into a section with its own name.
     *
     * @param writer where to
     * @throws HypervisorException with ILLEGAL_STATE if a device cannot be saved; a guest must not lose one on its way
     */
    public void save(StateWriter writer) {
        mappings.values().forEach(mapping -> writer.element(saveable(mapping.device())));
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @param reader where from
     * @throws HypervisorException with INVALID_STATE if a device is missing or its state is impossible
     */
    public void restore(StateReader reader) {
        mappings.values().forEach(mapping -> reader.element(saveable(mapping.device())));
    }

    private static StateElement saveable(MmioDevice device) {
        if (device instanceof StateElement element) {
            return element;
        }
        throw new HypervisorException(
                ErrorId.ILLEGAL_STATE,
                "saving or restoring the device " + device.name() + ", which has no saved form",
                "devices of the VMM",
                "leave the device out of machines that move");
    }
}
