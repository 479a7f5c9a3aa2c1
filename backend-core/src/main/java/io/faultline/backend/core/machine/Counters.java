/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.machine.VcpuExit;
import io.faultline.api.pagefault.FaultCounters;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The counters of a machine. They are not state: like the number of retired instructions they go on through reset and
 * restore.
 */
final class Counters {
    private static final Counter[] ALL = Counter.values();

    private final long[] counts = new long[ALL.length];

    void count(Counter counter) {
        counts[counter.ordinal()]++;
    }

    void add(Counter counter, long amount) {
        counts[counter.ordinal()] += amount;
    }

    void count(VcpuExit exit) {
        count(counterOf(exit));
    }

    /** A machine of this package never gives the exit that only one backend knows. */
    private static Counter counterOf(VcpuExit exit) {
        if (exit instanceof VcpuExit.Stepped) {
            return Counter.STEPPED;
        } else if (exit instanceof VcpuExit.BudgetExhausted) {
            return Counter.BUDGET_EXHAUSTED;
        } else if (exit instanceof VcpuExit.MmioRead) {
            return Counter.MMIO_READ;
        } else if (exit instanceof VcpuExit.MmioWrite) {
            return Counter.MMIO_WRITE;
        } else if (exit instanceof VcpuExit.WaitForInterrupt) {
            return Counter.WAIT_FOR_INTERRUPT;
        } else if (exit instanceof VcpuExit.WaitForPage) {
            return Counter.WAIT_FOR_PAGE;
        } else if (exit instanceof VcpuExit.Kicked) {
            return Counter.KICKED;
        } else if (exit instanceof VcpuExit.PoweredOff) {
            return Counter.POWERED_OFF;
        } else if (exit instanceof VcpuExit.SystemEvent) {
            return Counter.SYSTEM_EVENT;
        } else {
            return Counter.UNRECOVERABLE;
        }
    }

    /**
     * Returns all counters by name.
     *
     * @param faults counters of absent pages, which the handler keeps
     * @return a new sorted map
     */
    SortedMap<String, Long> byName(FaultCounters faults) {
        SortedMap<String, Long> named = new TreeMap<>();
        for (Counter counter : ALL) {
            named.put(counter.text(), counts[counter.ordinal()]);
        }
        named.put("apf.announced", faults.announced());
        named.put("apf.ready", faults.ready());
        named.put("apf.wake-alls", faults.wakeAlls());
        named.put("apf.covered-by-wake-all", faults.coveredByWakeAll());
        named.put("apf.cancelled", faults.cancelled());
        named.put("apf.outstanding", faults.outstanding());
        named.put("apf.declined", faults.declined());
        named.put("apf.parked", faults.parked());
        named.put("apf.synchronous", faults.synchronous());
        named.put("apf.repeated", faults.repeated());
        named.put("apf.page-ins", faults.pageIns());
        named.put("apf.failures", faults.failures());
        named.put("apf.dropped", faults.dropped());
        faults.vetoes().forEach((veto, count) -> named.put("apf.veto." + veto, count));
        return named;
    }
}
