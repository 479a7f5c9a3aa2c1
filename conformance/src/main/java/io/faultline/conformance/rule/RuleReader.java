/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads rule files. A rule begins with its id in brackets, then one {@code key = value} on each line:
 *
 * <pre>
 * [SDEI-057]
 * level     = MUST
 * says      = UNREGISTER on S1/S3 returns 0, STATUS is 0 then.
 * source    = ACS 7
 * applies   = sdei, vcpus>=2
 * hint      = ...
 * unchecked = NOT_YET: its check has not been written
 * </pre>
 *
 * <p>{@code level}, {@code says} and {@code source} are needed; {@code hint} may come more than once; {@code since} is
 * 0.1 if it is not there. Lines that are empty or begin with {@code #} mean nothing. A line that begins with a space
 * continues the value before it. Everything else is an error that names file and line.
 *
 * @since 0.1
 */
final class RuleReader {
    private static final Set<String> KEYS = Set.of("level", "says", "source", "applies", "since", "hint", "unchecked");

    private final String file;
    private final Map<String, Rule> rules;
    private int line;
    private int start;
    private String id = "";
    private Map<String, List<String>> fields = new LinkedHashMap<>();
    private String lastKey = "";

    private RuleReader(String file, Map<String, Rule> rules) {
        this.file = file;
        this.rules = rules;
    }

    /**
     * Reads a file.
     *
     * @param file name for messages
     * @param text its text
     * @param rules takes the rules; duplicates are errors
     */
    static void read(String file, String text, Map<String, Rule> rules) {
        RuleReader reader = new RuleReader(file, rules);
        text.lines().forEach(reader::line);
        reader.endRule();
    }

    private void line(String text) {
        line++;
        if (text.isBlank() || text.startsWith("#")) {
            return;
        }
        if (text.startsWith(" ")) {
            continueValue(text.strip());
        } else if (text.startsWith("[")) {
            endRule();
            beginRule(text.strip());
        } else {
            field(text);
        }
    }

    private void beginRule(String header) {
        if (!header.matches("\\[[A-Z]+-[0-9]{3}]")) {
            throw problem(line, "'" + header + "' is not a rule id in brackets, like [SDEI-057]");
        }
        id = header.substring(1, header.length() - 1);
        start = line;
        if (rules.containsKey(id)) {
            throw problem(line, "rule " + id + " is already there; ids are never reused");
        }
    }

    private void field(String text) {
        int equals = text.indexOf('=');
        String key = equals < 0 ? text.strip() : text.substring(0, equals).strip();
        if (equals < 0 || !KEYS.contains(key)) {
            throw problem(
                    line,
                    "'" + key + "' is not one of " + KEYS.stream().sorted().toList());
        }
        if (id.isEmpty()) {
            throw problem(line, "'" + key + "' comes before the first rule");
        }
        List<String> values = fields.computeIfAbsent(key, unused -> new ArrayList<>());
        if (!values.isEmpty() && !key.equals("hint")) {
            throw problem(line, "rule " + id + " has '" + key + "' twice");
        }
        values.add(text.substring(equals + 1).strip());
        lastKey = key;
    }

    private void continueValue(String more) {
        if (lastKey.isEmpty()) {
            throw problem(line, "nothing to continue");
        }
        List<String> values = fields.get(lastKey);
        values.set(values.size() - 1, values.get(values.size() - 1) + " " + more);
    }

    private void endRule() {
        if (id.isEmpty()) {
            return;
        }
        Rule rule = new Rule(
                id,
                constant("level", Level.class, needed("level")),
                needed("says"),
                needed("source"),
                gates(),
                optional("since").orElse("0.1"),
                fields.getOrDefault("hint", List.of()),
                optional("unchecked").map(this::unchecked));
        rules.put(id, rule);
        id = "";
        lastKey = "";
        fields = new LinkedHashMap<>();
    }

    private List<Gate> gates() {
        List<Gate> gates = new ArrayList<>();
        for (String text :
                optional("applies").map(value -> value.split(",", -1)).orElse(new String[0])) {
            gates.add(Gate.parse(text.strip())
                    .orElseThrow(() -> problem(
                            start,
                            "rule " + id + ": '" + text.strip()
                                    + "' is not a condition; write id, !id or id>=number")));
        }
        return gates;
    }

    private Rule.Unchecked unchecked(String text) {
        int colon = text.indexOf(':');
        if (colon < 0 || text.substring(colon + 1).isBlank()) {
            throw problem(start, "rule " + id + ": 'unchecked' needs REASON: explanation");
        }
        Reason reason =
                constant("unchecked", Reason.class, text.substring(0, colon).strip());
        return new Rule.Unchecked(reason, text.substring(colon + 1).strip());
    }

    private String needed(String key) {
        return optional(key).orElseThrow(() -> problem(start, "rule " + id + " has no '" + key + "'"));
    }

    private Optional<String> optional(String key) {
        List<String> values = fields.getOrDefault(key, List.of());
        if (values.stream().anyMatch(String::isEmpty)) {
            throw problem(start, "rule " + id + " has an empty '" + key + "'");
        }
        return values.stream().findFirst();
    }

    private <E extends Enum<E>> E constant(String key, Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(candidate -> candidate.name().equals(text))
                .findFirst()
                .orElseThrow(() -> problem(
                        start,
                        "rule " + id + ": " + key + " '" + text + "' is not one of "
                                + Arrays.toString(type.getEnumConstants())));
    }

    private RuleFormatException problem(int where, String problem) {
        return new RuleFormatException(file, where, problem);
    }
}
