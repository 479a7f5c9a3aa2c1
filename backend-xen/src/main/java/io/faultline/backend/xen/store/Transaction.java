/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tree as it was when a transaction began, with the changes of the transaction. It can be taken over as long as nobody
 * else has changed a node that mattered to it.
 */
final class Transaction implements View {
    /** Stands for the generation of a node that is not there. */
    static final long ABSENT = -1;

    private final int number;
    private final LiveView live;
    private final Quota quota;
    private final Tree tree;
    private final TreeMap<String, Long> seen = new TreeMap<>(StorePath.ORDER);
    private final Set<Change> changes = new LinkedHashSet<>();

    Transaction(int number, LiveView live, Quota quota) {
        this(number, live, quota, live.tree().copy());
    }

    Transaction(int number, LiveView live, Quota quota, Tree tree) {
        this.number = number;
        this.live = live;
        this.quota = quota;
        this.tree = tree;
    }

    int number() {
        return number;
    }

    Map<String, Long> seen() {
        return seen;
    }

    Set<Change> changes() {
        return changes;
    }

    @Override
    public @Nullable Node look(String path) throws StoreRefusal {
        Node node = tree.get(path);
        if (!seen.containsKey(path)) {
            if (seen.size() >= quota.transactionNodes()) {
                throw new StoreRefusal(StoreError.ENOSPC);
            }
            seen.put(path, generation(node));
        }
        return node;
    }

    private static long generation(@Nullable Node node) {
        return node == null ? ABSENT : node.generation();
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
        return live.nextGeneration();
    }

    @Override
    public void changed(String path, boolean exact) {
        changes.add(new Change(path, exact));
    }

    /** Makes the changes real, all or none of them. */
    void commit(StoreClient client) throws StoreRefusal {
        int more = 0;
        for (Map.Entry<String, Long> entry : seen.entrySet()) {
            Node present = live.look(entry.getKey());
            if (generation(present) != entry.getValue()) {
                throw new StoreRefusal(StoreError.EAGAIN);
            }
            more += owned(tree.get(entry.getKey()), client) - owned(present, client);
        }
        if (more > 0 && live.tree().ownedBy(client.domain()) + more > quota.nodes()) {
            throw new StoreRefusal(StoreError.ENOSPC);
        }
        for (String path : seen.keySet()) {
            Node node = tree.get(path);
            if (node == null) {
                live.remove(path);
            } else {
                live.put(path, node);
            }
        }
        for (Change change : changes) {
            live.changed(change.path(), change.exact());
        }
    }

    private static int owned(@Nullable Node node, StoreClient client) {
        return node != null && node.permissions().owner() == client.domain() ? 1 : 0;
    }
}
