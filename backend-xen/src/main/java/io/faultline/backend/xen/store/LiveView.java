/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tree itself. Changes are collected until the request has been answered. */
final class LiveView implements View {
    private final Tree tree = new Tree();
    private final List<Change> changes = new ArrayList<>();
    private long lastGeneration;

    @Override
    public @Nullable Node look(String path) {
        return tree.get(path);
    }

    @Override
    public void put(String path, Node node) {
        tree.put(path, node);
    }

    @Override
    public void remove(String path) {
        tree.remove(path);
    }

    @Override
    public Tree tree() {
        return tree;
    }

    @Override
    public long nextGeneration() {
        lastGeneration++;
        return lastGeneration;
    }

    long lastGeneration() {
        return lastGeneration;
    }

    void lastGeneration(long generation) {
        lastGeneration = generation;
    }

    @Override
    public void changed(String path, boolean exact) {
        changes.add(new Change(path, exact));
    }

    List<Change> takeChanges() {
        List<Change> taken = List.copyOf(changes);
        changes.clear();
        return taken;
    }
}
