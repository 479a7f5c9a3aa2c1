/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counters of asynchronous page faulting since the machine was built; they survive save and restore.
 *
 * <p>At every instant {@code announced == ready + coveredByWakeAll + cancelled + outstanding} (APF-190), and the sum of
 * all vetoes is the number of faults that were not announced.
 *
 * @param announced faults announced to the guest
 * @param ready ready notifications that named one token and were shown to the guest
 * @param wakeAlls wake-all notifications shown to the guest
 * @param coveredByWakeAll announced faults that a wake-all ended
 * @param cancelled announced faults ended without a notification: disabled, reset, answered synchronously or withdrawn
 * @param outstanding announced faults that have not come to an end
 * @param declined announced faults that the guest refused to handle asynchronously; a part of cancelled
 * @param parked faults for which the vCPU waited but still took interrupts
 * @param synchronous faults for which the vCPU simply stopped
 * @param repeated faults on a page that was already on its way
 * @param pageIns pages asked of a page source
 * @param failures answers of a page source that said failed
 * @param dropped answers of a page source that nobody waited for
 * @param vetoes number of faults not announced, by name of the veto; sorted, unmodifiable
 * @since 0.1
 */
public record FaultCounters(
        long announced,
        long ready,
        long wakeAlls,
        long coveredByWakeAll,
        long cancelled,
        long outstanding,
        long declined,
        long parked,
        long synchronous,
        long repeated,
        long pageIns,
        long failures,
        long dropped,
        SortedMap<String, Long> vetoes) {
    /** Copies the map. */
    public FaultCounters {
        vetoes = Collections.unmodifiableSortedMap(new TreeMap<>(vetoes));
    }

    /**
     * Returns how often a veto was the reason.
     *
     * @param veto the veto
     * @return its count
     */
    public long count(Veto veto) {
        return vetoes.getOrDefault(veto.name(), 0L);
    }

    /**
     * Returns the number of faults that were not announced.
     *
     * @return the sum of all vetoes
     */
    public long vetoed() {
        return vetoes.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Tells whether every announced fault is accounted for.
     *
     * @return true if announced = ready + covered by wake-all + cancelled + outstanding
     */
    public boolean isBalanced() {
        return announced == ready + coveredByWakeAll + cancelled + outstanding;
    }
}
