/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Saved form of the tree and of transactions. */
final class TreeCodec {
    private static final int MOST_NODES = 1 << 20;
    private static final String COUNT = "count";
    private static final String PATH = "path";

    private TreeCodec() {}

    /** Writes the nodes of a tree that are not the same in another. */
    static void save(StateWriter writer, Tree tree, @Nullable Tree other) {
        int index = 0;
        for (Map.Entry<String, Node> entry : tree.all().entrySet()) {
            Node node = entry.getValue();
            Node same = other == null ? null : other.get(entry.getKey());
            if (same == null || same.generation() != node.generation()) {
                StateWriter section = writer.section("node." + index);
                section.text(PATH, entry.getKey());
                section.bytes("value", node.value());
                section.text("permissions", node.permissions().text());
                section.word("generation", node.generation());
                index++;
            }
        }
        writer.word(COUNT, index);
    }

    /** Adds the nodes to a tree, and checks that nothing hangs in the air. */
    static void restore(StateReader reader, Tree tree, long lastGeneration) {
        int count = reader.integer(COUNT, 0, MOST_NODES);
        for (int i = 0; i < count; i++) {
            StateReader section = reader.section("node." + i);
            String path = path(section);
            byte[] value = section.bytes("value");
            if (value.length > Message.PAYLOAD_BYTES) {
                throw section.invalid("value", "has " + value.length + " bytes");
            }
            tree.put(path, new Node(value, permissions(section), section.word("generation", 1, lastGeneration)));
        }
    }

    /** Checks that the root is there, and that above each node there is one. */
    static void requireComplete(StateReader reader, Tree tree) {
        for (String path : tree.all().keySet()) {
            if (tree.get(StorePath.parent(path)) == null) {
                throw reader.invalid(COUNT, "leaves out the node above " + path);
            }
        }
        if (tree.get(StorePath.ROOT) == null) {
            throw reader.invalid(COUNT, "leaves out the root");
        }
    }

    static String path(StateReader reader) {
        String path = reader.text(PATH);
        if (!StorePath.isSpecial(path) && !StorePath.isValid(path)) {
            throw reader.invalid(PATH, "is '" + path + "', which is no path");
        }
        return path;
    }

    private static Permissions permissions(StateReader reader) {
        String text = reader.text("permissions");
        try {
            return Permissions.of(text.split("\0"));
        } catch (StoreRefusal refusal) {
            throw reader.invalid("permissions", "is '" + text.replace('\0', ' ') + "'");
        }
    }

    static void save(StateWriter writer, Transaction transaction, Tree live) {
        writer.word("number", transaction.number());
        save(writer, transaction.tree(), live);
        int absent = 0;
        for (String path : live.all().keySet()) {
            if (transaction.tree().get(path) == null) {
                writer.section("absent." + absent).text(PATH, path);
                absent++;
            }
        }
        writer.word("absent", absent);
        int seen = 0;
        for (Map.Entry<String, Long> entry : transaction.seen().entrySet()) {
            StateWriter section = writer.section("seen." + seen);
            section.text(PATH, entry.getKey());
            section.word("generation", entry.getValue());
            seen++;
        }
        writer.word("seen", seen);
        int changes = 0;
        for (Change change : transaction.changes()) {
            StateWriter section = writer.section("change." + changes);
            section.text(PATH, change.path());
            section.flag("exact", change.exact());
            changes++;
        }
        writer.word("changes", changes);
    }

    static Transaction restore(StateReader reader, LiveView live, Quota quota) {
        int number = reader.integer("number", 1, Integer.MAX_VALUE);
        Tree tree = live.tree().copy();
        int absent = reader.integer("absent", 0, MOST_NODES);
        for (int i = 0; i < absent; i++) {
            tree.remove(path(reader.section("absent." + i)));
        }
        restore(reader, tree, live.lastGeneration());
        requireComplete(reader, tree);
        Transaction transaction = new Transaction(number, live, quota, tree);
        int seen = reader.integer("seen", 0, quota.transactionNodes());
        for (int i = 0; i < seen; i++) {
            StateReader section = reader.section("seen." + i);
            transaction
                    .seen()
                    .put(path(section), section.word("generation", Transaction.ABSENT, live.lastGeneration()));
        }
        int changes = reader.integer("changes", 0, 2 * quota.transactionNodes());
        for (int i = 0; i < changes; i++) {
            StateReader section = reader.section("change." + i);
            transaction.changed(path(section), section.flag("exact"));
        }
        return transaction;
    }
}
