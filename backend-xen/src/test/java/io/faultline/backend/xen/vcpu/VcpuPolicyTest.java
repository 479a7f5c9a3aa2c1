/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VcpuPolicyTest {
    private static final BackendDescriptor DESCRIPTOR =
            new BackendDescriptor("xen", "Xen", "test", "1", VcpuPolicy.settings());

    private static VcpuPolicy parse(String text) {
        return VcpuPolicy.of(BackendConfiguration.parse(DESCRIPTOR, text));
    }

    @Test
    void nothingSaidIsTheDefault() {
        assertEquals(VcpuPolicy.defaults(), parse(""));
        assertEquals(
                new VcpuPolicy(UpcallStyle.LEVEL, MisplacedInfo.ENXIO, RegistrationChecks.PRESENT, 31),
                VcpuPolicy.defaults());
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void everyStyleCanBeChosen(UpcallStyle style) {
        assertEquals(style, parse("xen.upcall=" + style.text()).upcall());
    }

    @Test
    void theOtherChoicesCanBeMade() {
        VcpuPolicy policy = parse("xen.misplaced-vcpu-info=einval,xen.vcpu-info-checks=older,xen.event-ppi=0x10");
        assertEquals(RegistrationChecks.OLDER, policy.registration());
        assertEquals(MisplacedInfo.EINVAL, policy.misplacedInfo());
        assertEquals(16, policy.eventInterrupt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "26", "27", "28", "30", "15", "32", "x"})
    void aPpiThatIsTakenOrNoneIsRefused(String intid) {
        HypervisorException refused = assertThrows(HypervisorException.class, () -> parse("xen.event-ppi=" + intid));
        assertEquals(ErrorId.INVALID_SETTING, refused.id());
        assertTrue(refused.getMessage().contains("xen.event-ppi"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 27, 32})
    void norCanAPolicyHaveOne(int intid) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new VcpuPolicy(UpcallStyle.EDGE, MisplacedInfo.ENXIO, RegistrationChecks.PRESENT, intid));
    }
}
