/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the arm64 kernel that tests boot: what the system property {@value #PROPERTY} or the environment variable
 * {@value #VARIABLE} names, else the one that {@code lanes/linux/boot.sh} has fetched.
 */
final class DebianKernel {
    static final String PROPERTY = "faultline.linux.image";
    static final String VARIABLE = "FAULTLINE_LINUX_IMAGE";

    /** Why a test that needs the kernel was not run, and how to have it run. */
    static final String MISSING =
            "NOT TESTED: there is no arm64 kernel to boot. Fetch Debian's with lanes/linux/boot.sh, or"
                    + " name an Image with -D" + PROPERTY + "=FILE or " + VARIABLE;

    private static final Path FETCHED = Path.of("..", "target", "debian");

    private DebianKernel() {}

    static Optional<Path> find() throws IOException {
        String named = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        if (named != null) {
            // A name that is wrong is an error, not a reason to skip the test.
            return Optional.of(Path.of(named));
        }
        if (!Files.isDirectory(FETCHED)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.find(FETCHED, 3, (file, attributes) -> isKernel(file))) {
            return files.max(Path::compareTo);
        }
    }

    private static boolean isKernel(Path file) {
        return file.getFileName().toString().matches("vmlinuz-.*-cloud-arm64");
    }
}
