/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.hwmodel.execute.Executor;
import io.faultline.hwmodel.mmu.MemoryAccess;

/**
 * What a TLBI instruction invalidates on one PE. Of the argument (Arm ARM, C5.5) bits 43:0 are an address in units of
 * 4 KiB and bits 63:48 an ASID. Entries are not kept by level, so that the forms for the last level do the same as the
 * others.
 */
enum TlbOperation {
    /** Everything of a regime. */
    ALL {
        @Override
        void apply(MemoryAccess memory, Executor executor, boolean el2, long argument) {
            memory.invalidateAll(el2);
            executor.pagesChanged();
        }
    },
    /** An address for one ASID, and where it is global. */
    ADDRESS {
        @Override
        void apply(MemoryAccess memory, Executor executor, boolean el2, long argument) {
            byAddress(memory, executor, el2, argument, asid(argument));
        }
    },
    /** An address for every ASID. */
    ADDRESS_ALL_ASIDS {
        @Override
        void apply(MemoryAccess memory, Executor executor, boolean el2, long argument) {
            byAddress(memory, executor, el2, argument, MemoryAccess.ANY_ASID);
        }
    },
    /** Everything of one ASID that is not global. */
    ASID {
        @Override
        void apply(MemoryAccess memory, Executor executor, boolean el2, long argument) {
            memory.invalidateAsid(el2, asid(argument));
            executor.pagesChanged();
        }
    },
    /** What stage 2 says of an intermediate physical address. */
    INTERMEDIATE_ADDRESS {
        @Override
        void apply(MemoryAccess memory, Executor executor, boolean el2, long argument) {
            memory.invalidateIntermediate((argument & 0xF_FFFF_FFFFL) << PAGE_SHIFT);
            executor.pagesChanged();
        }
    },
    /** Everything of EL1 and EL0, of every VMID, both stages. */
    ALL_GUESTS {
        @Override
        void apply(MemoryAccess memory, Executor executor, boolean el2, long argument) {
            memory.invalidateGuests();
            executor.pagesChanged();
        }
    };

    private static final int PAGE_SHIFT = 12;

    abstract void apply(MemoryAccess memory, Executor executor, boolean el2, long argument);

    private static int asid(long argument) {
        return (int) (argument >>> 48);
    }

    /** Bits 43:0 are VA[55:12]; the bits above repeat bit 55, which chooses the half of the address space. */
    private static void byAddress(MemoryAccess memory, Executor executor, boolean el2, long argument, int asid) {
        long address = argument << 20 >> 8;
        long mask = memory.invalidateAddress(el2, address, asid);
        executor.forget(address, mask);
    }
}
