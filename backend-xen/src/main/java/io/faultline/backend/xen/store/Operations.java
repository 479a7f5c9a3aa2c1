/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be done with nodes, with the checks of permissions and quotas. Paths are absolute. */
final class Operations {
    private static final int PERMISSION_BYTES = 4;

    private final Quota quota;
    private final StoreClient guest;

    /** Makes the operations; the guest is the one who watches. */
    Operations(Quota quota, StoreClient guest) {
        this.quota = quota;
        this.guest = guest;
    }

    Node find(StoreClient client, View view, String path, int wanted) throws StoreRefusal {
        Node node = view.look(path);
        if (node != null && node.permissions().allow(client, wanted)) {
            return node;
        }
        throw refusal(client, view, path, wanted, node == null ? StoreError.ENOENT : StoreError.EACCES);
    }

    /** Who may not look into the nearest node above is not told what is missing there. */
    private static StoreRefusal refusal(StoreClient client, View view, String path, int wanted, StoreError error)
            throws StoreRefusal {
        String above = path;
        Node node = null;
        while (node == null && !above.equals(StorePath.ROOT)) {
            above = StorePath.parent(above);
            node = view.look(above);
        }
        boolean mayKnow = node != null && node.permissions().allow(client, wanted & ~Permissions.OWN);
        return new StoreRefusal(mayKnow ? error : StoreError.EACCES);
    }

    void write(StoreClient client, View view, String path, byte[] value) throws StoreRefusal {
        Node node = view.look(path);
        if (node == null) {
            create(client, view, path, value);
            return;
        }
        if (!node.permissions().allow(client, Permissions.WRITE)) {
            throw refusal(client, view, path, Permissions.WRITE, StoreError.EACCES);
        }
        requireSize(client, node.permissions(), value.length + view.tree().children(path).length);
        Node written = new Node(value, node.permissions(), view.nextGeneration());
        view.put(path, written);
        report(view, path, false, written, null);
    }

    void make(StoreClient client, View view, String path) throws StoreRefusal {
        Node node = view.look(path);
        if (node == null) {
            create(client, view, path, Node.EMPTY);
        } else if (!node.permissions().allow(client, Permissions.WRITE)) {
            throw refusal(client, view, path, Permissions.WRITE, StoreError.EACCES);
        }
    }

    /** Adds a node and all that are missing above it. Only the node itself is reported. */
    private void create(StoreClient client, View view, String path, byte[] value) throws StoreRefusal {
        Deque<String> missing = new ArrayDeque<>();
        String above = path;
        Node base = null;
        while (base == null) {
            missing.push(above);
            if (above.equals(StorePath.ROOT)) {
                throw new StoreRefusal(StoreError.ENOENT);
            }
            above = StorePath.parent(above);
            base = view.look(above);
        }
        if (!base.permissions().allow(client, Permissions.WRITE)) {
            throw new StoreRefusal(StoreError.EACCES);
        }
        Permissions permissions = base.permissions().inheritedBy(client);
        if (!client.isPrivileged() && view.tree().ownedBy(client.domain()) + missing.size() > quota.nodes()) {
            throw new StoreRefusal(StoreError.ENOSPC);
        }
        int name = missing.getFirst().length() - StorePath.prefix(above).length() + 1;
        requireSize(
                client, base.permissions(), base.value().length + view.tree().children(above).length + name);
        requireSize(client, permissions, value.length);
        view.put(above, base.touched(view.nextGeneration()));
        Node node = base;
        for (String each : missing) {
            node = new Node(each.equals(path) ? value : Node.EMPTY, permissions, view.nextGeneration());
            view.put(each, node);
        }
        report(view, path, false, node, null);
    }

    private void requireSize(StoreClient client, Permissions permissions, int bytes) throws StoreRefusal {
        int all = bytes + PERMISSION_BYTES * permissions.entries().size();
        if (!client.isPrivileged() && all > quota.nodeBytes()) {
            throw new StoreRefusal(StoreError.ENOSPC);
        }
    }

    /** Removes a node and everything below. It is no error if the node is not there but the one above it is. */
    void remove(StoreClient client, View view, String path) throws StoreRefusal {
        Node node = view.look(path);
        if (node == null) {
            StoreRefusal missing = refusal(client, view, path, Permissions.WRITE, StoreError.ENOENT);
            if (missing.error() != StoreError.ENOENT || view.look(StorePath.parent(path)) == null) {
                throw missing;
            }
            return;
        }
        if (!node.permissions().allow(client, Permissions.WRITE)) {
            throw refusal(client, view, path, Permissions.WRITE, StoreError.EACCES);
        }
        if (path.equals(StorePath.ROOT)) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        List<String> paths = view.tree().subtree(path);
        // All of them are looked at first: a transaction that has looked at too many is refused before it removes any.
        for (String each : paths) {
            view.look(each);
        }
        String above = StorePath.parent(path);
        Node parent = view.look(above);
        if (parent != null) {
            view.put(above, parent.touched(view.nextGeneration()));
        }
        for (String each : paths) {
            Node gone = view.tree().get(each);
            view.remove(each);
            report(view, each, !each.equals(path), gone, null);
        }
    }

    void setPermissions(StoreClient client, View view, String path, Permissions permissions) throws StoreRefusal {
        Node node = find(client, view, path, Permissions.WRITE | Permissions.OWN);
        if (!client.isPrivileged()) {
            if (permissions.owner() != node.permissions().owner()) {
                throw new StoreRefusal(StoreError.EPERM);
            }
            if (permissions.entries().size() > quota.permissions()) {
                throw new StoreRefusal(StoreError.ENOSPC);
            }
        }
        requireSize(client, permissions, node.value().length + view.tree().children(path).length);
        Node changed = new Node(node.value(), permissions, view.nextGeneration());
        view.put(path, changed);
        report(view, path, false, changed, node);
    }

    /** A change is reported if the guest may read the node, or could before. */
    private void report(View view, String path, boolean exact, @Nullable Node node, @Nullable Node before) {
        if (isReadable(node) || isReadable(before)) {
            view.changed(path, exact);
        }
    }

    private boolean isReadable(@Nullable Node node) {
        return node != null && node.permissions().allow(guest, Permissions.READ);
    }
}
