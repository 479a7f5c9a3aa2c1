/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a hypervisor adds to the description of the machine that a guest finds: a node of the device tree. In the root,
 * addresses and sizes have two cells each; interrupts have the three cells of the GIC.
 *
 * @param name name of the node, with its unit address if it has one; the node is a child of the root
 * @param properties name of each property to its value as it stands in the tree, cells in big-endian; copied
 * @since 0.1
 */
public record PlatformNode(String name, SortedMap<String, byte[]> properties) {
    /**
     * Copies the properties.
     *
     * @throws IllegalArgumentException if the name is empty or names a path
     */
    public PlatformNode {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a child of the root");
        }
        SortedMap<String, byte[]> copy = new TreeMap<>();
        properties.forEach((key, value) -> copy.put(key, value.clone()));
        properties = Collections.unmodifiableSortedMap(copy);
    }
}
