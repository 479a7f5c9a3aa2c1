/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is done to machines of one backend.
 *
 * @param machines number of machines
 * @param vcpus number of vCPUs of each
 * @param traits what the machines have
 * @param settings settings of the backend
 * @param steps one after the other
 */
record Sequence(int machines, int vcpus, Set<Trait> traits, Map<String, String> settings, List<Step> steps) {
    Sequence {
        Set<Trait> copy = EnumSet.noneOf(Trait.class);
        copy.addAll(traits);
        traits = Collections.unmodifiableSet(copy);
        settings = new TreeMap<>(settings);
        steps = List.copyOf(steps);
    }

    Sequence with(List<Step> others) {
        return new Sequence(machines, vcpus, traits, settings, others);
    }

    Sequence with(Map<String, String> others) {
        return new Sequence(machines, vcpus, traits, others, steps);
    }

    Sequence with(int otherMachines, int otherVcpus) {
        return new Sequence(otherMachines, otherVcpus, traits, settings, steps);
    }

    Sequence without(Trait trait) {
        Set<Trait> fewer = EnumSet.noneOf(Trait.class);
        fewer.addAll(traits);
        fewer.remove(trait);
        return new Sequence(machines, vcpus, fewer, settings, steps);
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether calls return the same whether pages are absent or not: they come in time, and nothing happens by time alone. */
    boolean isComparable() {
        boolean evicts = false;
        if (has(Trait.ANNOUNCED) || !"absent".equals(settings.get("hyperv.synthetic-timers"))) {
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
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        Map<String, String> settings = new TreeMap<>();
        for (int i = 2; i < head.length; i++) {
            int equals = head[i].indexOf('=');
            if (equals < 0) {
                traits.add(Trait.parse(head[i]));
            } else {
                settings.put(head[i].substring(0, equals), head[i].substring(equals + 1));
            }
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            steps.add(Step.parse(lines[i]));
        }
        return new Sequence(Integer.parseInt(head[0]), Integer.parseInt(head[1]), traits, settings, steps);
    }

    /** As the text block of a test. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(machines).append(' ').append(vcpus);
        traits.forEach(trait -> text.append(' ').append(trait));
        settings.forEach(
                (key, value) -> text.append(' ').append(key).append('=').append(value));
        steps.forEach(step -> text.append('\n').append(step));
        return text.append('\n').toString();
    }
}
