/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.sdei;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SdeiVocabularyTest {
    @Test
    void functionsHaveTheNumbersOfTheSpecification() {
        assertEquals(19, SdeiFunction.values().length);
        assertEquals(0xC400_0020, SdeiFunction.VERSION.id());
        assertEquals(0xC400_0024, SdeiFunction.EVENT_CONTEXT.id());
        assertEquals(0xC400_002F, SdeiFunction.EVENT_SIGNAL.id());
        assertEquals(0xC400_0032, SdeiFunction.SHARED_RESET.id());
        assertEquals(Optional.of(SdeiFunction.EVENT_COMPLETE), SdeiFunction.of(0xC400_0025));
        assertEquals(Optional.empty(), SdeiFunction.of(0xC400_0033));
        assertEquals(Optional.empty(), SdeiFunction.of(0xC400_001F));
    }

    @Test
    void theReservedRangeIsWiderThanTheFunctions() {
        assertTrue(SdeiFunction.isReserved(0xC400_003F));
        assertFalse(SdeiFunction.isReserved(0xC400_0040));
        assertFalse(SdeiFunction.isReserved(0x8400_0020));
    }

    @Test
    void versionsAreLaidOutAsTheCallReturnsThem() {
        assertEquals(0x0001_0000_0000_0000L, Sdei.version(1, 0, 0));
        assertEquals(0x0001_0001_FFFF_FFFFL, Sdei.version(1, 1, -1));
    }

    @Test
    void ordinalsAreTheValuesThatGetInfoReturns() {
        assertEquals(0, SdeiEventType.PRIVATE.ordinal());
        assertEquals(1, SdeiEventType.SHARED.ordinal());
        assertEquals(0, SdeiPriority.NORMAL.ordinal());
        assertEquals(1, SdeiPriority.CRITICAL.ordinal());
    }
}
