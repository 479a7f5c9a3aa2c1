/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * The backends that are installed. Immutable and thread-safe.
 *
 * <p>Each provider is loaded by itself: one that is broken is reported in {@link #problems()} and hides no other.
 *
 * @since 0.1
 */
public final class BackendRegistry {
    private final Map<String, HypervisorBackendProvider> providers;
    private final List<ProviderProblem> problems;

    private BackendRegistry(Map<String, HypervisorBackendProvider> providers, List<ProviderProblem> problems) {
        this.providers = Collections.unmodifiableMap(providers);
        this.problems = List.copyOf(problems);
    }

    /**
     * Finds the providers on the module path and class path of the program.
     *
     * @return the registry
     */
    public static BackendRegistry discover() {
        return discover(List.of());
    }

    /**
     * Finds the providers of the program and those of plugins.
     *
     * @param plugins class loaders of plugin jars, each with a parent that has the API
     * @return the registry
     */
    public static BackendRegistry discover(Collection<ClassLoader> plugins) {
        Collector collector = new Collector();
        collector.load(ServiceLoader.load(HypervisorBackendProvider.class, BackendRegistry.class.getClassLoader()));
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null && context != BackendRegistry.class.getClassLoader()) {
            collector.load(ServiceLoader.load(HypervisorBackendProvider.class, context));
        }
        for (ClassLoader plugin : plugins) {
            collector.load(ServiceLoader.load(HypervisorBackendProvider.class, plugin));
        }
        return collector.registry();
    }

    /**
     * Makes a registry of given providers, for programs that do not want discovery.
     *
     * @param providers the providers
     * @return the registry
     */
    public static BackendRegistry of(Collection<? extends HypervisorBackendProvider> providers) {
        Collector collector = new Collector();
        providers.forEach(collector::add);
        return collector.registry();
    }

    /**
     * Returns all usable providers.
     *
     * @return the providers sorted by id
     */
    public List<HypervisorBackendProvider> providers() {
        return List.copyOf(providers.values());
    }

    /**
     * Returns what was found and cannot be used.
     *
     * @return the problems in the order they were met
     */
    public List<ProviderProblem> problems() {
        return problems;
    }

    /**
     * Returns the provider with an id.
     *
     * @param id the id
     * @return the provider
     * @throws HypervisorException with UNKNOWN_BACKEND, naming those that exist
     */
    public HypervisorBackendProvider provider(String id) {
        HypervisorBackendProvider provider = providers.get(id);
        if (provider == null) {
            throw new HypervisorException(
                    ErrorId.UNKNOWN_BACKEND,
                    "no backend has the id '" + id + "'",
                    "",
                    providers.isEmpty()
                            ? "no backend is installed"
                            : "installed are " + String.join(", ", providers.keySet()));
        }
        return provider;
    }

    /**
     * Returns the available provider with the highest score; among equals the one whose id comes first.
     *
     * @return the provider, or empty if none is available
     */
    public Optional<HypervisorBackendProvider> best() {
        return providers.values().stream()
                .filter(provider -> score(provider) >= 0)
                .max(Comparator.comparingInt(BackendRegistry::score)
                        .thenComparing(provider -> provider.descriptor().id(), Comparator.reverseOrder()));
    }

    private static int score(HypervisorBackendProvider provider) {
        return provider.probe() instanceof ProbeResult.Available available ? available.score() : -1;
    }

    /** Collects providers one by one, so that each can fail alone. */
    private static final class Collector {
        private final Map<String, HypervisorBackendProvider> providers = new TreeMap<>();
        private final List<ProviderProblem> problems = new ArrayList<>();

        void load(ServiceLoader<HypervisorBackendProvider> loader) {
            Iterator<ServiceLoader.Provider<HypervisorBackendProvider>> found =
                    loader.stream().iterator();
            String lastProblem = "";
            while (true) {
                try {
                    if (!found.hasNext()) {
                        return;
                    }
                    ServiceLoader.Provider<HypervisorBackendProvider> entry = found.next();
                    if (!isKnown(entry.type())) {
                        add(entry.get());
                    }
                } catch (ServiceConfigurationError | LinkageError broken) {
                    String problem = String.valueOf(broken.getMessage());
                    if (problem.equals(lastProblem)) {
                        // a class loader that cannot even list its resources would go on like this for ever
                        return;
                    }
                    lastProblem = problem;
                    problems.add(new ProviderProblem(
                            HypervisorBackendProvider.class.getSimpleName(),
                            "unknown",
                            "cannot be loaded: " + problem + "; rebuild the plugin against this version"));
                }
            }
        }

        /** The same class is found twice when it is on the path of the program and of its context class loader. */
        private boolean isKnown(Class<?> type) {
            return providers.values().stream().anyMatch(known -> known.getClass() == type);
        }

        void add(HypervisorBackendProvider provider) {
            String name = provider.getClass().getName();
            String origin = origin(provider);
            try {
                String id = provider.descriptor().id();
                HypervisorBackendProvider other = providers.putIfAbsent(id, provider);
                if (other != null) {
                    problems.add(new ProviderProblem(
                            name,
                            origin,
                            "has the id '" + id + "' of " + other.getClass().getName() + " from " + origin(other)
                                    + "; remove one of the two"));
                }
            } catch (RuntimeException | LinkageError broken) {
                problems.add(new ProviderProblem(name, origin, "cannot say who it is: " + broken));
            }
        }

        BackendRegistry registry() {
            return new BackendRegistry(providers, problems);
        }

        private static String origin(Object provider) {
            CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
            URL location = source == null ? null : source.getLocation();
            return location == null ? "unknown" : location.toString();
        }
    }
}
