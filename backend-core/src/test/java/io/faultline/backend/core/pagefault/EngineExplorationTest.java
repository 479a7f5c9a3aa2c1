/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.state.StateValue;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every sequence of operations up to a depth, for 2 vCPUs, 3 pages and 2 slots. Each step begins with a restore of what the
 * step before has saved, so that save and restore are explored as well.
 */
class EngineExplorationTest {
    private static final int DEPTH = 5;
    private static final Set<Op.Kind> LEFT_OUT = Set.of(Op.Kind.BREAK, Op.Kind.SOURCE, Op.Kind.POLL);

    @Test
    void everySequenceKeepsTheInvariants() {
        explore("early pages are shown", EngineFixture.kvm().build());
    }

    @Test
    void everySequenceKeepsTheInvariantsWhereEarlyPagesWithdraw() {
        explore(
                "early pages withdraw",
                EngineFixture.kvm().earlyArrival(EarlyArrival.WITHDRAW).build());
    }

    private static void explore(String name, Policy policy) {
        List<Op> alphabet = Op.all(2, 3).stream()
                .filter(op -> !LEFT_OUT.contains(op.kind()))
                .toList();
        World world = new World(2, 3, policy);
        new Op(Op.Kind.ENABLE, 0, 0).apply(world);
        new Op(Op.Kind.CLEAR, 0, 0).apply(world);
        new Op(Op.Kind.CALL, 0, 0).apply(world);
        List<Map<String, StateValue>> frontier = List.of(world.snapshot());
        Set<String> seen = new HashSet<>();
        seen.add(key(frontier.get(0)));
        long steps = 0;
        for (int depth = 1; depth <= DEPTH; depth++) {
            List<Map<String, StateValue>> next = new ArrayList<>();
            for (Map<String, StateValue> state : frontier) {
                for (Op op : alphabet) {
                    world.rewind(state);
                    if (!op.isPossible(world) || op.kind().needsPage() && !isFirstOfItsKind(world, op.page())) {
                        continue;
                    }
                    op.apply(world);
                    EngineInvariants.check(world);
                    world.trace.clear();
                    world.guest.heard.clear();
                    steps++;
                    Map<String, StateValue> after = world.snapshot();
                    if (seen.add(key(after))) {
                        next.add(after);
                    }
                }
            }
            frontier = next;
        }
        System.out.println("explored, " + name + ": " + seen.size() + " states, " + steps + " steps, depth " + DEPTH);
        assertTrue(seen.size() > 10_000);
    }

    /** Pages that nothing has happened to are alike: one of them stands for all. */
    private static boolean isFirstOfItsKind(World world, int page) {
        for (int lower = 0; lower < page; lower++) {
            if (world.isUntouched(lower) && world.isUntouched(page)) {
                return false;
            }
        }
        return true;
    }

    /** What decides about the future: everything but statistics. */
    private static String key(Map<String, StateValue> state) {
        StringBuilder key = new StringBuilder();
        state.forEach((path, value) -> {
            if (!path.startsWith("faults/counters/")) {
                key.append(path.charAt(path.length() - 1));
                if (value instanceof StateValue.Words words) {
                    for (long word : words.value()) {
                        key.append((char) word).append((char) (word >>> 12));
                    }
                } else {
                    key.append(value);
                }
                key.append(';');
            }
        });
        return key.toString();
    }
}
