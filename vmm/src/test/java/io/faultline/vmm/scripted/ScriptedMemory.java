/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Sparse memory with residency. */
final class ScriptedMemory implements GuestMemory {
    private final List<MemoryRegion> regions;
    private final Map<Long, byte[]> pages = new HashMap<>();
    private final Set<Long> absent = new TreeSet<>();
    private final Set<Long> poisoned = new TreeSet<>();

    ScriptedMemory(List<MemoryRegion> regions) {
        this.regions = regions;
    }

    byte[] remove(long page) {
        absent.add(page);
        byte[] content = pages.remove(page);
        return content == null ? new byte[PageSize.BYTES] : content;
    }

    void poison(long page) {
        poisoned.add(page);
    }

    void put(long page, byte[] content) {
        absent.remove(page);
        pages.put(page, content.clone());
    }

    /** Resident pages with their content, and which are absent. */
    void save(StateWriter writer) {
        writer.words("absent", absent.stream().mapToLong(Long::longValue).toArray());
        writer.words(
                "present",
                pages.keySet().stream().mapToLong(Long::longValue).sorted().toArray());
        pages.forEach((page, content) -> writer.bytes("page." + Long.toHexString(page), content));
    }

    void restore(StateReader reader) {
        pages.clear();
        absent.clear();
        for (long page : reader.words("absent")) {
            absent.add(page);
        }
        for (long page : reader.words("present")) {
            pages.put(page, reader.bytes("page." + Long.toHexString(page)));
        }
    }

    @Override
    public List<MemoryRegion> regions() {
        return regions;
    }

    @Override
    public void read(long address, byte[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = page(address + i)[(int) ((address + i) & PageSize.OFFSET_MASK)];
        }
    }

    @Override
    public void write(long address, byte[] source) {
        for (int i = 0; i < source.length; i++) {
            page(address + i)[(int) ((address + i) & PageSize.OFFSET_MASK)] = source[i];
        }
    }

    @Override
    public PageResidency residency(long address) {
        if (poisoned.contains(PageSize.pageOf(address))) {
            return PageResidency.POISONED;
        }
        return absent.contains(PageSize.pageOf(address)) ? PageResidency.ABSENT : PageResidency.RESIDENT;
    }

    private byte[] page(long address) {
        if (regions.stream().noneMatch(region -> region.contains(address, 1))) {
            throw new HypervisorException(
                    ErrorId.NOT_GUEST_MEMORY, "0x" + Long.toHexString(address) + " is not memory", "scripted", "");
        }
        if (residency(address) == PageResidency.ABSENT) {
            throw new HypervisorException(
                    ErrorId.PAGE_ABSENT, "0x" + Long.toHexString(address) + " is absent", "scripted", "");
        }
        return pages.computeIfAbsent(PageSize.pageOf(address), page -> new byte[PageSize.BYTES]);
    }
}
