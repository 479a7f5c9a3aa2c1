/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProviderProblem;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import picocli.CommandLine.Option;

/** Finds the installed backends and those of plugins. */
final class PluginOptions {
    @Option(
            names = "--plugin",
            paramLabel = "JAR",
            description = "A jar with further backends. May be given several times.")
    private final List<Path> plugins = new ArrayList<>();

    /** The jars that the user named. */
    List<Path> jars() {
        return List.copyOf(plugins);
    }

    /**
     * Discovers everything. What is wrong with an installed backend is a warning; what is wrong with a plugin that the
     * user named ends the command.
     */
    BackendRegistry discover(Session session) {
        BackendRegistry installed = BackendRegistry.discover();
        installed.problems().forEach(problem -> session.note("warning: " + sentence(problem)));
        if (plugins.isEmpty()) {
            return installed;
        }
        List<ClassLoader> loaders = new ArrayList<>();
        for (Path jar : plugins) {
            ClassLoader loader = open(jar);
            BackendRegistry alone = BackendRegistry.discover(List.of(loader));
            requireNoProblems(installed, alone, jar.toString());
            if (alone.providers().size() == installed.providers().size()) {
                throw new CommandFailure(
                        ExitStatus.UNAVAILABLE,
                        "plugin " + jar + " has no backend; name the class in META-INF/services/"
                                + HypervisorBackendProvider.class.getName());
            }
            loaders.add(loader);
        }
        BackendRegistry all = BackendRegistry.discover(loaders);
        requireNoProblems(installed, all, "plugins");
        return all;
    }

    private static void requireNoProblems(BackendRegistry installed, BackendRegistry extended, String origin) {
        for (ProviderProblem problem : extended.problems()) {
            if (!installed.problems().contains(problem)) {
                throw new CommandFailure(ExitStatus.UNAVAILABLE, origin + ": " + sentence(problem));
            }
        }
    }

    private static String sentence(ProviderProblem problem) {
        return "backend provider " + problem.provider() + " (" + problem.origin() + ") " + problem.problem();
    }

    private static ClassLoader open(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new CommandFailure(ExitStatus.UNAVAILABLE, "plugin " + jar + ": there is no such file");
        }
        try {
            // A class loader says nothing about a file that it cannot read; opening it once does.
            new JarFile(jar.toFile()).close();
            // Stays open as long as the process: a backend loads its classes when it first needs them.
            return new URLClassLoader(
                    "plugin " + jar.getFileName(),
                    new URL[] {jar.toUri().toURL()},
                    HypervisorBackendProvider.class.getClassLoader());
        } catch (IOException broken) {
            throw new CommandFailure(
                    ExitStatus.UNAVAILABLE, "plugin " + jar + " is not a jar file: " + broken.getMessage(), broken);
        }
    }
}
