/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.conformance.scenario.CutPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTokenTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kvm/SDEI-057@1#0123456789abcdef",
                "kvm/SDEI-057@-9223372036854775808#ffffffffffffffff",
                "kvm:sdei.minor=1,a=b/APF-001@42#0000000000000000",
                "my-kvm2/API-001@1~all#0123456789abcdef",
                "kvm/API-001@1~17#0123456789abcdef"
            })
    void aTokenIsReadAsItIsWritten(String text) {
        assertEquals(text, ReplayToken.parse(text).toString());
    }

    @Test
    void aTokenHasItsParts() {
        assertEquals(
                new ReplayToken("kvm", "a=b", "SDEI-057", 3, CutPlan.before(9), 0x10),
                ReplayToken.parse("kvm:a=b/SDEI-057@3~9#0000000000000010"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "kvm",
                "kvm/SDEI-57@1#0123456789abcdef",
                "kvm/SDEI-057@1",
                "kvm/SDEI-057@1#0123456789abcde",
                "kvm/SDEI-057@1#0123456789ABCDEF",
                "kvm/SDEI-057@9999999999999999999#0123456789abcdef",
                "KVM/SDEI-057@1#0123456789abcdef",
                "kvm:/SDEI-057@1#0123456789abcdef",
                "kvm/SDEI-057@1~x#0123456789abcdef",
                " kvm/SDEI-057@1#0123456789abcdef"
            })
    void everythingElseIsRefused(String text) {
        HypervisorException refusal = assertThrows(HypervisorException.class, () -> ReplayToken.parse(text));
        assertEquals(ErrorId.INVALID_ARGUMENT, refusal.id());
    }
}
