/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/**
 * A node as it is between two changes. The bytes are never changed, so that trees share nodes.
 *
 * @param value the bytes; owned
 * @param permissions who may read and write
 * @param generation number of its last change, also of the set of its children; different from every other
 */
record Node(byte[] value, Permissions permissions, long generation) {
    static final byte[] EMPTY = new byte[0];

    Node touched(long now) {
        return new Node(value, permissions, now);
    }
}
