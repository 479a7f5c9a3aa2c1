/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.suite;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.rule.RuleCatalogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Rules and their checks, put together: every rule has exactly one check, or says why it has none. Immutable.
 *
 * @since 0.1
 */
public final class Suite {
    /** Version of the suite; rules say since when they are in it. */
    public static final String VERSION = "0.1";

    private final RuleCatalogue catalogue;
    private final Map<String, Check> checks;
    private final Map<String, Check> absenceChecks;

    /**
     * Puts a suite together.
     *
     * @param catalogue the rules
     * @param groups the checks
     * @param absenceChecks id of a capability to the check of what must be true without it; its rule may be gated
     * @throws IllegalArgumentException listing every check without a rule, every rule with two checks, and every rule
     *     that has neither a check nor a reason, or both
     */
    public Suite(RuleCatalogue catalogue, Collection<CheckGroup> groups, Map<String, Check> absenceChecks) {
        this.catalogue = Objects.requireNonNull(catalogue, "catalogue");
        this.absenceChecks = Collections.unmodifiableMap(new TreeMap<>(absenceChecks));
        this.checks = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (CheckGroup group : groups) {
            for (Check check : group.checks()) {
                add(group, check, problems);
            }
        }
        for (Rule rule : catalogue.rules()) {
            if (rule.unchecked().isPresent() == checks.containsKey(rule.id())) {
                problems.add(
                        rule.unchecked().isPresent()
                                ? "rule " + rule.id() + " has a check; delete its line 'unchecked'"
                                : "rule " + rule.id() + " has no check and does not say why");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /**
     * Returns the suite of Faultline.
     *
     * @return rules and checks
     */
    public static Suite standard() {
        return new Suite(RuleCatalogue.standard(), StandardChecks.GROUPS, StandardChecks.ABSENCE);
    }

    /**
     * Returns the rules.
     *
     * @return the catalogue
     */
    public RuleCatalogue catalogue() {
        return catalogue;
    }

    /**
     * Returns the check of a rule.
     *
     * @param rule id of the rule
     * @return its check; empty if it has none
     */
    public Optional<Check> check(String rule) {
        return Optional.ofNullable(checks.get(rule));
    }

    /**
     * Returns the checks.
     *
     * @return all checks, sorted by rule
     */
    public Collection<Check> checks() {
        return Collections.unmodifiableCollection(checks.values());
    }

    /**
     * Returns the check that is run instead when a capability is absent.
     *
     * @param capability id of the capability
     * @return the check; empty if there is none
     */
    public Optional<Check> absenceCheck(String capability) {
        return Optional.ofNullable(absenceChecks.get(capability));
    }

    private void add(CheckGroup group, Check check, List<String> problems) {
        if (catalogue.rule(check.rule()).isEmpty()) {
            problems.add("a check in '" + group.title() + "' names the unknown rule " + check.rule());
        } else if (checks.put(check.rule(), check) != null) {
            problems.add("rule " + check.rule() + " has two checks");
        }
    }
}
