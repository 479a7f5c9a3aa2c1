/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendRegistryTest {
    private static final String SERVICE = "META-INF/services/" + HypervisorBackendProvider.class.getName();

    @TempDir
    Path directory;

    @Test
    void theBestAvailableProviderWinsAndTiesGoToTheFirstId() {
        HypervisorBackendProvider low = provider("aaa", new ProbeResult.Available(10, "works"));
        HypervisorBackendProvider second = provider("ccc", new ProbeResult.Available(90, "works"));
        HypervisorBackendProvider first = provider("bbb", new ProbeResult.Available(90, "works"));
        HypervisorBackendProvider broken = provider("zzz", new ProbeResult.Unavailable("no /dev/kvm", "use Linux"));

        BackendRegistry registry = BackendRegistry.of(List.of(low, second, first, broken));

        assertSame(first, registry.best().orElseThrow());
        assertEquals(List.of(low, first, second, broken), registry.providers());
        assertSame(broken, registry.provider("zzz"), "an explicit choice is not judged");
        assertEquals(Optional.empty(), BackendRegistry.of(List.of(broken)).best());
    }

    @Test
    void anUnknownIdListsTheInstalledOnes() {
        BackendRegistry registry = BackendRegistry.of(List.of(provider("kvm", new ProbeResult.Available(1, ""))));
        HypervisorException error = assertThrows(HypervisorException.class, () -> registry.provider("qemu"));
        assertEquals(ErrorId.UNKNOWN_BACKEND, error.id());
        assertEquals("no backend has the id 'qemu'; installed are kvm [UNKNOWN_BACKEND]", error.getMessage());
        assertTrue(assertThrows(
                        HypervisorException.class,
                        () -> BackendRegistry.of(List.of()).provider("qemu"))
                .getMessage()
                .contains("no backend is installed"));
    }

    @Test
    void aDuplicateIdNamesBothProviders() {
        HypervisorBackendProvider first = provider("kvm", new ProbeResult.Available(1, ""));
        HypervisorBackendProvider second = new Impostor();

        BackendRegistry registry = BackendRegistry.of(List.of(first, second));

        assertSame(first, registry.provider("kvm"));
        ProviderProblem problem = registry.problems().get(0);
        assertEquals(Impostor.class.getName(), problem.provider());
        assertTrue(problem.problem().contains(FixedProvider.class.getName()), problem.problem());
    }

    @Test
    void aProviderThatCannotSayWhoItIsHidesNoOther() {
        HypervisorBackendProvider good = provider("kvm", new ProbeResult.Available(1, ""));
        BackendRegistry registry = BackendRegistry.of(List.of(new Speechless(), good));
        assertSame(good, registry.provider("kvm"));
        assertTrue(registry.problems().get(0).problem().contains("lost for words"));
    }

    @Test
    void pluginsAreLoadedOneByOne() throws IOException {
        Path broken = plugin("broken", "no.such.Provider\n" + GoodPlugin.class.getName() + "\n");
        Path again = plugin("again", GoodPlugin.class.getName() + "\n");
        try (URLClassLoader first = loader(broken);
                URLClassLoader second = loader(again)) {
            BackendRegistry registry = BackendRegistry.discover(List.of(first, second));

            assertEquals(
                    "good-plugin", registry.provider("good-plugin").descriptor().id());
            assertEquals(1, registry.problems().size(), registry.problems().toString());
            assertTrue(registry.problems().get(0).problem().contains("no.such.Provider"));
        }
    }

    @Test
    void aClassLoaderThatCannotListItsResourcesIsGivenUp() {
        ClassLoader unreadable = new ClassLoader(BackendRegistryTest.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                throw new IOException("the disk is gone");
            }
        };

        BackendRegistry registry = BackendRegistry.discover(List.of(unreadable));

        assertEquals(1, registry.problems().size(), registry.problems().toString());
    }

    @Test
    void theContextClassLoaderIsAskedToo() throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = loader(plugin("context", GoodPlugin.class.getName() + "\n"))) {
            Thread.currentThread().setContextClassLoader(loader);
            assertEquals(1, BackendRegistry.discover().providers().size());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void withoutPluginsNothingIsFoundHere() {
        BackendRegistry registry = BackendRegistry.discover();
        assertEquals(List.of(), registry.providers());
        assertEquals(List.of(), registry.problems());
        assertFalse(registry.best().isPresent());
    }

    @Test
    void aScoreIsAPercentage() {
        assertThrows(IllegalArgumentException.class, () -> new ProbeResult.Available(101, ""));
        assertThrows(IllegalArgumentException.class, () -> new ProbeResult.Available(-1, ""));
    }

    private Path plugin(String name, String services) throws IOException {
        Path root = directory.resolve(name);
        Path file = root.resolve(SERVICE);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, services).getParent().getParent().getParent();
    }

    private static URLClassLoader loader(Path root) throws IOException {
        return new URLClassLoader(new URL[] {root.toUri().toURL()}, BackendRegistryTest.class.getClassLoader());
    }

    private static HypervisorBackendProvider provider(String id, ProbeResult result) {
        return new FixedProvider(id, result);
    }

    private static class FixedProvider implements HypervisorBackendProvider {
        private final String id;
        private final ProbeResult result;

        FixedProvider(String id, ProbeResult result) {
            this.id = id;
            this.result = result;
        }

        @Override
        public BackendDescriptor descriptor() {
            return new BackendDescriptor(id, id, "nobody", "1", List.of());
        }

        @Override
        public ProbeResult probe() {
            return result;
        }

        @Override
        public HypervisorBackend open(BackendConfiguration configuration) {
            throw new HypervisorException(ErrorId.BACKEND_UNAVAILABLE, "there is nothing to open", id, "");
        }
    }

    private static final class Impostor extends FixedProvider {
        Impostor() {
            super("kvm", new ProbeResult.Available(100, ""));
        }
    }

    private static final class Speechless extends FixedProvider {
        Speechless() {
            super("speechless", new ProbeResult.Available(100, ""));
        }

        @Override
        public BackendDescriptor descriptor() {
            throw new IllegalStateException("lost for words");
        }
    }

    /** Found through a services file. */
    public static final class GoodPlugin extends FixedProvider {
        /** As the SPI wants it. */
        public GoodPlugin() {
            super("good-plugin", new ProbeResult.Available(1, ""));
        }
    }
}
