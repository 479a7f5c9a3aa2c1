/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Every test class of every module was run, and the guard that says so notices when one was not. */
final class ExecutedTestsTest {

    private static final String SOURCE = "final class %s {\n    @Test\n    void works() {}\n}\n";

    @TempDir
    Path root;

    /** Only a whole build has reports of all modules: the POM of this module sets the property, an IDE does not. */
    @Test
    @EnabledIfSystemProperty(named = "faultline.whole.build", matches = "true")
    void everyTestClassOfEveryModuleWasRun() {
        SourceTree ours = SourceTree.ours();
        boolean coverageIsLeftOut = Boolean.getBoolean("jacoco.skip")
                || Boolean.parseBoolean(System.getProperty(
                        "faultline.coverage.skip",
                        new SourceTree.Module(ours.root()).property("faultline.coverage.skip", "false")));
        assertEquals(List.of(), new ExecutedTests(ours, !coverageIsLeftOut).problems());
    }

    @BeforeEach
    void aTreeWithOneModule() throws IOException {
        write("pom.xml", "<project><modules><module>m</module></modules></project>");
        floor(2);
        source("FirstTest");
        report("FirstTest", 2, 0);
        write("m/target/classes/p/Some.class", "");
        write("m/target/jacoco.exec", "");
    }

    @Test
    void aTreeWhereEverythingWasRunHasNoProblem() throws IOException {
        source("NestedTest");
        report("NestedTest$Inside", 1, 0);
        assertProblems();
    }

    @Test
    void aClassWithoutReportIsNoticed() throws IOException {
        source("UnrunTest");
        assertProblems("m/src/test/java/p/UnrunTest.java: none of its tests was run");
    }

    @Test
    void aClassWhoseTestsWereAllSkippedIsNoticed() throws IOException {
        source("SkippedTest");
        report("SkippedTest", 3, 3);
        assertProblems("m/src/test/java/p/SkippedTest.java: none of its tests was run");
    }

    @Test
    void aReportOfAnEarlierBuildIsNoticed() throws IOException {
        Path compiled = write("m/target/test-classes/p/FirstTest.class", "");
        Path report = root.resolve("m/target/surefire-reports/TEST-p.FirstTest.xml");
        Files.setLastModifiedTime(
                report, FileTime.fromMillis(Files.getLastModifiedTime(compiled).toMillis() - 1000));
        assertProblems("m/target/surefire-reports/TEST-p.FirstTest.xml is older than the test class: the class was"
                + " compiled, but not run");
    }

    @Test
    void aTestWithANameThatSurefireDoesNotRunIsNoticed() throws IOException {
        source("Checks");
        write("m/src/test/java/p/Base.java", "abstract class Base {\n    @Test\n    void works() {}\n}\n");
        assertProblems("m/src/test/java/p/Checks.java declares tests, but Surefire does not run it: give it a name"
                + " that ends with Test");
    }

    @Test
    void fewerTestsThanTheFloorAreNoticed() throws IOException {
        floor(3);
        assertProblems("m: 2 tests were run, but faultline.tests.floor in its pom.xml says 3. If tests were removed on"
                + " purpose, lower the floor");
    }

    @Test
    void aModuleWithClassesThatTheCoverageGatePassedOverIsNoticed() throws IOException {
        Files.delete(root.resolve("m/target/jacoco.exec"));
        floor(0);
        assertProblems(
                "m: has classes, but no test has run, so the coverage gate was passed over",
                "m: has classes, so its pom.xml must set faultline.tests.floor; 2 tests were run");
        assertTrue(new ExecutedTests(new SourceTree(root), false).problems().isEmpty());
    }

    private void assertProblems(String... expected) {
        assertEquals(List.of(expected), new ExecutedTests(new SourceTree(root), true).problems());
    }

    private void floor(int tests) throws IOException {
        write(
                "m/pom.xml",
                "<project><properties><faultline.tests.floor>" + tests
                        + "</faultline.tests.floor></properties></project>");
    }

    private void source(String name) throws IOException {
        write("m/src/test/java/p/" + name + ".java", SOURCE.formatted(name));
    }

    private void report(String name, int tests, int skipped) throws IOException {
        write(
                "m/target/surefire-reports/TEST-p." + name + ".xml",
                "<testsuite tests=\"" + tests + "\" skipped=\"" + skipped + "\"/>");
    }

    private Path write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
