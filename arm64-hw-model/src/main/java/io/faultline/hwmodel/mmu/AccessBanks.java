/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.memory.RamPage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The software TLBs of one PE, one for each access context that was in use. */
final class AccessBanks implements LongConsumer {
    private static final int EL0 = 0;
    private static final int EL1 = 1;
    private static final int EL1_PAN = 2;
    private static final int EL2 = 3;
    private static final int EL2_PAN = 4;
    private static final int EL0_HOST = 5;
    private static final int FIRST_OF_EL2 = EL2;

    private static final long PAN = 1L << 22;
    private static final long UAO = 1L << 23;
    private static final long HCR_E2H = 1L << 34;
    private static final long HCR_HOST = HCR_E2H | 1L << 27;
    private static final int PAGE_SHIFT = 12;
    /** Mappings up to this size are looked for page by page. */
    private static final int FEW_PAGES_SHIFT = 16;

    private static final long BASE = 0x0000_FFFF_FFFF_FFFEL;

    private final TranslationStages stages;
    private final long[] registers;
    private final @Nullable AccessBank[] banks = new AccessBank[MemoryAccess.BANKS];
    private final LargeMappings largeOfGuest = new LargeMappings();
    private final LargeMappings largeOfEl2 = new LargeMappings();
    private int current = EL1;
    private int unprivileged = EL1;
    private long base0;
    private long base1;

    AccessBanks(TranslationStages stages, long[] registers) {
        this.stages = stages;
        this.registers = registers;
    }

    private long hcr() {
        return registers[SystemRegister.HCR_EL2.ordinal()];
    }

    /** Chooses by PSTATE. */
    AccessBank select(long pstate) {
        boolean pan = (pstate & PAN) != 0;
        boolean exempt = (pstate & UAO) != 0;
        switch ((int) (pstate >>> 2) & 3) {
            case 0 -> {
                current = (hcr() & HCR_HOST) == HCR_HOST ? EL0_HOST : EL0;
                unprivileged = current;
            }
            case 1 -> {
                current = pan ? EL1_PAN : EL1;
                unprivileged = exempt ? current : EL0;
            }
            default -> {
                current = pan && (hcr() & HCR_E2H) != 0 ? EL2_PAN : EL2;
                unprivileged = (hcr() & HCR_HOST) == HCR_HOST && !exempt ? EL0_HOST : current;
            }
        }
        return bank(current);
    }

    /** The context of unprivileged loads and stores. */
    AccessBank unprivileged() {
        return bank(unprivileged);
    }

    /** The context of EL1 with PSTATE.PAN clear, whatever the present one is. */
    AccessBank kernel() {
        return bank(EL1);
    }

    private AccessBank bank(int index) {
        AccessBank known = banks[index];
        if (known != null) {
            return known;
        }
        AccessBank made = new AccessBank(
                index,
                index >= FIRST_OF_EL2 ? stages.hypervisor() : stages.guest(),
                index == EL0 || index == EL0_HOST,
                index == EL1_PAN || index == EL2_PAN);
        banks[index] = made;
        return made;
    }

    /** Remembers that an entry came from a mapping larger than a page. */
    void noteLarge(AccessBank by, long address, int shift) {
        if (shift > PAGE_SHIFT) {
            (by.index >= FIRST_OF_EL2 ? largeOfEl2 : largeOfGuest).add(address, shift);
        }
    }

    void controlsChanged(SystemRegister register) {
        stages.decode();
        switch (register) {
            case TTBR0_EL1, TTBR1_EL1 -> tableChanged();
            case SCTLR_EL1, TCR_EL1, MAIR_EL1, VTCR_EL2, VTTBR_EL2 -> clear(false);
            case SCTLR_EL2, TCR_EL2, MAIR_EL2, TTBR0_EL2, TTBR1_EL2 -> clear(true);
            default -> clear();
        }
    }

    /** Global translations of the other half stay: nothing about them changed. */
    private void tableChanged() {
        long newBase0 = registers[SystemRegister.TTBR0_EL1.ordinal()] & BASE;
        long newBase1 = registers[SystemRegister.TTBR1_EL1.ordinal()] & BASE;
        for (int i = 0; i < FIRST_OF_EL2; i++) {
            AccessBank bank = banks[i];
            if (bank != null) {
                bank.clearNotGlobal(newBase0 != base0, newBase1 != base1);
            }
        }
        base0 = newBase0;
        base1 = newBase1;
    }

    void clear() {
        clear(false);
        clear(true);
    }

    void clear(boolean el2) {
        for (int i = first(el2); i < end(el2); i++) {
            AccessBank bank = banks[i];
            if (bank != null) {
                bank.clear();
            }
        }
        (el2 ? largeOfEl2 : largeOfGuest).clear();
    }

    private static int first(boolean el2) {
        return el2 ? FIRST_OF_EL2 : 0;
    }

    private static int end(boolean el2) {
        return el2 ? MemoryAccess.BANKS : FIRST_OF_EL2;
    }

    void clearNotGlobal(boolean el2) {
        for (int i = first(el2); i < end(el2); i++) {
            AccessBank bank = banks[i];
            if (bank != null) {
                bank.clearNotGlobal(false, false);
            }
        }
    }

    /** Forgets a mapping and returns the mask of its size. */
    long forget(boolean el2, long address) {
        int shift = Math.max((el2 ? largeOfEl2 : largeOfGuest).largestAt(address), PAGE_SHIFT);
        long mask = -1L << shift;
        for (int i = first(el2); i < end(el2); i++) {
            AccessBank bank = banks[i];
            if (bank != null) {
                forget(bank, address & mask, shift);
            }
        }
        return mask;
    }

    private static void forget(AccessBank bank, long start, int shift) {
        if (shift > FEW_PAGES_SHIFT) {
            bank.forget(start, -1L << shift);
        } else {
            for (long page = 0; page < 1L << shift; page += 1L << PAGE_SHIFT) {
                bank.forget(start + page);
            }
        }
    }

    /** Forgets a page of RAM, which is in one slot only. */
    void forget(RamPage page, int slot) {
        for (AccessBank bank : banks) {
            if (bank != null) {
                bank.forget(page, slot);
            }
        }
    }

    /** Forgets that a page of RAM can be written without further questions. */
    @Override
    public void accept(long physicalPage) {
        for (AccessBank bank : banks) {
            if (bank != null) {
                bank.forgetWrites(physicalPage);
            }
        }
    }
}
