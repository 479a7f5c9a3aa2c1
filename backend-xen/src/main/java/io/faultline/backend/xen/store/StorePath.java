/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.util.Comparator;

/** Paths: absolute, relative to the home of a domain, or the names of the two special events. */
final class StorePath {
    /** Longest absolute path. */
    static final int ABSOLUTE_CHARACTERS = 3072;
    /** Longest path that begins at the home of a domain, or of a special event. */
    static final int RELATIVE_CHARACTERS = 2048;
    /** Above everything. */
    static final String ROOT = "/";
    /** Event: a domain has come. */
    static final String INTRODUCED = "@introduceDomain";
    /** Event: a domain has gone. */
    static final String RELEASED = "@releaseDomain";
    /**
     * Order in which a node is followed by everything below it, and only then by its next sibling: the separator is smaller
     * than every character of a name.
     */
    static final Comparator<String> ORDER = StorePath::compare;

    private StorePath() {}

    private static int compare(String one, String other) {
        int common = Math.min(one.length(), other.length());
        for (int i = 0; i < common; i++) {
            int difference = rank(one.charAt(i)) - rank(other.charAt(i));
            if (difference != 0) {
                return difference;
            }
        }
        return one.length() - other.length();
    }

    private static int rank(char character) {
        return character == '/' ? -1 : character;
    }

    /** The home of a domain. */
    static String home(int domain) {
        return "/local/domain/" + domain;
    }

    /** Makes the absolute form of a path in a request. */
    static String absolute(String given, StoreClient client) throws StoreRefusal {
        if (given.startsWith(ROOT)) {
            require(given.length() <= ABSOLUTE_CHARACTERS);
            require(isValid(given));
            return given;
        }
        require(given.length() <= RELATIVE_CHARACTERS);
        String absolute = home(client.domain()) + ROOT + given;
        require(isValid(absolute) && given.charAt(0) != '@');
        return absolute;
    }

    /** Makes the absolute form of a path that may be the name of a special event. */
    static String absoluteOrSpecial(String given, StoreClient client) throws StoreRefusal {
        return isSpecial(given) ? given : absolute(given, client);
    }

    static boolean isSpecial(String path) {
        return path.equals(INTRODUCED) || path.equals(RELEASED);
    }

    private static void require(boolean condition) throws StoreRefusal {
        if (!condition) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
    }

    /** Tells whether a path begins at the root, has no empty name in it, and no character that names do not have. */
    static boolean isValid(String path) {
        if (!path.startsWith(ROOT) || path.length() > 1 && path.endsWith(ROOT)) {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char character = path.charAt(i);
            boolean known = character == '/'
                    ? i == 0 || path.charAt(i - 1) != '/'
                    : character >= 'a' && character <= 'z'
                            || character >= 'A' && character <= 'Z'
                            || character >= '0' && character <= '9'
                            || character == '-'
                            || character == '_'
                            || character == '@';
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** The node above; the root is above the special ones, too. */
    static String parent(String path) {
        int last = path.lastIndexOf('/');
        return last <= 0 ? ROOT : path.substring(0, last);
    }

    /** What the paths of everything below a node begin with. */
    static String prefix(String path) {
        return path.equals(ROOT) ? ROOT : path + ROOT;
    }

    /** Tells how far a path is below another: 0 if it is the same, -1 if it is not below. */
    static int depthBelow(String path, String above) {
        if (path.equals(above)) {
            return 0;
        }
        String prefix = prefix(above);
        if (!path.startsWith(prefix)) {
            return -1;
        }
        int depth = 1;
        for (int i = prefix.length(); i < path.length(); i++) {
            depth += path.charAt(i) == '/' ? 1 : 0;
        }
        return depth;
    }
}
