/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Where everything is in the ring and in its entries (xen.md 7.2, public layout of vm_event and of Xen's shared rings). */
final class VmEvent {
    static final int INTERFACE_VERSION = 7;

    // The ring
    static final int REQUEST_PRODUCER = 0;
    static final int REQUEST_EVENT = 4;
    static final int RESPONSE_PRODUCER = 8;
    static final int RESPONSE_EVENT = 12;
    static final int FIRST_ENTRY = 0x40;
    static final int ENTRY_BYTES = 400;
    static final int ENTRIES = 8;

    // An entry; requests and responses are the same structure
    static final int VERSION = 0;
    static final int FLAGS = 4;
    static final int REASON = 8;
    static final int VCPU = 12;
    static final int GFN = 24;
    static final int PAGE_TYPE = 32;
    static final int PAGING_FLAGS = 36;
    /** Where the program counter is in the registers of ARM. */
    static final int REGISTERS_PC = 80;

    static final int FLAG_VCPU_PAUSED = 1;
    static final int FLAG_FOREIGN = 1 << 1;
    static final int FLAG_SET_REGISTERS = 1 << 8;

    static final int REASON_MEM_PAGING = 3;

    static final int DROP_PAGE = 1;
    static final int EVICT_FAIL = 1 << 1;

    private VmEvent() {}
}
