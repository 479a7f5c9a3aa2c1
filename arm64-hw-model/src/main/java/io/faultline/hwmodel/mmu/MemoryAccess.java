/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.memory.ExclusiveMonitor;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.PageCache;
import io.faultline.hwmodel.memory.PageObserver;
import io.faultline.hwmodel.memory.PageSubscription;
import io.faultline.hwmodel.memory.RamPage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * How one PE gets at memory: a software TLB for each access context, and behind it the translation stages.
 *
 * <p>An entry of the TLB says that aligned accesses to a page may go straight to its bytes. Everything that needs more
 * than that has no entry and takes the slow path: absent or restricted pages, pages with decoded code or foreign
 * exclusive reservations (for stores). The entries are a cache and no state.
 *
 * <p>Stages are up to three: stage 1 of the guest, its own stage 2 if it has EL2 and uses it, and the check of the
 * software above, {@link Stage2}, which knows absent pages. Not thread-safe.
 */
public final class MemoryAccess implements PageObserver, PageCache {
    /** For {@link #invalidateAddress}: translations of every ASID. */
    public static final int ANY_ASID = RetainedTranslations.ANY;

    /** Number of access contexts. */
    public static final int BANKS = 6;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int ENTRIES = AccessBank.ENTRIES;
    private static final int OFFSET = PageSize.BYTES - 1;
    /** What is compared: the page, and the address bits that an aligned access has as zero. */
    private static final long TAG8 = ~(OFFSET & ~7L);

    private static final long TAG4 = ~(OFFSET & ~3L);
    private static final long TAG2 = ~(OFFSET & ~1L);
    private static final long TAG1 = ~(long) OFFSET;
    private static final int ZERO_BLOCK = 64;

    private final GuestRam ram;
    private final PageSubscription changes;
    private final ExclusiveMonitor monitor;
    private final MemoryFault fault = new MemoryFault();
    private final TranslationStages stages;
    private final AccessBanks banks;

    private AccessBank bank;
    /** Of the bank, for the fast path. */
    private long[] readTags;

    private byte[][] readPages;
    private long[] writeTags;
    private byte[][] writePages;
    /** What is executed is one instruction, after which interrupts are looked for. */
    private boolean alone;

    /**
     * Makes the accesses of one PE.
     *
     * @param ram the memory
     * @param host what the software above the guest permits
     * @param systemRegisters storage of the system registers of the PE, by ordinal
     * @param topLevel highest exception level of the guest: 1, or 2 if the stage 2 of HCR_EL2.VM is the guest's own
     * @param mode how translations are remembered
     */
    public MemoryAccess(GuestRam ram, Stage2 host, long[] systemRegisters, int topLevel, TlbMode mode) {
        this.ram = ram;
        changes = ram.subscribe(this);
        monitor = ram.newMonitor();
        stages = new TranslationStages(ram, host, systemRegisters, topLevel, mode, fault);
        banks = new AccessBanks(stages, systemRegisters);
        bank = banks.select(ProcessorState.EL1H_MASKED.spsr());
        readTags = bank.readTags;
        readPages = bank.readPages;
        writeTags = bank.writeTags;
        writePages = bank.writePages;
    }

    /**
     * Makes a place for another cache of the same PE among those that are told of changes of memory.
     *
     * @param cache the cache
     * @return its place
     */
    public PageSubscription subscribe(PageObserver cache) {
        return ram.subscribe(cache);
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
     * Chooses the access context: level, PAN, UAO and the bits of HCR_EL2 that concern EL0 decide which permissions count.
     *
     * @param pstate PSTATE in the layout of SPSR, of a level of the guest
     */
    public void context(long pstate) {
        use(banks.select(pstate));
    }

    private void use(AccessBank chosen) {
        bank = chosen;
        readTags = chosen.readTags;
        readPages = chosen.readPages;
        writeTags = chosen.writeTags;
        writePages = chosen.writePages;
    }

    /**
     * Returns the number of the present access context, for caches that are kept by it.
     *
     * @return 0 to {@link #BANKS} - 1
     */
    public int bank() {
        return bank.index;
    }

    /**
     * Makes a register that concerns translation take effect.
     *
     * @param register the register that was written
     */
    public void controlsChanged(SystemRegister register) {
        banks.controlsChanged(register);
    }

    @Override
    public void pagesChanged() {
        banks.clear();
    }

    @Override
    public void forget(RamPage page, int slot) {
        banks.forget(page, slot);
    }

    /** Forgets everything, after a reset or a restore. */
    public void reset() {
        stages.clear();
        stages.decode();
        banks.clear();
    }

    /** Called before this PE runs: stores to what other PEs have reserved must be seen. */
    public void beforeRun() {
        ram.forEachReservedByOther(monitor, banks);
    }

    /**
     * Says whether what follows is a single instruction, after which interrupts are looked for. Only then a store may
     * raise an interrupt line; otherwise it ends as a fault whose origin is INTERRUPTING, without having been made.
     *
     * @param single true if it is
     */
    public void alone(boolean single) {
        alone = single;
    }

    /**
     * Forgets the translations of a regime, for EL1&amp;0 those of the present VMID.
     *
     * @param el2 whether the regime is that of EL2
     */
    public void invalidateAll(boolean el2) {
        stages.invalidateAll(el2);
        banks.clear(el2);
    }

    /**
     * Forgets the translations of an address.
     *
     * @param el2 whether the regime is that of EL2
     * @param address an address in the mapping; bits 63:56 do not count
     * @param asid an ASID, or {@link #ANY_ASID}; global translations go in any case
     * @return mask of the address bits that the largest mapping that may have been there does not have as its offset
     */
    public long invalidateAddress(boolean el2, long address, int asid) {
        stages.invalidateAddress(el2, address, asid);
        return banks.forget(el2, address);
    }

    /**
     * Forgets the translations of an ASID that are not global.
     *
     * @param el2 whether the regime is that of EL2
     * @param asid the ASID
     */
    public void invalidateAsid(boolean el2, int asid) {
        stages.invalidateAsid(el2, asid);
        banks.clearNotGlobal(el2);
    }

    /**
     * Forgets what stage 2 says of an address, for the present VMID. Combined translations may stay until stage 1 is
     * invalidated, as TLBI IPAS2E1 permits; they do not.
     *
     * @param ipa intermediate physical address
     */
    public void invalidateIntermediate(long ipa) {
        stages.invalidateIntermediate(ipa);
        banks.clear(false);
    }

    /** Forgets the translations of EL1&amp;0 of every VMID. */
    public void invalidateGuests() {
        stages.invalidateGuests();
        banks.clear(false);
    }

    /**
     * Carries out an address translation instruction (AT).
     *
     * @param el2 whether the regime is that of EL2
     * @param address virtual address
     * @param write whether for a write
     * @param unprivileged whether for EL0
     * @param bothStages whether the stage 2 of the guest counts
     * @return the value of PAR_EL1
     * @throws MemoryFault if a table is where the software above or the guest's EL2 has to be asked
     */
    public long addressTranslate(boolean el2, long address, boolean write, boolean unprivileged, boolean bothStages) {
        return stages.addressTranslate(el2, address, write, unprivileged, bothStages);
    }

    /**
     * Loads as EL0 would, if the present level is not exempted (LDTR).
     *
     * @param address virtual address
     * @param size 1, 2, 4 or 8 bytes
     * @return the value, sign-extended
     */
    public long loadUnprivileged(long address, int size) {
        AccessBank own = bank;
        use(banks.unprivileged());
        try {
            return switch (size) {
                case 8 -> load64(address);
                case 4 -> load32(address);
                case 2 -> load16(address);
                default -> load8(address);
            };
        } finally {
            use(own);
        }
    }

    /**
     * Stores as EL0 would, if the present level is not exempted (STTR).
     *
     * @param address virtual address
     * @param size 1, 2, 4 or 8 bytes
     * @param value the value; upper bits are ignored
     */
    public void storeUnprivileged(long address, int size, long value) {
        AccessBank own = bank;
        use(banks.unprivileged());
        try {
            switch (size) {
                case 8 -> store64(address, value);
                case 4 -> store32(address, value);
                case 2 -> store16(address, value);
                default -> store8(address, value);
            }
        } finally {
            use(own);
        }
    }

    /**
     * Loads 8 bytes.
     *
     * @param address virtual address
     * @return the value
     */
    public long load64(long address) {
        byte[] page = cached(address, TAG8);
        return page == null ? slowLoad(address, 8) : (long) LONGS.get(page, offset(address));
    }

    /**
     * Loads 4 bytes.
     *
     * @param address virtual address
     * @return the value, sign-extended by the language
     */
    public int load32(long address) {
        byte[] page = cached(address, TAG4);
        return page == null ? (int) slowLoad(address, 4) : (int) INTS.get(page, offset(address));
    }

    /**
     * Loads 2 bytes.
     *
     * @param address virtual address
     * @return the value, sign-extended by the language
     */
    public short load16(long address) {
        byte[] page = cached(address, TAG2);
        return page == null ? (short) slowLoad(address, 2) : get16(page, address);
    }

    /**
     * Loads 1 byte.
     *
     * @param address virtual address
     * @return the value, sign-extended by the language
     */
    public byte load8(long address) {
        byte[] page = cached(address, TAG1);
        return page == null ? (byte) slowLoad(address, 1) : page[offset(address)];
    }

    /**
     * Stores 8 bytes.
     *
     * @param address virtual address
     * @param value the value
     */
    public void store64(long address, long value) {
        byte[] page = writable64(address);
        if (page == null) {
            slowStore64(address, value);
        } else {
            LONGS.set(page, offset(address), value);
        }
    }

    /**
     * Stores 4 bytes.
     *
     * @param address virtual address
     * @param value the value; upper bits are ignored
     */
    public void store32(long address, long value) {
        byte[] page = writable32(address);
        if (page == null) {
            slowStore32(address, value);
        } else {
            set32(page, address, value);
        }
    }

    /**
     * Stores 2 bytes.
     *
     * @param address virtual address
     * @param value the value; upper bits are ignored
     */
    public void store16(long address, long value) {
        byte[] page = writable16(address);
        if (page == null) {
            slowStore16(address, value);
        } else {
            set16(page, address, value);
        }
    }

    /**
     * Stores 1 byte.
     *
     * @param address virtual address
     * @param value the value; upper bits are ignored
     */
    public void store8(long address, long value) {
        byte[] page = writable8(address);
        if (page == null) {
            slowStore8(address, value);
        } else {
            page[offset(address)] = (byte) value;
        }
    }

    // HotSpot puts methods of at most 35 bytecodes into every caller. The methods above and these are that small, and
    // the
    // interpreter's loop makes no calls for the accesses whose page is known.

    private static int offset(long address) {
        return (int) address & OFFSET;
    }

    private static short get16(byte[] page, long address) {
        return (short) SHORTS.get(page, offset(address));
    }

    private static void set16(byte[] page, long address, long value) {
        SHORTS.set(page, offset(address), (short) value);
    }

    private static void set32(byte[] page, long address, long value) {
        INTS.set(page, offset(address), (int) value);
    }

    /** The content of the page if it is known to be readable by accesses of such a size, which the tag says. */
    private byte @Nullable [] cached(long address, long tag) {
        int entry = AccessBank.entry(address);
        if (readTags[entry] != (address & tag)) {
            return null;
        }
        return readPages[entry];
    }

    private byte @Nullable [] writable(long address, long tag) {
        int entry = AccessBank.entry(address);
        if (writeTags[entry] != (address & tag)) {
            return null;
        }
        return writePages[entry];
    }

    private byte @Nullable [] writable64(long address) {
        return writable(address, TAG8);
    }

    private void slowStore64(long address, long value) {
        slowStore(address, 8, value);
    }

    private byte @Nullable [] writable32(long address) {
        return writable(address, TAG4);
    }

    private void slowStore32(long address, long value) {
        slowStore(address, 4, value);
    }

    private byte @Nullable [] writable16(long address) {
        return writable(address, TAG2);
    }

    private void slowStore16(long address, long value) {
        slowStore(address, 2, value);
    }

    private byte @Nullable [] writable8(long address) {
        return writable(address, TAG1);
    }

    private void slowStore8(long address, long value) {
        slowStore(address, 1, value);
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
        if (!bank.writesNormal(address)) {
            locate(address, size, AccessKind.WRITE);
        }
        if (((int) address & OFFSET) + 2 * size > PageSize.BYTES && !bank.writesNormal(nextPage(address))) {
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
        RamPage known = bank.readable(address);
        RamPage page = known != null ? known : locate(address, size, AccessKind.READ);
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
        RamPage known = bank.writable(address);
        RamPage page = known != null ? known : locate(address, size, AccessKind.WRITE);
        if (!alone && page.isByteWatched((int) address & OFFSET, size)) {
            // Before the reservation ends, since the instruction is executed again.
            throw fault.ofInterrupting(address);
        }
        boolean passed = monitor.covers(page.address() | address & OFFSET);
        monitor.clear();
        return passed;
    }

    /**
     * Checks that an atomic instruction may do both its accesses, the read first.
     *
     * @param address virtual address
     * @param size bytes of the whole access, 1 to 16; the address must be a multiple
     */
    public void checkAtomic(long address, int size) {
        requireAligned(address, size, AccessKind.READ);
        if (bank.readable(address) == null) {
            locate(address, size, AccessKind.READ);
        }
        if (bank.writable(address) == null) {
            locate(address, size, AccessKind.WRITE);
        }
    }

    /**
     * Checks that a load-acquire or store-release is aligned.
     *
     * @param address virtual address
     * @param size bytes of the access, 1 to 8; the address must be a multiple
     * @param store whether it stores
     */
    public void checkOrdered(long address, int size, boolean store) {
        requireAligned(address, size, store ? AccessKind.WRITE : AccessKind.READ);
    }

    /** Exclusives, atomics and ordered accesses are aligned whatever the memory. */
    private void requireAligned(long address, int size, AccessKind access) {
        if ((address & size - 1) != 0) {
            throw fault.ofStage1(access, address, FaultStatus.ALIGNMENT);
        }
    }

    /**
     * Zeroes the block of DC ZVA.
     *
     * @param address virtual address in the block
     */
    public void zeroBlock(long address) {
        long start = address & -ZERO_BLOCK;
        boolean normal = bank.writesNormal(address);
        if (!normal) {
            translate(address, AccessKind.WRITE, true);
            normal = !stages.isDevice();
        }
        if (!normal) {
            throw fault.ofStage1(AccessKind.WRITE, address, FaultStatus.ALIGNMENT);
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
        if (access == AccessKind.READ && bank.readable(address) != null) {
            return;
        }
        try {
            translate(address, access, true);
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
        long physical = translate(address, AccessKind.EXECUTE, true);
        banks.noteLarge(bank, address, stages.shift());
        return ram.page(physical);
    }

    private long slowLoad(long address, int size) {
        int offset = (int) address & OFFSET;
        if (offset + size > PageSize.BYTES) {
            return loadAcross(address, size);
        }
        int entry = AccessBank.entry(address);
        byte[] bytes;
        if (bank.readsNormal(address) && !bank.regime.checksAlignment) {
            bytes = readPages[entry];
        } else {
            bytes = locate(address, size, AccessKind.READ).bytes();
        }
        return switch (size) {
            case 8 -> (long) LONGS.get(bytes, offset);
            case 4 -> (int) INTS.get(bytes, offset);
            case 2 -> (short) SHORTS.get(bytes, offset);
            default -> bytes[offset];
        };
    }

    private long loadAcross(long address, int size) {
        byte[] first = readable(address, size);
        byte[] second = readable(nextPage(address), 1);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            int offset = ((int) address & OFFSET) + i;
            byte[] bytes = offset < PageSize.BYTES ? first : second;
            value = value << 8 | bytes[offset & OFFSET] & 0xFF;
        }
        return size == 8 ? value : value << 64 - 8 * size >> 64 - 8 * size;
    }

    private byte[] readable(long address, int size) {
        return bank.readsNormal(address) && !bank.regime.checksAlignment
                ? readPages[AccessBank.entry(address)]
                : locate(address, size, AccessKind.READ).bytes();
    }

    private static long nextPage(long address) {
        return (address | OFFSET) + 1;
    }

    private void slowStore(long address, int size, long value) {
        int offset = (int) address & OFFSET;
        boolean known = bank.writesNormal(address) && !bank.regime.checksAlignment;
        if (offset + size > PageSize.BYTES) {
            if (!known) {
                locate(address, size, AccessKind.WRITE);
            }
            if (!bank.writesNormal(nextPage(address))) {
                locate(nextPage(address), 1, AccessKind.WRITE);
            }
            for (int i = 0; i < size; i++) {
                store8(address + i, value >>> 8 * i);
            }
            return;
        }
        if (known) {
            put(writePages[AccessBank.entry(address)], offset, size, value);
            return;
        }
        RamPage watched = (address & size - 1) == 0 ? bank.watched(address) : null;
        RamPage page = watched != null && watched.isWatched() ? watched : locate(address, size, AccessKind.WRITE);
        if (!alone && page.raises(offset, size, value)) {
            throw fault.ofInterrupting(address);
        }
        put(page.bytes(), offset, size, value);
        if (page.isWatched()) {
            page.written(offset, size);
        }
        if (ram.isReservedByOther(monitor, page.address())) {
            ram.stored(monitor, page.address() + offset, size);
        }
    }

    private static void put(byte[] bytes, int offset, int size, long value) {
        switch (size) {
            case 8 -> LONGS.set(bytes, offset, value);
            case 4 -> INTS.set(bytes, offset, (int) value);
            case 2 -> SHORTS.set(bytes, offset, (short) value);
            default -> bytes[offset] = (byte) value;
        }
    }

    /**
     * Finds the page of an access that EL1 would make with PSTATE.PAN clear, whatever the present context, for software
     * above the guest that acts on its behalf. It is found as the guest finds it, by what the TLB knows first.
     *
     * @param address virtual address, aligned or not
     * @param access READ or WRITE
     * @return the page; null if a stage of translation does not permit the access or the page is not resident
     */
    public @Nullable RamPage kernelPage(long address, AccessKind access) {
        AccessBank kernel = banks.kernel();
        RamPage known = access == AccessKind.READ ? kernel.readable(address) : kernel.writable(address);
        return known != null ? known : findKernelPage(kernel, address, access);
    }

    private @Nullable RamPage findKernelPage(AccessBank kernel, long address, AccessKind access) {
        try {
            return locate(kernel, address, 1, access);
        } catch (MemoryFault found) {
            return null;
        }
    }

    private RamPage locate(long address, int size, AccessKind access) {
        return locate(bank, address, size, access);
    }

    /** Finds the page of a data access after every check, and remembers it if it can be used without questions. */
    private RamPage locate(AccessBank by, long address, int size, AccessKind access) {
        RamPage page = ram.page(stages.translate(by, address, access, (address & size - 1) == 0));
        if (access == AccessKind.READ) {
            banks.noteLarge(by, address, stages.shift());
            by.rememberRead(address, page, stages.found());
            remembered(address, page);
        } else if (!ram.isReservedByOther(monitor, page.address())) {
            banks.noteLarge(by, address, stages.shift());
            by.rememberWrite(address, page, stages.found());
            remembered(address, page);
        }
        return page;
    }

    private void remembered(long address, RamPage page) {
        page.cached(this, AccessBank.entry(address));
        changes.renew();
    }

    private long translate(long address, AccessKind access, boolean aligned) {
        return stages.translate(bank, address, access, aligned);
    }
}
