/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NearestNameTest {
    @Test
    void countsSingleCharacterEdits() {
        assertEquals(0, NearestName.distance("same", "same"));
        assertEquals(3, NearestName.distance("", "abc"));
        assertEquals(1, NearestName.distance("kvm", "kvn"));
        assertEquals(3, NearestName.distance("kitten", "sitting"));
    }
}
