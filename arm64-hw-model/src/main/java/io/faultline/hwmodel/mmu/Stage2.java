/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The stage 2 translation of a machine: intermediate physical addresses are physical addresses, pages of RAM that are
 * absent are not mapped, and software at EL2 may take permissions away page by page, have a page lead to other memory, or
 * take it out.
 *
 * <p>Faults are those of a table with 4 KiB granule that maps RAM with pages. A translation fault is at level 3 where
 * RAM shares the 2 MiB block, at level 2 where it shares the 1 GiB block, at level 1 elsewhere. A permission fault is
 * at level 3. Not thread-safe.
 *
 * @since 0.1
 */
public final class Stage2 implements StateElement {
    /** Permission to read. */
    public static final int READ = 1;
    /** Permission to write. */
    public static final int WRITE = 2;
    /** Permission to execute. */
    public static final int EXECUTE = 4;
    /** Every permission: what a page has unless something else was said. */
    public static final int ALL = READ | WRITE | EXECUTE;
    /** What {@link #check} returns for an access that is allowed. */
    public static final int ALLOWED = -1;

    /** What {@link #physical} returns for a page that was taken out. */
    public static final long HOLE = -1;

    private final GuestRam ram;
    private final PageMap moved = new PageMap();
    private final TreeMap<Long, Integer> restricted = new TreeMap<>();

    /**
     * Makes the translation in which every resident page has every permission.
     *
     * @param ram the memory
     */
    public Stage2(GuestRam ram) {
        this.ram = Objects.requireNonNull(ram, "ram");
    }

    /**
     * Sets the permissions of a page; PEs see it at their next access.
     *
     * @param page address of the page
     * @param permissions a combination of {@link #READ}, {@link #WRITE} and {@link #EXECUTE}
     * @throws IllegalArgumentException if another bit is set
     */
    public void permit(long page, int permissions) {
        if ((permissions & ~ALL) != 0) {
            throw new IllegalArgumentException("permissions are a combination of 1, 2 and 4, not " + permissions);
        }
        if (permissions == ALL) {
            restricted.remove(PageSize.pageOf(page));
        } else {
            restricted.put(PageSize.pageOf(page), permissions);
        }
        ram.changed();
    }

    /**
     * Returns the permissions of a page, whether it is resident or not.
     *
     * @param address any address in the page
     * @return a combination of {@link #READ}, {@link #WRITE} and {@link #EXECUTE}
     */
    public int permissions(long address) {
        return restricted.isEmpty() ? ALL : restricted.getOrDefault(PageSize.pageOf(address), ALL);
    }

    /**
     * Has a page lead to other memory, whether there is RAM at its own address or not; PEs see it at their next access.
     *
     * @param page address of the page, below 2^48
     * @param frame physical address of a page of RAM
     * @throws IllegalArgumentException if one of the two is no page, or there is no RAM at the frame
     */
    public void map(long page, long frame) {
        if (!PageSize.isAligned(frame) || !ram.contains(frame)) {
            throw new IllegalArgumentException("there is no page of RAM at 0x" + Long.toHexString(frame));
        }
        move(page, frame);
    }

    /**
     * Takes a page out: what is there is memory no longer, until something else is said.
     *
     * @param page address of the page, below 2^48
     * @throws IllegalArgumentException if it is not the address of a page
     */
    public void unmap(long page) {
        move(page, HOLE);
    }

    /**
     * Has a page lead to its own address again.
     *
     * @param page address of the page
     */
    public void mapToItself(long page) {
        moved.remove(PageSize.pageOf(page));
        ram.changed();
    }

    private void move(long page, long frame) {
        if (!PageSize.isAligned(page) || page < 0) {
            throw new IllegalArgumentException("0x" + Long.toHexString(page) + " is not the address of a page");
        }
        moved.put(page, frame);
        ram.changed();
    }

    /**
     * Returns where an address leads, permissions and residency aside.
     *
     * @param ipa intermediate physical address, below 2^48
     * @return physical address, or {@link #HOLE}
     */
    public long physical(long ipa) {
        if (moved.isEmpty()) {
            return ipa;
        }
        long page = PageSize.pageOf(ipa);
        long frame = moved.get(page, page);
        return frame == HOLE ? HOLE : frame + (ipa - page);
    }

    /**
     * Tells whether every address leads to itself.
     *
     * @return true if nothing was mapped elsewhere or taken out
     */
    public boolean isIdentity() {
        return moved.isEmpty();
    }

    /**
     * Translates.
     *
     * @param ipa intermediate physical address, below 2^48
     * @param access kind of the access
     * @return {@link #ALLOWED}, or a {@link FaultStatus} code including the level
     */
    public int check(long ipa, AccessKind access) {
        if (!ram.isResident(physical(ipa))) {
            return FaultStatus.TRANSLATION + translationLevel(ipa);
        }
        int needed = switch (access) {
            case READ -> READ;
            case WRITE -> WRITE;
            case EXECUTE -> EXECUTE;
        };
        return (permissions(ipa) & needed) != 0 ? ALLOWED : FaultStatus.PERMISSION + 3;
    }

    private int translationLevel(long ipa) {
        int level = 1;
        List<RamRegion> regions = ram.regions();
        for (int i = 0; i < regions.size(); i++) {
            RamRegion region = regions.get(i);
            if (sharesBlock(region, ipa, 21)) {
                return 3;
            }
            if (sharesBlock(region, ipa, 30)) {
                level = 2;
            }
        }
        return level;
    }

    private static boolean sharesBlock(RamRegion region, long ipa, int shift) {
        long block = ipa >>> shift;
        return block >= region.base() >>> shift && block <= region.end() - 1 >>> shift;
    }

    @Override
    public String stateName() {
        return "stage2";
    }

    @Override
    public void reset() {
        restricted.clear();
        moved.clear();
        ram.changed();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("moved", moved.pages());
        writer.words("frames", moved.frames());
        long[] pages = new long[restricted.size()];
        long[] permissions = new long[restricted.size()];
        int i = 0;
        for (Map.Entry<Long, Integer> entry : restricted.entrySet()) {
            pages[i] = entry.getKey();
            permissions[i++] = entry.getValue();
        }
        writer.words("pages", pages);
        writer.words("permissions", permissions);
    }

    @Override
    public void restore(StateReader reader) {
        long[] from = reader.words("moved");
        long[] to = reader.words("frames", from.length);
        moved.clear();
        for (int i = 0; i < from.length; i++) {
            boolean fits = PageSize.isAligned(from[i]) && from[i] >= 0 && (i == 0 || from[i] > from[i - 1]);
            if (!fits || to[i] != HOLE && !(PageSize.isAligned(to[i]) && ram.contains(to[i]))) {
                throw reader.invalid("frames", "leads a page to where there is no RAM");
            }
            moved.put(from[i], to[i]);
        }
        long[] pages = reader.words("pages");
        long[] permissions = reader.words("permissions", pages.length);
        restricted.clear();
        for (int i = 0; i < pages.length; i++) {
            if (!PageSize.isAligned(pages[i]) || permissions[i] < 0 || permissions[i] >= ALL) {
                throw reader.invalid("permissions", "has an entry that is not a restriction of a page");
            }
            restricted.put(pages[i], (int) permissions[i]);
        }
        ram.changed();
    }
}
