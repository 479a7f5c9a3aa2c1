/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/**
 * A watch of the guest.
 *
 * @param path absolute path, or the name of a special event
 * @param token what the guest chose to know it by
 * @param home what is left out at the beginning of paths in events: empty, or the home of the domain with a separator
 * @param depth how many levels below the node count; {@link #ANY_DEPTH} for all
 */
record Watch(String path, String token, String home, int depth) {
    static final int ANY_DEPTH = -1;

    boolean matches(Change change) {
        int below = StorePath.depthBelow(change.path(), path);
        return change.exact() ? below == 0 : below >= 0 && (depth == ANY_DEPTH || below <= depth);
    }

    /** The payload of an event. */
    String event(String changed) {
        return changed.substring(home.length()) + '\0' + token + '\0';
    }
}
