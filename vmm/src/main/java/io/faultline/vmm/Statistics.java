/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.machine.Machine;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.vmm.MemoryErrorReport.Stage;
import io.faultline.vmm.device.Pl011Uart;
import io.faultline.vmm.vmbus.VmbusServer;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Collects every counter under a stable name. */
final class Statistics {
    private Statistics() {}

    static SortedMap<String, Long> of(
            Machine machine, Pl011Uart uart, RunLoop loop, MemoryErrors errors, Optional<VmbusServer> vmbus) {
        SortedMap<String, Long> statistics = new TreeMap<>(machine.counters());
        machine.asyncPageFaults().ifPresent(faults -> add(statistics, faults.counters()));
        long instructions = 0;
        for (Vcpu vcpu : machine.vcpus()) {
            instructions += vcpu.retired();
            statistics.put("vmm.instructions." + vcpu.index(), vcpu.retired());
        }
        statistics.put("vmm.instructions", instructions);
        statistics.put("vmm.nanos", machine.clock().nanos());
        statistics.put("vmm.uart.sent", uart.sent());
        statistics.put(
                "vmm.memory-errors.raised",
                count(errors, report -> report.raisedAfter().isPresent()));
        statistics.put("vmm.memory-errors.noticed", count(errors, report -> report.stage() == Stage.NOTICED));
        statistics.put("vmm.mmio.refused", loop.refused());
        statistics.put("vmm.mmio.ignored", loop.ignored());
        vmbus.ifPresent(bus -> {
            statistics.put("vmm.vmbus.requests", bus.requests());
            statistics.put("vmm.vmbus.refused", bus.refused());
            statistics.put("vmm.vmbus.packets", bus.packets());
            statistics.put("vmm.vmbus.interrupts", bus.interrupts());
        });
        return statistics;
    }

    private static long count(MemoryErrors errors, Predicate<MemoryErrorReport> which) {
        return errors.reports().stream().filter(which).count();
    }

    private static void add(Map<String, Long> statistics, FaultCounters counters) {
        statistics.put("apf.announced", counters.announced());
        statistics.put("apf.ready", counters.ready());
        statistics.put("apf.wake-alls", counters.wakeAlls());
        statistics.put("apf.covered-by-wake-all", counters.coveredByWakeAll());
        statistics.put("apf.cancelled", counters.cancelled());
        statistics.put("apf.outstanding", counters.outstanding());
        statistics.put("apf.declined", counters.declined());
        statistics.put("apf.parked", counters.parked());
        statistics.put("apf.synchronous", counters.synchronous());
        statistics.put("apf.repeated", counters.repeated());
        statistics.put("apf.page-ins", counters.pageIns());
        statistics.put("apf.failures", counters.failures());
        statistics.put("apf.dropped", counters.dropped());
        counters.vetoes().forEach((veto, count) -> statistics.put("apf.veto." + veto, count));
    }
}
