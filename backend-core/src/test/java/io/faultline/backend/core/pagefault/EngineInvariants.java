/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What must hold whenever the engine is at rest, whatever happened (design.md, section 6). */
final class EngineInvariants {
    private EngineInvariants() {}

    static void check(World world) {
        countersAddUp(world);
        outstandingIsWhatTheGuestWaitsFor(world);
        noTokenTwice(world);
        limitsHold(world);
        nothingAwaitsWhatIsThere(world);
        oneReadyAtATime(world);
    }

    private static void require(boolean condition, String complaint) {
        if (!condition) {
            throw new AssertionError(complaint);
        }
    }

    private static void countersAddUp(World world) {
        FaultCounters counters = world.engine.counters();
        require(counters.isBalanced(), "unbalanced: " + counters);
        require(
                counters.vetoed() == counters.parked() + counters.synchronous(),
                "a fault has not exactly one veto and one way to wait: " + counters);
        require(counters.repeated() == counters.count(Veto.IN_FLIGHT), "repeated is not in-flight: " + counters);
        require(counters.declined() <= counters.cancelled(), "declined is not a part of cancelled: " + counters);
        long outstanding = world.engine.registry().all().stream()
                .filter(fault -> fault.state().account() == FaultState.Account.OUTSTANDING)
                .count();
        require(counters.outstanding() == outstanding, outstanding + " faults are outstanding: " + counters);
    }

    private static void outstandingIsWhatTheGuestWaitsFor(World world) {
        for (int vcpu = 0; vcpu < world.vcpus(); vcpu++) {
            TreeSet<Long> tokens = new TreeSet<>();
            for (Fault fault : world.engine.registry().of(vcpu)) {
                if (fault.state().account() == FaultState.Account.OUTSTANDING) {
                    tokens.add(fault.token());
                }
            }
            Set<Long> waiters = world.guest.view(vcpu).waiters;
            require(tokens.equals(waiters), "vCPU " + vcpu + " waits for " + waiters + ", outstanding are " + tokens);
        }
    }

    private static void noTokenTwice(World world) {
        Set<Long> tokens = new TreeSet<>();
        for (Fault fault : world.engine.registry().all()) {
            boolean fresh = fault.token() == 0 || tokens.add(fault.token());
            require(fresh, "token " + fault.token() + " belongs to two faults");
        }
    }

    private static void limitsHold(World world) {
        Policy policy = world.guest.policy();
        for (int vcpu = 0; vcpu < world.vcpus(); vcpu++) {
            List<Fault> faults = world.engine.registry().of(vcpu);
            require(world.engine.registry().outstanding(vcpu) <= policy.limit(), "more announced than slots");
            long unannounced = faults.stream()
                    .filter(fault -> fault.state() == FaultState.HIDDEN || fault.state() == FaultState.DECLINED)
                    .count();
            // A fault that is refused joins those that the guest does not wait for without pushing one out.
            require(unannounced <= 2L * policy.limit(), unannounced + " unannounced faults");
        }
    }

    private static void nothingAwaitsWhatIsThere(World world) {
        for (long page : world.engine.registry().awaitedPages()) {
            int index = World.index(page);
            World.Residency residency = world.pages[index];
            boolean expected = world.sourceless[index]
                    ? residency != World.Residency.RESIDENT
                    : residency == World.Residency.FETCHING;
            require(expected, "page " + index + " is awaited and " + residency);
        }
    }

    private static void oneReadyAtATime(World world) {
        for (int vcpu = 0; vcpu < world.vcpus(); vcpu++) {
            int shown = world.engine.delivery().shown(vcpu);
            require(shown <= world.guest.policy().readyCapacity(), shown + " ready notifications at once");
            require(world.guest.view(vcpu).line == shown || isFreeAtOnce(world), "line and what is shown disagree");
        }
    }

    private static boolean isFreeAtOnce(World world) {
        return world.guest.policy().acknowledgement() == Policy.Acknowledgement.NONE;
    }
}
