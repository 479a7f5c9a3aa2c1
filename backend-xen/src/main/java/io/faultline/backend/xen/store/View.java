/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import org.jspecify.annotations.Nullable;

/** What a request works on: the tree itself, or the tree as a transaction sees it. */
interface View {
    /** Finds a node, and remembers that its presence or absence mattered. */
    @Nullable
    Node look(String path) throws StoreRefusal;

    /** Adds or replaces a node that was looked at. */
    void put(String path, Node node);

    /** Removes a node that was looked at. */
    void remove(String path);

    /** The nodes, for everything that does not depend on a single one. */
    Tree tree();

    /** A number that no node has had. */
    long nextGeneration();

    /**
     * Reports a change to those who watch.
     *
     * @param path the node
     * @param exact whether watches of nodes above are of no concern, because the removal of such a node is reported, too
     */
    void changed(String path, boolean exact);
}
