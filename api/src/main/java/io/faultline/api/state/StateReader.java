/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.state;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads named values back and remembers which were read, so that unknown content is found.
 *
 * <p>Not thread-safe. Every method that finds something wrong throws {@link HypervisorException} with
 * {@link ErrorId#INVALID_STATE}, naming the path.
 *
 * @since 0.1
 */
public final class StateReader {
    private final String prefix;
    private final TreeMap<String, StateValue> values;
    private final Set<String> unread;

    /**
     * Makes a reader at the root.
     *
     * @param values path to value, as {@link StateWriter#values()} returns them
     */
    public StateReader(Map<String, StateValue> values) {
        this("", new TreeMap<>(values), new TreeSet<>(values.keySet()));
    }

    private StateReader(String prefix, TreeMap<String, StateValue> values, Set<String> unread) {
        this.prefix = prefix;
        this.values = values;
        this.unread = unread;
    }

    /**
     * Returns a reader for a subsection.
     *
     * @param name name of the section
     * @return the reader; both share the record of what was read
     */
    public StateReader section(String name) {
        return new StateReader(prefix + name + "/", values, unread);
    }

    /**
     * Restores an element from the section with its own name, if it is present in this configuration.
     *
     * @param element the element
     */
    public void element(StateElement element) {
        if (element.isPresent()) {
            element.restore(section(element.stateName()));
        }
    }

    /**
     * Tells whether a value or a section with a name exists.
     *
     * @param name name within this section
     * @return true if it does
     */
    public boolean has(String name) {
        String path = prefix + name;
        if (values.containsKey(path)) {
            return true;
        }
        String next = values.ceilingKey(path + "/");
        return next != null && next.startsWith(path + "/");
    }

    /**
     * Reads a word.
     *
     * @param name name within this section
     * @return the value
     */
    public long word(String name) {
        return take(name, StateValue.Word.class).value();
    }

    /**
     * Reads a word and checks its range.
     *
     * @param name name within this section
     * @param lowest smallest allowed value
     * @param highest largest allowed value
     * @return the value
     */
    public long word(String name, long lowest, long highest) {
        long value = word(name);
        if (value < lowest || value > highest) {
            throw invalid(name, "is " + value + ", outside " + lowest + " to " + highest);
        }
        return value;
    }

    /**
     * Reads a word that must fit an {@code int} range.
     *
     * @param name name within this section
     * @param lowest smallest allowed value
     * @param highest largest allowed value
     * @return the value
     */
    public int integer(String name, int lowest, int highest) {
        return (int) word(name, lowest, highest);
    }

    /**
     * Reads a truth value; only 0 and 1 are accepted.
     *
     * @param name name within this section
     * @return the value
     */
    public boolean flag(String name) {
        return word(name, 0, 1) == 1;
    }

    /**
     * Reads an array of words.
     *
     * @param name name within this section
     * @return the values
     */
    public long[] words(String name) {
        return take(name, StateValue.Words.class).value();
    }

    /**
     * Reads an array of words of a known length.
     *
     * @param name name within this section
     * @param length the only accepted length
     * @return the values
     */
    public long[] words(String name, int length) {
        long[] value = words(name);
        if (value.length != length) {
            throw invalid(name, "has " + value.length + " words instead of " + length);
        }
        return value;
    }

    /**
     * Reads bytes.
     *
     * @param name name within this section
     * @return the bytes
     */
    public byte[] bytes(String name) {
        return take(name, StateValue.Bytes.class).value();
    }

    /**
     * Reads a text.
     *
     * @param name name within this section
     * @return the text
     */
    public String text(String name) {
        return take(name, StateValue.Text.class).value();
    }

    /**
     * Checks that everything was read. Call once, at the root, at the end.
     */
    public void finish() {
        if (!unread.isEmpty()) {
            throw new HypervisorException(
                    ErrorId.INVALID_STATE,
                    "saved state has " + unread.size() + " values that nobody knows, the first is "
                            + unread.iterator().next(),
                    "restoring",
                    "restore it with the version that wrote it");
        }
    }

    /**
     * Makes the error for a value that was read and makes no sense.
     *
     * @param name name within this section
     * @param problem what is wrong, a clause that follows the path
     * @return the exception, to be thrown by the caller
     */
    public HypervisorException invalid(String name, String problem) {
        return new HypervisorException(
                ErrorId.INVALID_STATE, "saved state value " + prefix + name + " " + problem, "restoring", "");
    }

    private <T extends StateValue> T take(String name, Class<T> type) {
        StateValue value = values.get(prefix + name);
        if (value == null) {
            throw invalid(name, "is missing");
        }
        if (!type.isInstance(value)) {
            throw invalid(
                    name, "is of type " + value.getClass().getSimpleName() + " instead of " + type.getSimpleName());
        }
        unread.remove(prefix + name);
        return type.cast(value);
    }
}
