/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What each shipped module promises to others, against what was recorded when somebody last decided on it. */
final class ModuleDescriptorsTest {

    private static final SourceTree TREE = SourceTree.ours();

    private static final Path RECORDS = TREE.root().resolve("architecture/src/test/resources/modules");

    private static final String RECORD = "faultline.record";

    @TestFactory
    Stream<DynamicTest> theDescriptorIsTheRecordedOne() {
        return forEachModule(module -> {
            String actual = describe(descriptorOf(module));
            Path record = RECORDS.resolve(module.name() + ".txt");
            if (Boolean.getBoolean(RECORD)) {
                Files.createDirectories(RECORDS);
                Files.writeString(record, actual);
            }
            String expected = Files.exists(record) ? Files.readString(record) : "";
            assertEquals(
                    expected,
                    actual,
                    () -> "the module " + module.name() + " promises something else than "
                            + TREE.root().relativize(record)
                            + " says. If that is meant, record it and commit the file: "
                            + "mvn -pl architecture -am test -Dtest=ModuleDescriptorsTest "
                            + "-Dsurefire.failIfNoSpecifiedTests=false -D" + RECORD + "=true");
        });
    }

    /** The class path reads META-INF/services, the module path reads the descriptor: a backend must be found on both. */
    @TestFactory
    Stream<DynamicTest> servicesAreProvidedOnTheClassPathAsOnTheModulePath() {
        return forEachModule(module -> {
            List<String> onTheModulePath = new ArrayList<>();
            for (ModuleDescriptor.Provides provides : descriptorOf(module).provides()) {
                provides.providers().forEach(provider -> onTheModulePath.add(provides.service() + " by " + provider));
            }
            List<String> onTheClassPath = new ArrayList<>();
            Path services = module.classes().resolve("META-INF/services");
            if (Files.isDirectory(services)) {
                try (Stream<Path> files = Files.list(services)) {
                    for (Path file : files.toList()) {
                        Files.readAllLines(file).stream()
                                .map(line -> line.replaceFirst("#.*", "").strip())
                                .filter(line -> !line.isEmpty())
                                .forEach(provider -> onTheClassPath.add(file.getFileName() + " by " + provider));
                    }
                }
            }
            assertEquals(new TreeSet<>(onTheModulePath), new TreeSet<>(onTheClassPath));
        });
    }

    @TestFactory
    Stream<DynamicTest> theModuleIsNullMarked() {
        return forEachModule(module -> {
            // The descriptor of an annotation is in the constant pool exactly when the annotation is there.
            String pool = Files.readString(module.classes().resolve("module-info.class"), StandardCharsets.ISO_8859_1);
            assertTrue(pool.contains("Lorg/jspecify/annotations/NullMarked;"), "module-info.java must say @NullMarked");
        });
    }

    @TestFactory
    Stream<DynamicTest> everyPackageLiesBelowTheNameOfItsModule() {
        return forEachModule(module -> {
            ModuleDescriptor descriptor = descriptorOf(module);
            for (String inside : descriptor.packages()) {
                assertTrue(
                        inside.equals(descriptor.name()) || inside.startsWith(descriptor.name() + "."),
                        () -> inside + " in the module " + descriptor.name());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> javadocIsLeftOutOnlyWhereThereIsNothingToDocument() {
        return forEachModule(module -> {
            boolean leftOut = Boolean.parseBoolean(module.property("faultline.javadoc.skip", "false"));
            assertTrue(
                    !leftOut || module.classFiles().isEmpty(),
                    () -> module.name() + "/pom.xml sets faultline.javadoc.skip, but the module has classes now:"
                            + " remove the property");
        });
    }

    private static ModuleDescriptor descriptorOf(SourceTree.Module module) {
        return ModuleFinder.of(module.classes()).findAll().stream()
                .map(reference -> reference.descriptor())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no module in " + module.classes()));
    }

    private static String describe(ModuleDescriptor module) {
        Set<String> lines = new TreeSet<>();
        for (Requires requires : module.requires()) {
            lines.add("requires " + modifiers(requires.modifiers()) + requires.name());
        }
        for (ModuleDescriptor.Exports exports : module.exports()) {
            lines.add("exports " + exports.source() + targets(exports.targets()));
        }
        for (ModuleDescriptor.Opens opens : module.opens()) {
            lines.add("opens " + opens.source() + targets(opens.targets()));
        }
        for (ModuleDescriptor.Provides provides : module.provides()) {
            lines.add("provides " + provides.service() + " with " + String.join(", ", provides.providers()));
        }
        module.uses().forEach(service -> lines.add("uses " + service));
        return "module " + module.name() + "\n"
                + lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String modifiers(Set<Requires.Modifier> modifiers) {
        return new TreeSet<>(modifiers)
                .stream()
                        .filter(modifier -> modifier != Requires.Modifier.MANDATED)
                        .map(modifier -> modifier.name().toLowerCase(Locale.ROOT) + " ")
                        .collect(Collectors.joining());
    }

    private static String targets(Collection<String> targets) {
        return targets.isEmpty() ? "" : " to " + String.join(", ", new TreeSet<>(targets));
    }

    private interface ModuleTest {
        void on(SourceTree.Module module) throws IOException;
    }

    private static Stream<DynamicTest> forEachModule(ModuleTest test) {
        return TREE.shippedModules().stream().map(module -> dynamicTest(module.name(), () -> test.on(module)));
    }
}
