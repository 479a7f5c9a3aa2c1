/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.util.ArrayList;
import java.util.List;

/** Memory that is filled from its start, each piece behind the one before it. */
final class Area {
    private static final int ALIGNMENT = 16;

    private final long base;
    private final List<Piece> pieces = new ArrayList<>();
    private long next;

    private record Piece(long address, byte[] content) {}

    Area(long base) {
        this.base = base;
        this.next = base;
    }

    /** Adds a piece and returns its address. */
    long add(byte[] content) {
        long address = next;
        pieces.add(new Piece(address, content));
        next = address + content.length + ALIGNMENT - 1 & -ALIGNMENT;
        return address;
    }

    byte[] bytes() {
        Structure all = new Structure((int) (next - base));
        pieces.forEach(piece -> all.put((int) (piece.address() - base), piece.content()));
        return all.bytes();
    }
}
