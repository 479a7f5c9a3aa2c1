/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The dispatcher with the profile of Trusted Firmware-A gives the answers that Trusted Firmware-A gave on QEMU, recorded by
 * lanes/tf-a/sdei.sh.
 */
class TrustedFirmwareTest {
    private static final String GUEST = Path.of("..", "guests", "sdei.elf").toString();
    /** Version 2.8, which was recorded, is older than the change after which a PE that is not ready is refused. */
    private static final String BACKEND = "kvm:profile=tfa,sdei.signal-not-ready=accept";

    private static List<String> recorded() throws IOException {
        try (InputStream in = TrustedFirmwareTest.class.getResourceAsStream("sdei-of-tf-a.txt")) {
            byte[] bytes = Objects.requireNonNull(in, "sdei-of-tf-a.txt").readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static List<String> said(String... options) {
        CommandRun run = CommandRun.of(options);
        assertEquals("", run.err());
        assertEquals(0, run.status());
        return run.out().lines().toList();
    }

    @Test
    void everyCallInEveryStateIsAnsweredAsTrustedFirmwareDoesAtEl1() throws IOException {
        assertEquals(recorded(), said("run", GUEST, "--cpus", "2", "--backend", BACKEND));
    }

    /** What a call answers does not depend on the level of the client; what registers hold does. */
    @Test
    void theAnswersAreTheSameAtEl2() throws IOException {
        String answer = "((signal|ppi|spi) S|processors:).*";
        assertEquals(
                recorded().stream().filter(line -> line.matches(answer)).toList(),
                said("run", GUEST, "--cpus", "2", "--backend", BACKEND, "--el", "2").stream()
                        .filter(line -> line.matches(answer))
                        .toList());
    }
}
