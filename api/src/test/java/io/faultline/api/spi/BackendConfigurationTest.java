/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackendConfigurationTest {
    private static final BackendDescriptor DESCRIPTOR = new BackendDescriptor(
            "test",
            "Test",
            "nobody",
            "1",
            List.of(
                    Setting.choice("sdei.version", "Version.", "1.0", "1.1"),
                    Setting.free("apf.function", "2", "Function number, 0 to 65535.")));

    @Test
    void defaultsAreFilledIn() {
        BackendConfiguration configuration = BackendConfiguration.defaults(DESCRIPTOR);
        assertEquals(Map.of("sdei.version", "1.0", "apf.function", "2"), configuration.values());
        assertEquals(
                configuration.values(),
                BackendConfiguration.parse(DESCRIPTOR, "").values());
    }

    @Test
    void theCommandLineFormIsRead() {
        BackendConfiguration configuration =
                BackendConfiguration.parse(DESCRIPTOR, "apf.function=0x42,sdei.version=1.1");
        assertEquals(0x42, configuration.number("apf.function", 0, 0xFFFF));
        assertEquals("1.1", configuration.get("sdei.version"));
    }

    @Test
    void anUnknownKeySuggestsTheNearest() {
        assertError(
                ErrorId.UNKNOWN_SETTING,
                "unknown setting 'sdei.verson' (backend test); did you mean sdei.version? [UNKNOWN_SETTING]",
                "sdei.verson=1.0");
        BackendDescriptor bare = new BackendDescriptor("bare", "Bare", "nobody", "1", List.of());
        HypervisorException error =
                assertThrows(HypervisorException.class, () -> BackendConfiguration.parse(bare, "a=b"));
        assertTrue(error.getMessage().contains("it has no settings"), error.getMessage());
    }

    @Test
    void aForbiddenValueListsTheAllowedOnes() {
        assertError(
                ErrorId.INVALID_SETTING,
                "setting sdei.version cannot be '2.0' (backend test); use one of 1.0, 1.1 [INVALID_SETTING]",
                "sdei.version=2.0");
    }

    @Test
    void malformedPairsAreRefused() {
        assertError(ErrorId.INVALID_SETTING, "'sdei.version' is not of the form key=value", "sdei.version");
        assertError(ErrorId.INVALID_SETTING, "'=1' is not of the form key=value", "=1");
        assertError(ErrorId.INVALID_SETTING, "'' is not of the form", "apf.function=1,");
        assertError(ErrorId.INVALID_SETTING, "apf.function is given twice", "apf.function=1,apf.function=2");
    }

    @Test
    void numbersAreCheckedForRangeAndForm() {
        for (String text : List.of("70000", "-1", "zwei", "")) {
            BackendConfiguration configuration = BackendConfiguration.of(DESCRIPTOR, Map.of("apf.function", text));
            HypervisorException error =
                    assertThrows(HypervisorException.class, () -> configuration.number("apf.function", 0, 0xFFFF));
            assertEquals(ErrorId.INVALID_SETTING, error.id());
            assertTrue(error.getMessage().contains("use a whole number from 0 to 65535"), error.getMessage());
        }
    }

    @Test
    void askingForAnUndeclaredSettingIsAnError() {
        BackendConfiguration configuration = BackendConfiguration.defaults(DESCRIPTOR);
        assertEquals(
                ErrorId.UNKNOWN_SETTING,
                assertThrows(HypervisorException.class, () -> configuration.get("nope"))
                        .id());
    }

    @Test
    void descriptorsAndSettingsCheckTheirNames() {
        assertThrows(IllegalArgumentException.class, () -> new BackendDescriptor("Bad Id", "", "", "", List.of()));
        assertThrows(IllegalArgumentException.class, () -> Setting.free("Bad Key", "", ""));
        assertThrows(IllegalArgumentException.class, () -> new Setting("key", "c", List.of("a", "b"), "meaning"));
    }

    private static void assertError(ErrorId id, String words, String text) {
        HypervisorException error =
                assertThrows(HypervisorException.class, () -> BackendConfiguration.parse(DESCRIPTOR, text));
        assertEquals(id, error.id());
        assertTrue(error.getMessage().contains(words), error.getMessage());
    }
}
