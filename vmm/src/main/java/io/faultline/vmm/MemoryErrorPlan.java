/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.vmm.MemoryErrorInjection.Notice;
import io.faultline.vmm.acpi.GenericErrorSource;
import io.faultline.vmm.paging.AbsentRange;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Refuses memory errors that cannot happen, and finds a page for those that may be anywhere. */
final class MemoryErrorPlan {
    /** Another sequence than that of the run loop, which has the same seed. */
    private static final long SALT = 0x6d65_6d6f_7279L;

    private MemoryErrorPlan() {}

    /** Tells whether a guest of a backend can be told of memory errors. */
    static boolean canReport(CapabilitySet capabilities) {
        return capabilities.has(Capabilities.SDEI)
                && capabilities.get(Capabilities.SDEI_PLATFORM_EVENTS).orElse(0) > 0;
    }

    /** Refuses what is wrong before there is a machine. */
    static void check(CapabilitySet capabilities, GuestConfiguration configuration) {
        for (MemoryErrorInjection error : configuration.memoryErrors()) {
            if (error.notice() == Notice.SDEI && !configuration.acpi()) {
                throw refused(
                        ErrorId.INVALID_ARGUMENT,
                        error,
                        "can be reported only to a guest that ACPI tables describe the machine to",
                        "have the machine described by ACPI tables");
            }
            if (error.notice() == Notice.SDEI && !canReport(capabilities)) {
                throw refused(
                        ErrorId.PLAN_REFUSED,
                        error,
                        "cannot be reported: this backend has no SDEI events for the VMM",
                        "use a backend with the capability " + Capabilities.SDEI_PLATFORM_EVENTS.id());
            }
            error.address().ifPresent(address -> checkAddress(configuration, error, address));
        }
    }

    private static void checkAddress(GuestConfiguration configuration, MemoryErrorInjection error, long address) {
        if (!configuration.ram().contains(address, 1)) {
            throw refused(
                    ErrorId.INVALID_ARGUMENT,
                    error,
                    "is outside the memory " + configuration.ram(),
                    "name an address of the memory");
        }
    }

    /** Makes the errors of a machine whose memory has been filled. */
    static MemoryErrors of(Machine machine, GuestConfiguration configuration, GuestPlacement.Placed placed) {
        List<AbsentRange> absent = VirtualMachine.absentRanges(configuration);
        MemoryErrors errors = new MemoryErrors(machine, placed.errors());
        Random random = new Random(configuration.seed() ^ SALT);
        Set<Long> lost = new TreeSet<>();
        for (MemoryErrorInjection error : configuration.memoryErrors()) {
            long address = error.address().orElseGet(() -> anyPage(error, placed, absent, random));
            if (error.notice() == Notice.ABORT) {
                checkLost(machine, error, PageSize.pageOf(address), absent, placed, lost);
            }
            errors.add(address, error);
        }
        placed.errors()
                .map(source -> MemoryRegion.ram(source.base(), GenericErrorSource.BYTES))
                .ifPresent(region -> checkSource(configuration, region, absent));
        return errors;
    }

    private static void checkLost(
            Machine machine,
            MemoryErrorInjection error,
            long page,
            List<AbsentRange> absent,
            GuestPlacement.Placed placed,
            Set<Long> lost) {
        if (machine.asyncPageFaults().isEmpty()) {
            throw refused(
                    ErrorId.PLAN_REFUSED,
                    error,
                    "cannot take a page away: pages of this backend cannot be lost",
                    "use a backend with the capability " + Capabilities.PAGING.id());
        }
        Optional<MemoryRegion> source =
                placed.errors().map(present -> MemoryRegion.ram(present.base(), GenericErrorSource.BYTES));
        if (contains(absent, page)
                || source.filter(region -> region.contains(page, 1)).isPresent()
                || !lost.add(page)) {
            throw refused(
                    ErrorId.RESOURCE_CONFLICT,
                    error,
                    "takes a page away that is absent, lost already, or where errors are reported",
                    "name another page");
        }
    }

    private static void checkSource(GuestConfiguration configuration, MemoryRegion source, List<AbsentRange> absent) {
        for (AbsentRange range : absent) {
            if (range.pages().overlaps(source)) {
                throw new HypervisorException(
                        ErrorId.RESOURCE_CONFLICT,
                        "absent pages " + range.pages() + " are in the memory " + source
                                + " through which hardware errors are reported",
                        configuration.image().name(),
                        "name other pages");
            }
        }
    }

    private static boolean contains(List<AbsentRange> absent, long page) {
        return absent.stream().anyMatch(range -> range.pages().contains(page, 1));
    }

    private static long anyPage(
            MemoryErrorInjection error, GuestPlacement.Placed placed, List<AbsentRange> absent, Random random) {
        long first = placed.freeStart() + PageSize.OFFSET_MASK & ~PageSize.OFFSET_MASK;
        int pages = (int) Math.min((placed.freeEnd() - first) / PageSize.BYTES, Integer.MAX_VALUE);
        if (pages > 0) {
            int start = random.nextInt(pages);
            for (int i = 0; i < pages; i++) {
                long page = first + (long) ((start + i) % pages) * PageSize.BYTES;
                if (!contains(absent, page)) {
                    return page;
                }
            }
        }
        throw refused(
                ErrorId.RESOURCE_CONFLICT, error, "finds no page that is not in use", "give the machine more memory");
    }

    private static HypervisorException refused(ErrorId id, MemoryErrorInjection error, String problem, String remedy) {
        return new HypervisorException(id, error.where() + " " + problem, "", remedy);
    }
}
