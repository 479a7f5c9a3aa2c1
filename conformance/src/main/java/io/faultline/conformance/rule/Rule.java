/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

import io.faultline.api.capability.CapabilitySet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One testable sentence.
 *
 * @param id stable id, never used for anything else: letters, {@code -}, three digits
 * @param level how much it demands
 * @param sentence what it says
 * @param source where it comes from
 * @param gates conditions under which it applies, all of which must hold; empty if it always does
 * @param since version of the suite that had it first
 * @param hints what to look at when a backend fails it
 * @param unchecked why it has no check; empty if it has one
 * @since 0.1
 */
public record Rule(
        String id,
        Level level,
        String sentence,
        String source,
        List<Gate> gates,
        String since,
        List<String> hints,
        Optional<Unchecked> unchecked) {
    /** Copies the lists. */
    public Rule {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(sentence, "sentence");
        Objects.requireNonNull(source, "source");
        gates = List.copyOf(gates);
        Objects.requireNonNull(since, "since");
        hints = List.copyOf(hints);
        Objects.requireNonNull(unchecked, "unchecked");
    }

    /**
     * Why there is no check.
     *
     * @param reason the kind of reason
     * @param explanation one clause
     */
    public record Unchecked(Reason reason, String explanation) {
        /** Checks for null. */
        public Unchecked {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(explanation, "explanation");
        }
    }

    /**
     * Returns the chapter.
     *
     * @return the letters of the id, for example {@code SDEI}
     */
    public String chapter() {
        return id.substring(0, id.indexOf('-'));
    }

    /**
     * Returns the first condition that a backend does not meet.
     *
     * @param capabilities what the backend can do
     * @return the condition; empty if the rule applies
     */
    public Optional<Gate> closedGate(CapabilitySet capabilities) {
        return gates.stream().filter(gate -> !gate.isOpen(capabilities)).findFirst();
    }
}
