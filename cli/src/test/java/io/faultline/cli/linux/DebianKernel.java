/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.linux;

import java.io.IOException;
import java.nio.file.FileVisitOption;
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

    /** Where the lane keeps what it has fetched, unless this variable says otherwise. */
    private static final String CACHE = "DEBIAN_CACHE";

    private DebianKernel() {}

    static Optional<Path> find() throws IOException {
        String named = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        if (named != null) {
            // A name that is wrong is an error, not a reason to skip the test.
            return Optional.of(Path.of(named));
        }
        String cache = System.getenv(CACHE);
        Path fetched = cache == null ? Path.of("..", "target", "debian") : Path.of(cache);
        if (!Files.isDirectory(fetched)) {
            return Optional.empty();
        }
        // The cache may be a link: several clones can share one.
        try (Stream<Path> files =
                Files.find(fetched, 3, (file, attributes) -> isKernel(file), FileVisitOption.FOLLOW_LINKS)) {
            return files.max(Path::compareTo);
        }
    }

    private static boolean isKernel(Path file) {
        return file.getFileName().toString().matches("vmlinuz-.*-cloud-arm64");
    }
}
