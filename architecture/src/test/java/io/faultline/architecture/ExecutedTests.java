/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * Compares the reports that Surefire has written with the test sources, so that a class that nobody runs is noticed.
 *
 * <p>This module is built last, when the reports of all others are there. Its own reports are not: for itself it only
 * checks that its tests have names that Surefire runs.
 */
final class ExecutedTests {

    private static final Pattern DECLARES_A_TEST =
            Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|ArchTest)\\b");

    private static final Pattern ABSTRACT_CLASS = Pattern.compile("\\babstract class\\b");

    private final SourceTree tree;
    private final boolean coverageIsMeasured;

    ExecutedTests(SourceTree tree, boolean coverageIsMeasured) {
        this.tree = tree;
        this.coverageIsMeasured = coverageIsMeasured;
    }

    /** One line for each thing wrong; none when every test class of every module was run. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (SourceTree.Module module : tree.modules()) {
            checkNames(module, problems);
            if (!module.name().equals("architecture")) {
                checkReports(module, problems);
            }
        }
        return problems;
    }

    private void checkNames(SourceTree.Module module, List<String> problems) {
        for (Path source : module.testSources()) {
            String text = read(source);
            if (!isTestClass(source)
                    && DECLARES_A_TEST.matcher(text).find()
                    && !ABSTRACT_CLASS.matcher(text).find()) {
                problems.add(tree.root().relativize(source) + " declares tests, but Surefire does not run it:"
                        + " give it a name that ends with Test");
            }
        }
    }

    private void checkReports(SourceTree.Module module, List<String> problems) {
        int total = 0;
        for (Path source : module.testSources()) {
            if (!isTestClass(source)) {
                continue;
            }
            Path relative = module.folder().resolve("src/test/java").relativize(source);
            String path = relative.toString().replace(".java", "");
            Path compiled = module.folder().resolve("target/test-classes").resolve(path + ".class");
            int executed = 0;
            for (Path report : reportsOf(module, path.replace('/', '.'))) {
                if (isNewer(compiled, report)) {
                    problems.add(tree.root().relativize(report)
                            + " is older than the test class: the class was compiled, but not run");
                }
                Element suite = SourceTree.parse(report).getDocumentElement();
                executed += number(suite, "tests") - number(suite, "skipped");
            }
            if (executed == 0) {
                problems.add(tree.root().relativize(source) + ": none of its tests was run");
            }
            total += executed;
        }
        int floor = Integer.parseInt(module.property("faultline.tests.floor", "0"));
        if (total < floor) {
            problems.add(
                    module.name() + ": " + total + " tests were run, but faultline.tests.floor in its pom.xml says "
                            + floor + ". If tests were removed on purpose, lower the floor");
        }
        if (coverageIsMeasured && !module.classFiles().isEmpty()) {
            if (!Files.exists(module.folder().resolve("target/jacoco.exec"))) {
                problems.add(
                        module.name() + ": has classes, but no test has run, so the coverage gate was passed over");
            }
            if (floor == 0) {
                problems.add(module.name() + ": has classes, so its pom.xml must set faultline.tests.floor; " + total
                        + " tests were run");
            }
        }
    }

    private static boolean isTestClass(Path source) {
        return source.getFileName().toString().endsWith("Test.java");
    }

    /** The report of a class and those of its nested classes. */
    private static List<Path> reportsOf(SourceTree.Module module, String className) {
        if (!Files.isDirectory(module.reports())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(module.reports())) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.equals("TEST-" + className + ".xml")
                                || name.startsWith("TEST-" + className + "$") && name.endsWith(".xml");
                    })
                    .sorted()
                    .toList();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static boolean isNewer(Path file, Path than) {
        try {
            return Files.exists(file) && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) > 0;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static int number(Element suite, String attribute) {
        String value = suite.getAttribute(attribute);
        return value.isEmpty() ? 0 : Integer.parseInt(value);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
