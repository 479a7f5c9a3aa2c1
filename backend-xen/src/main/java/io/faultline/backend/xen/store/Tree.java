/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The nodes by their paths. The node above each node is there, too. */
final class Tree {
    /** Greater than every path below a node, if it is appended to the path of the node. */
    private static final String AFTER_ALL = "/\uFFFF";

    private final TreeMap<String, Node> nodes;

    Tree() {
        this(new TreeMap<>(StorePath.ORDER));
    }

    private Tree(TreeMap<String, Node> nodes) {
        this.nodes = nodes;
    }

    Tree copy() {
        return new Tree(new TreeMap<>(nodes));
    }

    @Nullable
    Node get(String path) {
        return nodes.get(path);
    }

    void put(String path, Node node) {
        nodes.put(path, node);
    }

    void remove(String path) {
        nodes.remove(path);
    }

    void clear() {
        nodes.clear();
    }

    Map<String, Node> all() {
        return nodes;
    }

    int size() {
        return nodes.size();
    }

    /** The path itself and everything below it, each before what is below it. */
    List<String> subtree(String path) {
        List<String> found = new ArrayList<>();
        for (String each : nodes.tailMap(path, true).keySet()) {
            if (StorePath.depthBelow(each, path) < 0) {
                break;
            }
            found.add(each);
        }
        return found;
    }

    /** The names of the nodes directly below, in order, each with a zero byte after it. */
    byte[] children(String path) {
        StringBuilder names = new StringBuilder();
        String prefix = StorePath.prefix(path);
        String child = nodes.higherKey(path);
        while (child != null && child.startsWith(prefix)) {
            names.append(child, prefix.length(), child.length()).append('\0');
            child = nodes.higherKey(child + AFTER_ALL);
        }
        return names.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    int ownedBy(int domain) {
        int count = 0;
        for (Node node : nodes.values()) {
            count += node.permissions().owner() == domain ? 1 : 0;
        }
        return count;
    }
}
