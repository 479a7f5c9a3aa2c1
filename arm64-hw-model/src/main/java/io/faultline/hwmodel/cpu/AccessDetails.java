/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Syndrome;
import io.faultline.hwmodel.decode.Decoder;
import io.faultline.hwmodel.decode.Encoding;
import io.faultline.hwmodel.decode.Fields;
import io.faultline.hwmodel.decode.Operation;

/**
 * The upper bits of the ISS of a stage 2 data abort: they are valid (ISV) for loads and stores of one general-purpose
 * register without writeback, acquire and release included, exclusives excluded.
 */
final class AccessDetails {
    /** The loads that sign-extend have this opc, to 64 bits, or the one above it, to 32. */
    private static final int OPC_SIGNED_64 = 2;

    private AccessDetails() {}

    /** Returns bits 24:14 of the ISS for an instruction. */
    static long of(int word) {
        Encoding row = Decoder.find(word);
        Operation operation = row.operation();
        int register = Fields.rd(word);
        AccessWidth width = AccessWidth.ofLog2(word >>> 30);
        return switch (operation) {
            case ACCESS_UNSIGNED, ACCESS_UNSCALED, ACCESS_UNPRIVILEGED, ACCESS_REGISTER -> {
                int opc = Fields.bits(word, 22, 2);
                boolean wide = opc == OPC_SIGNED_64 || opc < OPC_SIGNED_64 && width == AccessWidth.DOUBLEWORD;
                yield Syndrome.accessDetails(width, opc >= OPC_SIGNED_64, register, wide, false);
            }
            case LOAD_ACQUIRE, STORE_RELEASE ->
                Syndrome.accessDetails(width, false, register, width == AccessWidth.DOUBLEWORD, true);
            case LOAD_LITERAL -> {
                int opc = word >>> 30;
                AccessWidth literal = opc == 1 ? AccessWidth.DOUBLEWORD : AccessWidth.WORD;
                yield Syndrome.accessDetails(literal, opc == 2, register, opc != 0, false);
            }
            default -> 0;
        };
    }
}
