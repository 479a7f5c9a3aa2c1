/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.Policy.WaitMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static FaultContext fault(ProcessorState state) {
        return new FaultContext(0, 0x1000, AccessKind.WRITE, false, 0, state);
    }

    @Test
    void numbersMustBePositive() {
        for (Policy.Builder builder : List.of(
                Policy.builder().limit(0),
                Policy.builder().readyCapacity(0),
                Policy.builder().failureLimit(-1))) {
            assertThrows(IllegalArgumentException.class, builder::build);
        }
    }

    @Test
    void supervisorFaultsStopUnlessThePolicySaysOtherwise() {
        FaultContext kernel = fault(ProcessorState.EL1H_MASKED);
        assertEquals(WaitMode.STOP, Policy.builder().build().waitFor(kernel, Veto.SUPERVISOR_MODE));
        Policy preemptible = Policy.builder().supervisorFaults(WaitMode.PARK).build();
        assertEquals(WaitMode.PARK, preemptible.waitFor(kernel, Veto.SUPERVISOR_MODE));
        assertEquals(WaitMode.STOP, preemptible.waitFor(kernel, Veto.FAILED_BEFORE));
        Policy stopping = Policy.builder()
                .supervisorFaults(WaitMode.PARK)
                .undeliverable(WaitMode.STOP)
                .build();
        assertEquals(WaitMode.STOP, stopping.waitFor(kernel, Veto.SUPERVISOR_MODE));
    }

    @Test
    void someVetoesAlwaysStop() {
        FaultContext user = fault(ProcessorState.EL0T);
        Policy policy = Policy.builder().build();
        for (Veto veto :
                List.of(Veto.LIMIT_REACHED, Veto.FAILED_BEFORE, Veto.NO_SOURCE, Veto.VMM_DECLINED, Veto.AREA_PAGE)) {
            assertEquals(WaitMode.STOP, policy.waitFor(user, veto), veto::name);
        }
        for (Veto veto : List.of(Veto.NOT_ENABLED, Veto.IN_FLIGHT, Veto.EVENT_MASKED, Veto.NOTIFICATION_OUTSTANDING)) {
            assertEquals(WaitMode.PARK, policy.waitFor(user, veto), veto::name);
        }
    }

    @Test
    void aFaultIsOnAPage() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new FaultContext(0, 0x1001, AccessKind.READ, false, 0, ProcessorState.EL0T));
        assertTrue(fault(ProcessorState.EL1H_MASKED).isSupervisor());
    }

    @Test
    void theFirstRuleThatObjectsIsTheReason() {
        Eligibility eligibility = new Eligibility(List.of(
                VetoRule.of(Veto.SINGLE_STEP, fault -> false),
                VetoRule.of(Veto.AREA_PAGE, fault -> true),
                VetoRule.of(Veto.LIMIT_REACHED, fault -> true)));
        assertEquals(
                Veto.AREA_PAGE, eligibility.judge(fault(ProcessorState.EL0T)).orElseThrow());
        assertTrue(new Eligibility(List.of()).judge(fault(ProcessorState.EL0T)).isEmpty());
    }
}
