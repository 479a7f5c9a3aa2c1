/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A list of waivers and the day on which it is read. The day is given, not asked of a clock, so that a run can be
 * repeated.
 *
 * @param waivers the waivers
 * @param today the day
 * @since 0.1
 */
public record Waivers(List<Waiver> waivers, LocalDate today) {
    /** No waivers. */
    public static final Waivers NONE = new Waivers(List.of(), LocalDate.EPOCH);

    /** Copies the list. */
    public Waivers {
        waivers = List.copyOf(waivers);
        Objects.requireNonNull(today, "today");
    }

    /**
     * Reads a waiver file: on each line rule, backend, last day as {@code yyyy-mm-dd} and issue link, separated by
     * blanks; lines that are empty or begin with {@code #} mean nothing.
     *
     * @param name name of the file, for messages
     * @param text its text
     * @param today the day
     * @return the waivers
     * @throws HypervisorException with INVALID_ARGUMENT, naming file and line
     */
    public static Waivers parse(String name, String text, LocalDate today) {
        List<Waiver> waivers = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                waivers.add(waiver(name + ":" + (i + 1), line));
            }
        }
        return new Waivers(waivers, today);
    }

    /**
     * Finds the waiver for a rule and a backend, expired or not.
     *
     * @param rule id of the rule
     * @param backend id of the backend
     * @return the waiver; empty if there is none
     */
    public Optional<Waiver> find(String rule, String backend) {
        return waivers.stream()
                .filter(waiver -> waiver.rule().equals(rule) && waiver.backend().equals(backend))
                .findFirst();
    }

    /**
     * Tells whether a waiver counts no longer.
     *
     * @param waiver one of the waivers
     * @return true if its last day is over
     */
    public boolean isExpired(Waiver waiver) {
        return today.isAfter(waiver.expires());
    }

    private static Waiver waiver(String where, String line) {
        String[] words = line.split("\\s+");
        try {
            if (words.length == 4) {
                return new Waiver(words[0], words[1], LocalDate.parse(words[2]), words[3]);
            }
        } catch (DateTimeParseException notADate) {
            // reported below
        }
        throw new HypervisorException(
                ErrorId.INVALID_ARGUMENT,
                "'" + line + "' is not a waiver",
                where,
                "write RULE BACKEND YYYY-MM-DD ISSUE-LINK");
    }
}
