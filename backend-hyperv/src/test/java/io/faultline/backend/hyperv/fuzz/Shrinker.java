/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import com.google.inject.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes a sequence that fails short. */
final class Shrinker {
    /** What a long sequence may cost: some minutes. What is left then is reported as it is. */
    private static final long MOST_STEPS = 5_000_000;

    private final Module[] mutants;
    private long steps;

    Shrinker(Module... mutants) {
        this.mutants = mutants.clone();
    }

    private boolean fails(Sequence sequence) {
        steps += sequence.steps().size();
        return steps <= MOST_STEPS && FuzzWorld.complaint(sequence, mutants).isPresent();
    }

    /** Returns a sequence that fails, too, and from which no step can be left out; its numbers are as simple as can be. */
    Sequence shrink(Sequence failing) {
        return shorten(simplify(shorten(failing)));
    }

    /** Returns a sequence that fails, too, and from which no step can be left out. */
    Sequence shorten(Sequence failing) {
        Sequence until = untilItFails(failing);
        Map<String, String> without = new TreeMap<>(until.settings());
        without.put("hyperv.synthetic-timers", "absent");
        Sequence untimed = until.with(without);
        return fails(untimed) ? shorten(untimed, false) : shorten(until, true);
    }

    private Sequence untilItFails(Sequence failing) {
        List<Step> all = failing.steps();
        int steps = FuzzWorld.outcome(failing, mutants).steps();
        Sequence until = failing.with(all.subList(0, Math.min(all.size(), steps + 1)));
        return fails(until) ? until : failing;
    }

    private Sequence shorten(Sequence failing, boolean isTimed) {
        List<Step> best = new ArrayList<>(failing.steps());
        for (int piece = Math.max(1, best.size() / 2); piece > 0; ) {
            boolean shorter = false;
            for (int end = best.size(); end > 0; ) {
                int from = Math.max(0, end - piece);
                List<Step> candidate = new ArrayList<>(best);
                candidate.subList(from, end).clear();
                List<Step> shortest = best;
                if (fails(failing.with(candidate))) {
                    shortest = candidate;
                } else if (isTimed && end - from > 1) {
                    // What counts may be that time passes.
                    candidate.add(from, new Step(Step.Kind.TIME, 0, end - from));
                    shortest = fails(failing.with(candidate)) ? candidate : best;
                }
                shorter |= shortest != best;
                best = shortest;
                end = Math.min(from, best.size());
            }
            if (!shorter || piece > best.size()) {
                piece /= 2;
            }
        }
        return failing.with(best);
    }

    private Sequence simplify(Sequence failing) {
        Sequence best = failing;
        for (Sequence simpler : List.of(best.with(1, best.vcpus()), best.with(best.machines(), 1))) {
            best = fails(simpler) ? simpler : best;
        }
        for (Trait trait : failing.traits()) {
            best = fails(best.without(trait)) ? best.without(trait) : best;
        }
        for (String key : failing.settings().keySet()) {
            Map<String, String> fewer = new TreeMap<>(best.settings());
            fewer.remove(key);
            Sequence candidate = best.with(fewer);
            best = fails(candidate) ? candidate : best;
        }
        for (int i = 0; i < best.steps().size(); i++) {
            for (int value = 0; value < best.steps().get(i).values().length; value++) {
                if (best.steps().get(i).values()[value] != 0) {
                    List<Step> candidate = new ArrayList<>(best.steps());
                    candidate.set(i, candidate.get(i).with(value, 0));
                    best = fails(best.with(candidate)) ? best.with(candidate) : best;
                }
            }
        }
        return best;
    }

    /** Returns what to say about a sequence if it fails. */
    Optional<String> report(String name, Sequence sequence) {
        if (!fails(sequence)) {
            return Optional.empty();
        }
        Sequence shortest = shrink(sequence);
        return Optional.of(name + ": " + FuzzWorld.complaint(shortest, mutants).orElse("gone") + "\n"
                + "    FuzzTest, as a text block:\n" + shortest);
    }
}
