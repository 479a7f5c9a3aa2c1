/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import java.util.Arrays;

/**
 * Translations of one stage that stay until they are invalidated by name: {@link TlbMode#RETENTIVE}. They are kept by
 * page of 4 KiB; the oldest makes room when there are too many, which the architecture allows at any time.
 */
final class RetainedTranslations {
    /** For {@link #forget}: of every ASID. */
    static final int ANY = -1;

    private static final int CAPACITY = 1 << 14;
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_BITS = 0x00FF_FFFF_FFFF_F000L;
    private static final int NONE = -2;
    private static final int GLOBAL = -1;

    private final long[] pages = new long[CAPACITY];
    private final int[] asids = new int[CAPACITY];
    private final int[] vmids = new int[CAPACITY];
    private final long[] outputs = new long[CAPACITY];
    private final int[] attributes = new int[CAPACITY];
    private final int[] details = new int[CAPACITY];

    RetainedTranslations() {
        clear();
    }

    private static int home(long address, int asid, int vmid) {
        return (int) ((address & PAGE_BITS) >>> PAGE_SHIFT ^ vmid * 31L ^ asid * 331L) & CAPACITY - 1;
    }

    /** Looks a translation up. */
    boolean find(long address, int asid, int vmid, Translation result) {
        return take(address, asid, vmid, result) || take(address, GLOBAL, vmid, result);
    }

    private boolean take(long address, int asid, int vmid, Translation result) {
        int i = home(address, asid, vmid);
        boolean matches = vmids[i] == vmid && asids[i] == asid && ((pages[i] ^ address) & PAGE_BITS) == 0;
        if (!matches) {
            return false;
        }
        result.status = Translation.FINE;
        result.address = outputs[i] | address & (1 << PAGE_SHIFT) - 1;
        result.attributes = attributes[i];
        result.level = details[i] & 0xFF;
        result.shift = details[i] >>> 8 & 0xFF;
        result.memory = details[i] >>> 16 & 0xFF;
        result.shareability = details[i] >>> 24;
        return true;
    }

    void add(long address, int asid, int vmid, Translation found) {
        int owner = (found.attributes & Translation.GLOBAL) != 0 ? GLOBAL : asid;
        int i = home(address, owner, vmid);
        pages[i] = address & PAGE_BITS;
        asids[i] = owner;
        vmids[i] = vmid;
        outputs[i] = found.address & -1L << PAGE_SHIFT;
        attributes[i] = found.attributes;
        details[i] = found.level | found.shift << 8 | found.memory << 16 | found.shareability << 24;
    }

    /** Forgets a mapping: what is global goes whatever the ASID. */
    void forget(long address, int asid, int vmid) {
        for (int i = 0; i < CAPACITY; i++) {
            long mask = PAGE_BITS & -1L << (details[i] >>> 8 & 0xFF);
            boolean matches = vmids[i] == vmid
                    && (asid == ANY || asids[i] == asid || asids[i] == GLOBAL)
                    && ((pages[i] ^ address) & mask) == 0;
            if (matches) {
                asids[i] = NONE;
            }
        }
    }

    /** Forgets what is not global of an ASID. */
    void forgetAsid(int asid, int vmid) {
        for (int i = 0; i < CAPACITY; i++) {
            if (vmids[i] == vmid && asids[i] == asid) {
                asids[i] = NONE;
            }
        }
    }

    /** Forgets everything of a VMID. */
    void forgetVmid(int vmid) {
        for (int i = 0; i < CAPACITY; i++) {
            if (vmids[i] == vmid) {
                asids[i] = NONE;
            }
        }
    }

    /** Forgets everything of every other VMID. */
    void forgetAllBut(int vmid) {
        for (int i = 0; i < CAPACITY; i++) {
            if (vmids[i] != vmid) {
                asids[i] = NONE;
            }
        }
    }

    void clear() {
        Arrays.fill(asids, NONE);
    }
}
