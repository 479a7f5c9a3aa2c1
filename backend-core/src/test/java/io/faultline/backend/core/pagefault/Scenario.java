/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Runs sequences of operations, and makes a failing one short. */
final class Scenario {
    private final Supplier<World> beginning;

    Scenario(Supplier<World> beginning) {
        this.beginning = beginning;
    }

    /** Runs to the end and then lets everything come to rest. Returns the complaint if there is one. */
    Optional<String> complaint(List<Op> ops) {
        World world = beginning.get();
        try {
            for (Op op : ops) {
                if (op.isPossible(world)) {
                    op.apply(world);
                    EngineInvariants.check(world);
                }
            }
            settle(world);
            return Optional.empty();
        } catch (AssertionError | RuntimeException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    /** A guest and a pager that do their duty: nothing may be left over, and nobody may wait for ever. */
    static void settle(World world) {
        // Each round brings a ready notification to each vCPU; a few slots and wake-alls are all there can be.
        for (int round = 0;
                round < 50 && (round < 3 || !world.engine.outstanding().isEmpty());
                round++) {
            for (int vcpu = 0; vcpu < world.vcpus(); vcpu++) {
                world.guest.view(vcpu).broken = false;
                world.guest.view(vcpu).masked = false;
                world.guest.take(vcpu);
                world.guest.answer(vcpu, GuestReply.ASYNCHRONOUS);
                world.guest.clearReady(vcpu);
                world.guest.call(vcpu);
            }
            for (int page = 0; page < world.pages.length; page++) {
                world.arrive(page);
            }
            world.engine.poll();
            EngineInvariants.check(world);
        }
        if (!world.engine.outstanding().isEmpty()) {
            throw new AssertionError("never ends: " + world.engine.outstanding());
        }
        for (int vcpu = 0; vcpu < world.vcpus(); vcpu++) {
            if (!world.canRun(vcpu)) {
                throw new AssertionError("vCPU " + vcpu + " waits for ever");
            }
        }
    }

    /** Leaves out what is not needed for a sequence to fail, in ever smaller pieces. */
    List<Op> shrink(List<Op> failing) {
        List<Op> best = new ArrayList<>(failing);
        for (int piece = best.size() / 2; piece > 0; ) {
            boolean shorter = false;
            for (int from = 0; from + piece <= best.size(); ) {
                List<Op> candidate = new ArrayList<>(best);
                candidate.subList(from, from + piece).clear();
                if (complaint(candidate).isPresent()) {
                    best = candidate;
                    shorter = true;
                } else {
                    from += piece;
                }
            }
            if (!shorter || piece > best.size()) {
                piece /= 2;
            }
        }
        return best;
    }
}
