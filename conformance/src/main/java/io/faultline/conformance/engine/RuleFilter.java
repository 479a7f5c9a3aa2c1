/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.conformance.rule.RuleCatalogue;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Selects rules by patterns in which {@code *} stands for any text and {@code ?} for one character.
 *
 * @param patterns the patterns; a rule is selected if one matches; none selects every rule
 * @since 0.1
 */
public record RuleFilter(List<String> patterns) {
    /** Selects every rule. */
    public static final RuleFilter ALL = new RuleFilter(List.of());

    /** Copies the list. */
    public RuleFilter {
        patterns = List.copyOf(patterns);
    }

    /**
     * Tells whether a rule is selected.
     *
     * @param rule id of the rule
     * @return true if it is
     */
    public boolean selects(String rule) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> matches(pattern, rule));
    }

    /**
     * Returns the patterns that match no rule: misspelt, most likely.
     *
     * @param catalogue the rules
     * @return patterns in their order
     */
    public List<String> unmatched(RuleCatalogue catalogue) {
        return patterns.stream()
                .filter(pattern -> catalogue.rules().stream().noneMatch(rule -> matches(pattern, rule.id())))
                .toList();
    }

    private static boolean matches(String pattern, String rule) {
        StringBuilder regex = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            regex.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE)
                .matcher(rule)
                .matches();
    }
}
