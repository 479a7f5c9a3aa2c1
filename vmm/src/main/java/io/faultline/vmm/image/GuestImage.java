/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A guest that can be put into memory.
 *
 * @param name the file it comes from, for messages
 * @param entry guest-physical address of the first instruction, a multiple of 4 inside a segment
 * @param segments what it consists of, sorted by address, without overlaps
 * @param absent whole pages that the guest wants to be absent when it starts (section {@value ElfReader#ABSENT_SECTION})
 * @param linux whether it is started by the boot protocol of Linux: it needs a device tree, in X0
 * @since 0.1
 */
public record GuestImage(String name, long entry, List<Segment> segments, List<MemoryRegion> absent, boolean linux) {
    /**
     * Makes an image that is not started by the boot protocol of Linux.
     *
     * @param name name for messages
     * @param entry address of the first instruction
     * @param segments what to load
     * @param absent pages to take away after loading
     */
    public GuestImage(String name, long entry, List<Segment> segments, List<MemoryRegion> absent) {
        this(name, entry, segments, absent, false);
    }

    /**
     * Checks the image as a whole and sorts the segments.
     *
     * @throws io.faultline.api.error.HypervisorException with INVALID_IMAGE if segments overlap or the entry is not in
     *     one of them
     */
    public GuestImage {
        Objects.requireNonNull(name, "name");
        List<Segment> sorted = new ArrayList<>(segments);
        sorted.sort(Comparator.comparingLong(Segment::address));
        for (int i = 1; i < sorted.size(); i++) {
            Segment lower = sorted.get(i - 1);
            Segment upper = sorted.get(i);
            if (lower.end() > upper.address()) {
                throw ImageProblem.of(name, "segments " + lower + " and " + upper + " overlap", "link it again");
            }
        }
        long first = entry;
        if (sorted.stream().noneMatch(segment -> segment.contains(first))) {
            throw ImageProblem.of(
                    name,
                    "the entry address 0x" + Long.toHexString(entry) + " is outside every loaded segment",
                    "set the entry symbol when linking");
        }
        if (entry % 4 != 0) {
            throw ImageProblem.of(
                    name,
                    "the entry address 0x" + Long.toHexString(entry) + " is not a multiple of 4",
                    "link it again");
        }
        segments = List.copyOf(sorted);
        absent = List.copyOf(absent);
    }

    /**
     * Checks that every segment lies in some region.
     *
     * @param memory the memory of the machine, RAM last
     * @throws io.faultline.api.error.HypervisorException with INVALID_IMAGE, naming the first segment that does not fit
     */
    public void requireInside(List<MemoryRegion> memory) {
        MemoryRegion ram = memory.get(memory.size() - 1);
        for (Segment segment : segments) {
            if (memory.stream().noneMatch(region -> region.contains(segment.address(), segment.bytes()))) {
                throw ImageProblem.of(
                        name,
                        "segment " + segment + " is outside the memory " + ram,
                        segment.address() >= ram.base() && segment.address() < ram.end()
                                ? "give the machine more memory"
                                : "link it for addresses from 0x" + Long.toHexString(ram.base()));
            }
        }
    }

    /**
     * Writes the image into the memory of a machine that has just been built, which reads as zero elsewhere.
     *
     * @param memory the memory
     */
    public void load(GuestMemory memory) {
        for (Segment segment : segments) {
            memory.write(segment.address(), segment.content());
        }
    }
}
