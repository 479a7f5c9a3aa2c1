/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.machine.Machine;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.vmm.MemoryErrorInjection.Notice;
import io.faultline.vmm.MemoryErrorReport.Stage;
import io.faultline.vmm.acpi.GenericErrorSource;
import io.faultline.vmm.acpi.MemoryErrorRecord;
import io.faultline.vmm.paging.LostPageSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes memory errors happen, each at its time. Errors that the guest is told of follow each other: there is one record, and
 * the next error waits until the guest has acknowledged the one before.
 */
final class MemoryErrors {
    /**
     * The event by which the guest is told: shared, so that any vCPU that does not mask events can take it; normal, so that
     * it does not interrupt the handler of another.
     */
    static final SdeiEvent CHANNEL =
            new SdeiEvent(VirtualMachine.MEMORY_ERROR_EVENT, SdeiEventType.SHARED, SdeiPriority.NORMAL);

    private final Machine machine;
    private final Optional<GenericErrorSource> source;
    private final List<Entry> entries = new ArrayList<>();
    private int raised;

    private static final class Entry {
        private final long address;
        private final Notice notice;
        private final OptionalLong due;
        private Stage stage = Stage.WAITING;
        private OptionalLong raisedAfter = OptionalLong.empty();

        Entry(long address, Notice notice, OptionalLong due) {
            this.address = address;
            this.notice = notice;
            this.due = due;
        }
    }

    MemoryErrors(Machine machine, Optional<GenericErrorSource> source) {
        this.machine = machine;
        this.source = source;
    }

    void add(long address, MemoryErrorInjection injection) {
        entries.add(new Entry(address, injection.notice(), injection.afterInstructions()));
    }

    /**
     * Does what is due.
     *
     * @param executed instructions of all vCPUs until now
     */
    void poll(long executed) {
        for (Entry entry : entries) {
            refresh(entry);
            if (entry.stage == Stage.WAITING && entry.due.orElse(0) <= executed && raise(entry)) {
                entry.stage = Stage.RAISED;
                entry.raisedAfter = OptionalLong.of(executed);
            }
        }
    }

    /**
     * Tells how long nothing is due.
     *
     * @param executed instructions of all vCPUs until now
     * @return instructions until the next error at least; at least 1
     */
    long untilNext(long executed) {
        long next = Long.MAX_VALUE;
        for (Entry entry : entries) {
            if (entry.stage == Stage.WAITING && entry.due.orElse(0) > executed) {
                next = Math.min(next, entry.due.getAsLong() - executed);
            }
        }
        return next;
    }

    List<MemoryErrorReport> reports() {
        entries.forEach(this::refresh);
        return entries.stream()
                .map(entry -> new MemoryErrorReport(entry.address, entry.notice, entry.stage, entry.raisedAfter))
                .toList();
    }

    private boolean raise(Entry entry) {
        return entry.notice == Notice.SDEI ? report(entry) : lose(entry);
    }

    /** Tells the guest, if it listens and has read what it was told before. */
    private boolean report(Entry entry) {
        EventNotifications notifications = machine.notifications().orElseThrow();
        GenericErrorSource target = source.orElseThrow();
        if (!notifications.state(CHANNEL, 0).ready() || !isAcknowledged(target)) {
            return false;
        }
        GuestMemory memory = machine.memory();
        memory.write(target.statusBlock(), new MemoryErrorRecord(entry.address).statusBlock());
        memory.store(target.readAck(), AccessWidth.DOUBLEWORD, 0);
        // Every vCPU is the one that is asked first, in turn.
        DeliveryOutcome outcome =
                notifications.inject(CHANNEL, raised % machine.vcpus().size());
        raised++;
        if (outcome.kind() == DeliveryOutcome.Kind.REJECTED) {
            memory.store(target.readAck(), AccessWidth.DOUBLEWORD, GenericErrorSource.ACKNOWLEDGED);
            return false;
        }
        return true;
    }

    private boolean isAcknowledged(GenericErrorSource target) {
        return machine.memory().load(target.readAck(), AccessWidth.DOUBLEWORD) == GenericErrorSource.ACKNOWLEDGED;
    }

    private boolean lose(Entry entry) {
        AsyncPageFaults pages = machine.asyncPageFaults().orElseThrow();
        long page = PageSize.pageOf(entry.address);
        pages.attach(MemoryRegion.ram(page, PageSize.BYTES), new LostPageSource());
        pages.discard(page);
        return true;
    }

    private void refresh(Entry entry) {
        if (entry.stage == Stage.RAISED) {
            boolean noticed = entry.notice == Notice.SDEI
                    ? isAcknowledged(source.orElseThrow())
                    : machine.memory().residency(entry.address) == PageResidency.POISONED;
            entry.stage = noticed ? Stage.NOTICED : Stage.RAISED;
        }
    }
}
