/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Makes plugin jars that name providers. */
final class PluginJar {
    private PluginJar() {}

    /** A jar that names a provider by its class, which is on the test class path. */
    static String naming(Path folder, Class<?> provider) throws IOException {
        return naming(folder, provider.getName());
    }

    static String naming(Path folder, String provider) throws IOException {
        return write(folder.resolve("plugin-" + provider.hashCode() + ".jar"), provider);
    }

    static String empty(Path folder) throws IOException {
        return write(folder.resolve("empty.jar"), "");
    }

    private static String write(Path jar, String provider) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            if (!provider.isEmpty()) {
                out.putNextEntry(new JarEntry("META-INF/services/io.faultline.api.spi.HypervisorBackendProvider"));
                out.write(provider.getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        return jar.toString();
    }
}
