/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who goes on when entries of the ring become free (xen.md 7.4). */
class ProducersTest {
    private final Producers producers = new Producers(4);

    private List<Integer> asleep() {
        return IntStream.range(0, 4).filter(producers::isAsleep).boxed().toList();
    }

    private List<Integer> held() {
        return IntStream.range(0, 4).filter(producers::isHeld).boxed().toList();
    }

    @Test
    void sleepersGoOnInTheOrderInWhichTheyCame() {
        for (int vcpu : new int[] {2, 0, 3, 2}) {
            producers.sleep(vcpu);
        }
        assertEquals(List.of(0, 2, 3), asleep());
        producers.wake(0);
        producers.wake(-1);
        assertEquals(List.of(0, 2, 3), asleep());
        producers.wake(1);
        assertEquals(List.of(0, 3), asleep());
        producers.wake(2);
        assertFalse(producers.isAnybodyAsleep());
    }

    @Test
    void sleepersGoBeforeThoseThatAreHeld() {
        producers.sleep(3);
        producers.hold(0, 3);
        producers.wake(2);
        assertEquals(List.of(), asleep());
        assertEquals(List.of(0), held());
        producers.wake(1);
        assertEquals(List.of(), held());
    }

    @Test
    void thoseThatAreHeldGoOnInTurn() {
        for (int vcpu = 0; vcpu < 4; vcpu++) {
            producers.hold(vcpu, 0);
        }
        producers.wake(2);
        assertEquals(List.of(2, 3), held());
        producers.hold(0, 0);
        producers.wake(1);
        assertEquals(List.of(0, 3), held(), "number 0 has had its turn");
        producers.wake(1);
        producers.wake(1);
        assertEquals(List.of(), held());
    }

    @Test
    void nobodyIsHeldWhileEveryVcpuHasAnEntry() {
        producers.hold(1, 4);
        assertEquals(List.of(), held());
        producers.hold(1, 3);
        assertEquals(List.of(1), held());
        producers.releaseHeld();
        assertEquals(List.of(), held());
    }

    @Test
    void whoIsForgottenLeavesTheOthersInTheirOrder() {
        producers.sleep(1);
        producers.sleep(2);
        producers.sleep(3);
        producers.hold(2, 0);
        producers.forget(2);
        producers.forget(0);
        assertTrue(producers.isAnybodyAsleep());
        assertEquals(List.of(), held());
        producers.wake(1);
        assertEquals(List.of(3), asleep());
    }
}
