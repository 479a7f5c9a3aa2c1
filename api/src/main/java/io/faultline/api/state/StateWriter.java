/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.state;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Collects named values into a flat map whose keys are slash-separated paths.
 *
 * <p>Not thread-safe. A path is written once: a second write is a defect of the caller and refused.
 *
 * @since 0.1
 */
public final class StateWriter {
    private final String prefix;
    private final Map<String, StateValue> values;

    /** Makes an empty writer at the root. */
    public StateWriter() {
        this("", new TreeMap<>());
    }

    private StateWriter(String prefix, Map<String, StateValue> values) {
        this.prefix = prefix;
        this.values = values;
    }

    /**
     * Returns a writer for a subsection; both write into the same state.
     *
     * @param name name of the section, without a slash
     * @return the writer
     */
    public StateWriter section(String name) {
        return new StateWriter(path(name) + "/", values);
    }

    /**
     * Writes an element into a section with its own name, if it is present.
     *
     * @param element the element
     */
    public void element(StateElement element) {
        if (element.isPresent()) {
            element.save(section(element.stateName()));
        }
    }

    /**
     * Writes a word.
     *
     * @param name name within this section, without a slash
     * @param value the value
     */
    public void word(String name, long value) {
        put(name, new StateValue.Word(value));
    }

    /**
     * Writes a truth value as the word 0 or 1.
     *
     * @param name name within this section, without a slash
     * @param value the value
     */
    public void flag(String name, boolean value) {
        word(name, value ? 1 : 0);
    }

    /**
     * Writes an array of words.
     *
     * @param name name within this section, without a slash
     * @param value the values; copied
     */
    public void words(String name, long[] value) {
        put(name, new StateValue.Words(value));
    }

    /**
     * Writes bytes.
     *
     * @param name name within this section, without a slash
     * @param value the bytes; copied
     */
    public void bytes(String name, byte[] value) {
        put(name, new StateValue.Bytes(value));
    }

    /**
     * Writes a text.
     *
     * @param name name within this section, without a slash
     * @param value the text
     */
    public void text(String name, String value) {
        put(name, new StateValue.Text(value));
    }

    /**
     * Returns everything written so far, by this writer and all writers of the same state.
     *
     * @return a sorted copy: path to value
     */
    public Map<String, StateValue> values() {
        return new TreeMap<>(values);
    }

    private void put(String name, StateValue value) {
        if (values.putIfAbsent(path(name), value) != null) {
            throw new HypervisorException(
                    ErrorId.INTERNAL, "state value " + path(name) + " was written twice", "saving", "");
        }
    }

    private String path(String name) {
        if (Objects.requireNonNull(name, "name").isEmpty() || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("state name '" + name + "' must not be empty or contain '/'");
        }
        return prefix + name;
    }
}
