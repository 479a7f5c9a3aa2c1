/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.AfterRestore;
import io.faultline.backend.core.pagefault.Policy.Decline;
import io.faultline.backend.core.pagefault.Policy.DisableEffect;
import io.faultline.backend.core.pagefault.Policy.EarlyArrival;
import io.faultline.backend.core.pagefault.Policy.EnableAgain;
import io.faultline.backend.core.pagefault.Policy.HiddenCompletion;
import io.faultline.backend.core.pagefault.Policy.ReadyMasking;
import io.faultline.backend.core.pagefault.Policy.ReadyScope;
import io.faultline.backend.core.pagefault.Policy.Timing;
import io.faultline.backend.core.pagefault.Policy.TokenOwner;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnginePropertyTest {
    private static final int SEQUENCES = 1500;
    private static final int LENGTH = 100;
    private static final long SEED = 0x5eed_0001L;

    static List<Map.Entry<String, Policy>> mechanisms() {
        Map<String, Policy> policies = new TreeMap<>();
        policies.put("one shared pair, reply", EngineFixture.kvm().build());
        policies.put(
                "one shared pair, early pages withdraw",
                EngineFixture.kvm().earlyArrival(EarlyArrival.WITHDRAW).build());
        policies.put(
                "the end of hidden faults is shown",
                EngineFixture.kvm().hiddenCompletion(HiddenCompletion.SHOWN).build());
        policies.put(
                "pending not-present, stop",
                EngineFixture.kvm()
                        .decline(Decline.NONE)
                        .timing(Timing.PENDING)
                        .undeliverable(WaitMode.STOP)
                        .build());
        policies.put(
                "ring, drained, masked withheld",
                Policy.builder()
                        .readyCapacity(2)
                        .limit(2)
                        .acknowledgement(Acknowledgement.CALL)
                        .readyMasking(ReadyMasking.WITHHELD)
                        .afterRestore(AfterRestore.DRAIN)
                        .build());
        policies.put(
                "word, wake-all on restore and on enabling again",
                Policy.builder()
                        .acknowledgement(Acknowledgement.WORD)
                        .limit(3)
                        .enableAgain(EnableAgain.WAKE_ALL)
                        .afterRestore(AfterRestore.WAKE_ALL)
                        .supervisorFaults(WaitMode.PARK)
                        .build());
        policies.put(
                "floating, nothing to acknowledge, kept over disable",
                Policy.builder()
                        .readyScope(ReadyScope.FLOATING)
                        .acknowledgement(Acknowledgement.NONE)
                        .disableEffect(DisableEffect.KEEP)
                        .tokenOwner(TokenOwner.GUEST_PER_TASK)
                        .wakeAllOnEnable(false)
                        .limit(2)
                        .failureLimit(1)
                        .build());
        return List.copyOf(policies.entrySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mechanisms")
    void anyInterleavingKeepsTheInvariantsAndComesToRest(Map.Entry<String, Policy> mechanism) {
        Scenario scenario = new Scenario(() -> new World(2, 4, mechanism.getValue()));
        List<Op> alphabet = weighted();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        long steps = 0;
        for (int run = 0; run < SEQUENCES; run++) {
            List<Op> ops = new ArrayList<>();
            for (int i = 0; i < LENGTH; i++) {
                ops.add(alphabet.get(random.nextInt(alphabet.size())));
            }
            steps += ops.size();
            Optional<String> complaint = scenario.complaint(ops);
            if (complaint.isPresent()) {
                List<Op> shortest = scenario.shrink(ops);
                throw new AssertionError(mechanism.getKey() + ", run " + run + ": "
                        + scenario.complaint(shortest).orElse("gone") + " after " + shortest);
            }
        }
        System.out.println(mechanism.getKey() + ": " + SEQUENCES + " sequences, " + steps + " operations");
        assertEquals((long) SEQUENCES * LENGTH, steps);
    }

    /** What brings a guest forward is frequent, so that queues fill; what throws it back is rare. */
    private static List<Op> weighted() {
        Set<Op.Kind> rare =
                EnumSet.of(Op.Kind.MASK, Op.Kind.DISABLE, Op.Kind.RESET, Op.Kind.LOSE, Op.Kind.BREAK, Op.Kind.SOURCE);
        List<Op> weighted = new ArrayList<>();
        for (Op op : Op.all(2, 4)) {
            int weight = rare.contains(op.kind()) ? 1 : op.kind().needsVcpu() ? 12 : 4;
            weighted.addAll(Collections.nCopies(weight, op));
        }
        return weighted;
    }

    @Test
    void aFailingSequenceIsMadeShort() {
        Scenario scenario = new Scenario(() -> {
            World world = new World(2, 3, EngineFixture.kvm().build());
            world.guest.stuckToken = true;
            return world;
        });
        List<Op> noise = Op.all(2, 3).stream().filter(op -> op.vcpu() == 1).toList();
        List<Op> failing = new ArrayList<>();
        for (Op.Kind kind : List.of(
                Op.Kind.ENABLE,
                Op.Kind.CLEAR,
                Op.Kind.CALL,
                Op.Kind.TOUCH_AS_USER,
                Op.Kind.TAKE,
                Op.Kind.ANSWER_ASYNCHRONOUSLY)) {
            failing.add(new Op(kind, 0, 0));
            failing.addAll(noise);
        }
        failing.add(new Op(Op.Kind.TOUCH_AS_USER, 0, 1));

        List<Op> shortest = scenario.shrink(failing);

        assertTrue(scenario.complaint(shortest).orElseThrow().contains("token 1 is outstanding"));
        assertEquals(
                "[ENABLE v0, CLEAR v0, TOUCH_AS_USER v0 p0, TAKE v0, ANSWER_ASYNCHRONOUSLY v0, TOUCH_AS_USER v0 p1]",
                shortest.toString());
    }
}
