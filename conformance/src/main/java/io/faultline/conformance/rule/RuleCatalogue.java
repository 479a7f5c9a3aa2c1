/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The rules, by id. Immutable and thread-safe.
 *
 * @since 0.1
 */
public final class RuleCatalogue {
    /** The rule files of the suite, one for each chapter. */
    public static final List<String> FILES = List.of("api.rules", "apf.rules", "hv.rules", "sdei.rules", "xen.rules");

    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01B3L;

    private final Map<String, Rule> rules;

    private RuleCatalogue(Map<String, Rule> rules) {
        this.rules = Collections.unmodifiableMap(rules);
    }

    /**
     * Loads the rules of the suite.
     *
     * @return the catalogue
     * @throws RuleFormatException if a file is wrong
     */
    public static RuleCatalogue standard() {
        Map<String, Rule> rules = new TreeMap<>();
        for (String file : FILES) {
            RuleReader.read(file, resource(file), rules);
        }
        return new RuleCatalogue(rules);
    }

    /**
     * Reads rules from a text in the format of the rule files.
     *
     * @param name name for messages
     * @param text the text
     * @return the catalogue
     * @throws RuleFormatException if the text is wrong
     */
    public static RuleCatalogue parse(String name, String text) {
        Map<String, Rule> rules = new TreeMap<>();
        RuleReader.read(name, text, rules);
        return new RuleCatalogue(rules);
    }

    /**
     * Returns all rules.
     *
     * @return the rules sorted by id
     */
    public Collection<Rule> rules() {
        return rules.values();
    }

    /**
     * Returns a rule.
     *
     * @param id its id
     * @return the rule, or empty if there is none with the id
     */
    public Optional<Rule> rule(String id) {
        return Optional.ofNullable(rules.get(id));
    }

    /**
     * Returns a hash over ids, levels, sentences and conditions, by which two reports can say that they speak of the same
     * rules.
     *
     * @return 16 hexadecimal digits
     */
    public String hash() {
        long hash = FNV_OFFSET;
        for (Rule rule : rules.values()) {
            String text = rule.id() + '\n' + rule.level() + '\n' + rule.sentence() + '\n' + rule.gates() + '\n';
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * FNV_PRIME;
            }
        }
        return String.format(Locale.ROOT, "%016x", hash);
    }

    private static String resource(String file) {
        try (InputStream in = RuleCatalogue.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new RuleFormatException(file, 1, "the file is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
