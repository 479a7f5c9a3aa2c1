/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is done to machines of one backend.
 *
 * @param machines number of machines
 * @param vcpus number of vCPUs of each
 * @param settings settings of the backend
 * @param steps one after the other
 */
record Sequence(int machines, int vcpus, Map<String, String> settings, List<Step> steps) {
    Sequence {
        settings = new TreeMap<>(settings);
        steps = List.copyOf(steps);
    }

    Sequence with(List<Step> others) {
        return new Sequence(machines, vcpus, settings, others);
    }

    /** Whether calls return the same whether pages are absent or not: they come in time, and nothing happens by time alone. */
    boolean isComparable() {
        boolean evicts = false;
        if (!"absent".equals(settings.get("hyperv.synthetic-timers"))) {
            return false;
        }
        for (Step step : steps) {
            if (step.kind() == Step.Kind.EVICT && step.values()[2] != 0) {
                return false;
            }
            evicts |= step.kind() == Step.Kind.EVICT;
        }
        return evicts;
    }

    /** Reads what {@link #toString()} wrote. */
    static Sequence parse(String text) {
        String[] lines = text.strip().split("\n");
        String[] head = lines[0].trim().split(" +");
        Map<String, String> settings = new TreeMap<>();
        for (int i = 2; i < head.length; i++) {
            settings.put(head[i].substring(0, head[i].indexOf('=')), head[i].substring(head[i].indexOf('=') + 1));
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            steps.add(Step.parse(lines[i]));
        }
        return new Sequence(Integer.parseInt(head[0]), Integer.parseInt(head[1]), settings, steps);
    }

    /** As the text block of a test. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(machines).append(' ').append(vcpus);
        settings.forEach(
                (key, value) -> text.append(' ').append(key).append('=').append(value));
        steps.forEach(step -> text.append('\n').append(step));
        return text.append('\n').toString();
    }
}
