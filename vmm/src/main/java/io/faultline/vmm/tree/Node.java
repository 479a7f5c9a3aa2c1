/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.tree;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node of a device tree: properties and children, both in the order in which they were added. Not thread-safe.
 *
 * @since 0.1
 */
public final class Node {
    private final String name;
    private final Map<String, byte[]> properties = new LinkedHashMap<>();
    private final List<Node> children = new ArrayList<>();

    /**
     * Makes a node without properties.
     *
     * @param name name with unit address, empty for the root
     */
    public Node(String name) {
        this.name = name;
    }

    /**
     * Returns the name.
     *
     * @return name with unit address, empty for the root
     */
    public String name() {
        return name;
    }

    /**
     * Returns the properties.
     *
     * @return name to value, in order; unmodifiable, the values are not to be changed
     */
    public Map<String, byte[]> properties() {
        return Collections.unmodifiableMap(properties);
    }

    /**
     * Returns the children.
     *
     * @return in order; unmodifiable
     */
    public List<Node> children() {
        return Collections.unmodifiableList(children);
    }

    /**
     * Adds a child.
     *
     * @param childName its name with unit address
     * @return the child
     */
    public Node add(String childName) {
        Node child = new Node(childName);
        children.add(child);
        return child;
    }

    /**
     * Finds a child.
     *
     * @param childName its name with unit address
     * @return the child, or empty
     */
    public Optional<Node> child(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).findFirst();
    }

    /**
     * Sets a property to bytes.
     *
     * @param property its name
     * @param value the bytes; not copied
     * @return this node
     */
    public Node bytes(String property, byte[] value) {
        properties.put(property, value);
        return this;
    }

    /**
     * Sets a property without value.
     *
     * @param property its name
     * @return this node
     */
    public Node flag(String property) {
        return bytes(property, new byte[0]);
    }

    /**
     * Sets a property to 32-bit cells.
     *
     * @param property its name
     * @param cells the cells
     * @return this node
     */
    public Node cells(String property, int... cells) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * cells.length).order(ByteOrder.BIG_ENDIAN);
        for (int cell : cells) {
            buffer.putInt(cell);
        }
        return bytes(property, buffer.array());
    }

    /**
     * Sets a property to 64-bit numbers of two cells each.
     *
     * @param property its name
     * @param numbers the numbers
     * @return this node
     */
    public Node numbers(String property, long... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.BIG_ENDIAN);
        for (long number : numbers) {
            buffer.putLong(number);
        }
        return bytes(property, buffer.array());
    }

    /**
     * Sets a property to strings, each ended by a zero byte.
     *
     * @param property its name
     * @param texts the strings
     * @return this node
     */
    public Node texts(String property, String... texts) {
        return bytes(property, (String.join("\0", texts) + "\0").getBytes(StandardCharsets.UTF_8));
    }
}
