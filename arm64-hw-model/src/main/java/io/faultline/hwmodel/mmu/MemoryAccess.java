/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.PageSize;
import io.faultline.hwmodel.memory.ExclusiveMonitor;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.PageObserver;
import io.faultline.hwmodel.memory.RamPage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How one PE gets at memory: a software TLB, and behind it both stages of translation.
 *
 * <p>An entry of the TLB says that aligned accesses to a page may go straight to its bytes. Everything that needs more
 * than that has no entry and takes the slow path: absent or restricted pages, pages with decoded code or foreign
 * exclusive reservations (for stores), unaligned accesses. The entries are a cache and no state.
 */
public final class MemoryAccess implements PageObserver {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int ENTRIES = 512;
    private static final int OFFSET = PageSize.BYTES - 1;
    private static final byte[] NO_PAGE = new byte[0];
    /** Never equal to a page address with alignment bits. */
    private static final long EMPTY = OFFSET;
    /** What is compared: the page, and the address bits that an aligned access has as zero. */
    private static final long TAG8 = ~(OFFSET & ~7L);

    private static final long TAG4 = ~(OFFSET & ~3L);
    private static final long TAG2 = ~(OFFSET & ~1L);
    private static final long TAG1 = ~(long) OFFSET;
    private static final int ZERO_BLOCK = 64;

    private final GuestRam ram;
    private final Stage2 stage2;
    private final Stage1 stage1;
    private final ExclusiveMonitor monitor;
    private final MemoryFault fault = new MemoryFault();
    private boolean stage2Enabled = true;

    private final long[] readTags = new long[ENTRIES];
    private final byte[][] readPages = new byte[ENTRIES][];
    private final long[] writeTags = new long[ENTRIES];
    private final byte[][] writePages = new byte[ENTRIES][];

    /**
     * Makes the accesses of one PE.
     *
     * @param ram the memory
     * @param stage2 stage 2 of the machine
     * @param tcr reads TCR_EL1
     */
    public MemoryAccess(GuestRam ram, Stage2 stage2, LongSupplier tcr) {
        this(ram, stage2, new FlatStage1(tcr));
    }

    MemoryAccess(GuestRam ram, Stage2 stage2, Stage1 stage1) {
        this.ram = ram;
        this.stage2 = stage2;
        this.stage1 = stage1;
        monitor = ram.newMonitor();
        Arrays.fill(readPages, NO_PAGE);
        Arrays.fill(writePages, NO_PAGE);
        pagesChanged();
    }

    /**
     * Returns the exclusive monitor of this PE.
     *
     * @return the monitor
     */
    public ExclusiveMonitor monitor() {
        return monitor;
    }

    /**
     * Turns stage 2 on or off (HCR_EL2.VM). Without it, an address without RAM is an external abort.
     *
     * @param enabled true for on
     */
    public void enableStage2(boolean enabled) {
        stage2Enabled = enabled;
        pagesChanged();
    }

    @Override
    public void pagesChanged() {
        Arrays.fill(readTags, EMPTY);
        Arrays.fill(writeTags, EMPTY);
    }

    /** Called before this PE runs: stores to what other PEs have reserved must be seen. */
    public void beforeRun() {
        if (ram.isAnyReservedByOther(monitor)) {
            Arrays.fill(writeTags, EMPTY);
        }
    }

    /**
     * Loads 8 bytes.
     *
     * @param address virtual address
     * @return the value
     */
    public long load64(long address) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        return readTags[entry] == (address & TAG8)
                ? (long) LONGS.get(readPages[entry], (int) address & OFFSET)
                : slowLoad(address, 8);
    }

    /**
     * Loads 4 bytes.
     *
     * @param address virtual address
     * @return the value, sign-extended by the language
     */
    public int load32(long address) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        return readTags[entry] == (address & TAG4)
                ? (int) INTS.get(readPages[entry], (int) address & OFFSET)
                : (int) slowLoad(address, 4);
    }

    /**
     * Loads 2 bytes.
     *
     * @param address virtual address
     * @return the value, sign-extended by the language
     */
    public short load16(long address) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        return readTags[entry] == (address & TAG2)
                ? (short) SHORTS.get(readPages[entry], (int) address & OFFSET)
                : (short) slowLoad(address, 2);
    }

    /**
     * Loads 1 byte.
     *
     * @param address virtual address
     * @return the value, sign-extended by the language
     */
    public byte load8(long address) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        return readTags[entry] == (address & TAG1)
                ? readPages[entry][(int) address & OFFSET]
                : (byte) slowLoad(address, 1);
    }

    /**
     * Stores 8 bytes.
     *
     * @param address virtual address
     * @param value the value
     */
    public void store64(long address, long value) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        if (writeTags[entry] == (address & TAG8)) {
            LONGS.set(writePages[entry], (int) address & OFFSET, value);
        } else {
            slowStore(address, 8, value);
        }
    }

    /**
     * Stores 4 bytes.
     *
     * @param address virtual address
     * @param value the value; upper bits are ignored
     */
    public void store32(long address, long value) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        if (writeTags[entry] == (address & TAG4)) {
            INTS.set(writePages[entry], (int) address & OFFSET, (int) value);
        } else {
            slowStore(address, 4, value);
        }
    }

    /**
     * Stores 2 bytes.
     *
     * @param address virtual address
     * @param value the value; upper bits are ignored
     */
    public void store16(long address, long value) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        if (writeTags[entry] == (address & TAG2)) {
            SHORTS.set(writePages[entry], (int) address & OFFSET, (short) value);
        } else {
            slowStore(address, 2, value);
        }
    }

    /**
     * Stores 1 byte.
     *
     * @param address virtual address
     * @param value the value; upper bits are ignored
     */
    public void store8(long address, long value) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        if (writeTags[entry] == (address & TAG1)) {
            writePages[entry][(int) address & OFFSET] = (byte) value;
        } else {
            slowStore(address, 1, value);
        }
    }

    /**
     * Stores twice 8 bytes, or nothing if either half faults.
     *
     * @param address virtual address of the first half
     * @param first first value
     * @param second second value
     */
    public void storePair64(long address, long first, long second) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        int offset = (int) address & OFFSET;
        if (writeTags[entry] == (address & TAG8) && offset <= OFFSET - 15) {
            LONGS.set(writePages[entry], offset, first);
            LONGS.set(writePages[entry], offset + 8, second);
        } else {
            probePair(address, 8);
            store64(address, first);
            store64(address + 8, second);
        }
    }

    /**
     * Stores twice 4 bytes, or nothing if either half faults.
     *
     * @param address virtual address of the first half
     * @param first first value; upper bits are ignored
     * @param second second value; upper bits are ignored
     */
    public void storePair32(long address, long first, long second) {
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        int offset = (int) address & OFFSET;
        if (writeTags[entry] == (address & TAG4) && offset <= OFFSET - 7) {
            INTS.set(writePages[entry], offset, (int) first);
            INTS.set(writePages[entry], offset + 4, (int) second);
        } else {
            probePair(address, 4);
            store32(address, first);
            store32(address + 4, second);
        }
    }

    private void probePair(long address, int size) {
        locate(address, size, AccessKind.WRITE);
        if (((int) address & OFFSET) + 2 * size > PageSize.BYTES) {
            locate(nextPage(address), 1, AccessKind.WRITE);
        }
    }

    /**
     * Loads for a load-exclusive and marks the block.
     *
     * @param address virtual address
     * @param size bytes of the whole access, 1 to 16; the address must be a multiple
     */
    public void mark(long address, int size) {
        requireAligned(address, size, AccessKind.READ);
        RamPage page = locate(address, size, AccessKind.READ);
        monitor.mark(page.address() | address & OFFSET);
    }

    /**
     * Tells whether a store-exclusive may store, and ends the reservation. Checks alignment first.
     *
     * @param address virtual address
     * @param size bytes of the whole access, 1 to 16
     * @return true if the store is to be done now
     */
    public boolean passesMonitor(long address, int size) {
        requireAligned(address, size, AccessKind.WRITE);
        if (!monitor.isOpen()) {
            return false;
        }
        RamPage page = locate(address, size, AccessKind.WRITE);
        boolean passed = monitor.covers(page.address() | address & OFFSET);
        monitor.clear();
        return passed;
    }

    /** Exclusives are aligned whatever the memory. */
    private void requireAligned(long address, int size, AccessKind access) {
        if ((address & size - 1) != 0) {
            throw fault.toEl1(access, address, FaultStatus.ALIGNMENT);
        }
    }

    /**
     * Zeroes the block of DC ZVA.
     *
     * @param address virtual address in the block
     */
    public void zeroBlock(long address) {
        long start = address & -ZERO_BLOCK;
        translate(address, AccessKind.WRITE);
        if (stage1.isDevice(address)) {
            throw fault.toEl1(AccessKind.WRITE, address, FaultStatus.ALIGNMENT);
        }
        for (int i = 0; i < ZERO_BLOCK; i += 8) {
            store64(start + i, 0);
        }
    }

    /**
     * Translates for a cache maintenance instruction and faults as it does.
     *
     * @param address virtual address
     * @param access READ, or WRITE for an instruction that needs write permission
     */
    public void maintain(long address, AccessKind access) {
        try {
            translate(address, access);
        } catch (MemoryFault found) {
            throw found.ofMaintenance();
        }
    }

    /**
     * Finds the page an instruction is fetched from.
     *
     * @param address virtual address, a multiple of 4
     * @return the page
     */
    public RamPage fetch(long address) {
        return ram.page(translate(address, AccessKind.EXECUTE));
    }

    /**
     * Translates by stage 1 alone.
     *
     * @param address virtual address
     * @param access kind of the access
     * @return the intermediate physical address, or {@link Stage1#FAULT}
     */
    public long translateStage1(long address, AccessKind access) {
        return stage1.translate(address, access);
    }

    /**
     * Returns what was wrong when {@link #translateStage1} returned {@link Stage1#FAULT}.
     *
     * @return fault status code with level
     */
    public int stage1FaultStatus() {
        return stage1.faultStatus();
    }

    private long slowLoad(long address, int size) {
        RamPage page = locate(address, size, AccessKind.READ);
        int offset = (int) address & OFFSET;
        if (offset + size > PageSize.BYTES) {
            return loadAcross(page, address, size);
        }
        int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
        readTags[entry] = address & ~(long) OFFSET;
        readPages[entry] = page.bytes();
        return switch (size) {
            case 8 -> (long) LONGS.get(page.bytes(), offset);
            case 4 -> (int) INTS.get(page.bytes(), offset);
            case 2 -> (short) SHORTS.get(page.bytes(), offset);
            default -> page.bytes()[offset];
        };
    }

    private long loadAcross(RamPage first, long address, int size) {
        RamPage second = locate(nextPage(address), 1, AccessKind.READ);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            int offset = ((int) address & OFFSET) + i;
            byte[] bytes = offset < PageSize.BYTES ? first.bytes() : second.bytes();
            value = value << 8 | bytes[offset & OFFSET] & 0xFF;
        }
        return value;
    }

    private static long nextPage(long address) {
        return (address | OFFSET) + 1;
    }

    private void slowStore(long address, int size, long value) {
        RamPage page = locate(address, size, AccessKind.WRITE);
        int offset = (int) address & OFFSET;
        if (offset + size > PageSize.BYTES) {
            locate(nextPage(address), 1, AccessKind.WRITE);
            for (int i = 0; i < size; i++) {
                store8(address + i, value >>> 8 * i);
            }
            return;
        }
        byte[] bytes = page.bytes();
        switch (size) {
            case 8 -> LONGS.set(bytes, offset, value);
            case 4 -> INTS.set(bytes, offset, (int) value);
            case 2 -> SHORTS.set(bytes, offset, (short) value);
            default -> bytes[offset] = (byte) value;
        }
        boolean watched = page.isWatched();
        boolean reserved = ram.isReservedByOther(monitor, page.address());
        if (watched) {
            page.written(offset, size);
        }
        if (reserved) {
            ram.stored(monitor, page.address() + offset, size);
        }
        if (!watched && !reserved) {
            int entry = (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
            writeTags[entry] = address & ~(long) OFFSET;
            writePages[entry] = bytes;
        }
    }

    /** Finds the page of a data access after every check. */
    private RamPage locate(long address, int size, AccessKind access) {
        boolean aligned = (address & size - 1) == 0;
        long ipa = stage1.translate(address, access);
        if (ipa == Stage1.FAULT) {
            throw fault.toEl1(access, address, stage1.faultStatus());
        }
        if (!aligned && stage1.isDevice(address)) {
            throw fault.toEl1(access, address, FaultStatus.ALIGNMENT);
        }
        checkStage2(address, ipa, access);
        return ram.page(ipa);
    }

    private long translate(long address, AccessKind access) {
        long ipa = stage1.translate(address, access);
        if (ipa == Stage1.FAULT) {
            throw fault.toEl1(access, address, stage1.faultStatus());
        }
        checkStage2(address, ipa, access);
        return ipa;
    }

    private void checkStage2(long address, long ipa, AccessKind access) {
        if (!stage2Enabled) {
            if (!ram.isResident(ipa)) {
                throw fault.toEl1(access, address, FaultStatus.EXTERNAL);
            }
            return;
        }
        int status = stage2.check(ipa, access);
        if (status != Stage2.ALLOWED) {
            throw fault.toEl2(access, address, ipa, status);
        }
    }
}
