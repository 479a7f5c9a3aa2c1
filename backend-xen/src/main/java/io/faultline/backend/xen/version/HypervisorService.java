/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.version;

import java.util.OptionalInt;

/**
 * The general queries of the SMCCC hypervisor service, owner 6 (xen.md 1.1). Calls by HVC with immediate 0.
 *
 * @since 0.1
 */
public final class HypervisorService {
    /** Returns how many calls there are. */
    public static final int CALL_COUNT = 0x8600_FF00;
    /** Returns A71812DC-C698-4369-9ACF-79D18DDEE667, four bytes in each of W0 to W3. */
    public static final int UID = 0x8600_FF01;
    /** Returns the revision, major in W0, minor in W1. */
    public static final int REVISION = 0x8600_FF03;

    private static final int CALLS = 3;
    private static final int[] UID_WORDS = {0xDC12_18A7, 0x6943_98C6, 0xD179_CF9A, 0x67E6_DE8D};
    private static final int[] REVISION_WORDS = {0, 1};

    private HypervisorService() {}

    /**
     * Answers a query.
     *
     * @param function number of the function
     * @param register 0 to 3
     * @return what the guest finds in that register; empty if the query does not change it, or is none of these
     */
    public static OptionalInt answer(int function, int register) {
        return switch (function) {
            case CALL_COUNT -> register == 0 ? OptionalInt.of(CALLS) : OptionalInt.empty();
            case UID -> OptionalInt.of(UID_WORDS[register]);
            case REVISION ->
                register < REVISION_WORDS.length ? OptionalInt.of(REVISION_WORDS[register]) : OptionalInt.empty();
            default -> OptionalInt.empty();
        };
    }
}
