/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds every rule against the shipped modules, and proves on fixtures that every rule can fail. */
final class RulesTest {

    private static final SourceTree TREE = SourceTree.ours();

    private static final JavaClasses SHIPPED = new ClassFileImporter()
            .importPaths(TREE.shippedModules().stream()
                    .map(SourceTree.Module::classes)
                    .toArray(Path[]::new));

    private static final JavaClasses FIXTURES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/io/faultline/architecture/"))
            .importPath(TREE.root().resolve("architecture/target/test-classes"));

    /** All rules by the name of their constant. */
    private static final Map<String, ArchRule> RULES = rulesOf(Walls.class, Determinism.class, HouseStyle.class);

    /**
     * One line of a violation report that a fixture must cause.
     *
     * @param rule name of the rule's constant
     * @param words what one line of the report must say, in this order
     */
    private record Proof(String rule, String... words) {

        boolean isIn(String line) {
            int from = 0;
            for (String word : words) {
                int at = line.indexOf(word, from);
                if (at < 0) {
                    return false;
                }
                from = at + word.length();
            }
            return true;
        }
    }

    private static final List<Proof> PROOFS = List.of(
            new Proof("THE_API_DEPENDS_ON_NOTHING_BUT_THE_JDK", "ApiUsesGson", "com.google.gson.Gson"),
            new Proof("HARDWARE_KNOWS_NO_HYPERVISOR", "HardwareKnowsPageFaults", "api.pagefault.FaultPhase"),
            new Proof(
                    "THE_BACKEND_CORE_STANDS_ON_THE_HARDWARE_MODEL_AND_THE_API",
                    "CoreUsesGuice",
                    "jakarta.inject.Inject"),
            new Proof("BACKENDS_STAND_ON_THE_BACKEND_CORE", "BackendUsesTheVmm", "vmm.wrong.MachineDescription"),
            new Proof("BACKENDS_DO_NOT_KNOW_EACH_OTHER", "XenUsesKvm", "backend.kvm.wrong.BackendUsesTheVmm"),
            new Proof("THE_CONFORMANCE_SUITE_SEES_A_BACKEND_THROUGH_THE_API", "SuiteUsesABackend", "backend.kvm.wrong"),
            new Proof("THE_VMM_SEES_A_BACKEND_THROUGH_THE_API", "VmmUsesTheModel", "hwmodel.wrong"),
            new Proof("THE_COMMAND_LINE_FINDS_BACKENDS_AS_PLUGINS", "CommandNamesABackend", "backend.kvm.wrong"),
            new Proof(
                    "GUICE_WIRES_BACKENDS_AND_THE_COMMAND_LINE_ONLY",
                    "VmmUsesGuice.injector()",
                    "com.google.inject.Injector"),
            new Proof("GUAVA_IS_GUICES_OWN_AFFAIR", "BackendUsesGuava", "com.google.common.collect.ImmutableList"),
            new Proof("NOBODY_ASKS_THE_WALL_CLOCK", "AsksTheWallClock.milliseconds()", "System.currentTimeMillis()"),
            new Proof("NOBODY_ASKS_THE_WALL_CLOCK", "AsksTheWallClock.nanoseconds()", "System.nanoTime()"),
            new Proof("NOBODY_ASKS_THE_WALL_CLOCK", "AsksTheWallClock.instant()", "Instant.now()"),
            new Proof("NOBODY_ASKS_THE_WALL_CLOCK", "AsksTheWallClock.date()", "java.util.Date.<init>()"),
            new Proof("NOBODY_SLEEPS", "Sleeps.sleep()", "Thread.sleep(long)"),
            new Proof("NOBODY_SLEEPS", "Sleeps.park()", "LockSupport.parkNanos(long)"),
            new Proof("RANDOMNESS_HAS_A_SEED", "HasNoSeed.number()", "Math.random()"),
            new Proof("RANDOMNESS_HAS_A_SEED", "HasNoSeed.source()", "java.util.Random.<init>()"),
            new Proof("RANDOMNESS_HAS_A_SEED", "HasNoSeed.identity()", "UUID.randomUUID()"),
            new Proof("ORDER_COMES_FROM_NO_HASH", "TakesOrderFromAHash.map()", "java.util.HashMap.<init>()"),
            new Proof("ORDER_COMES_FROM_NO_HASH", "TakesOrderFromAHash.set()", "java.util.HashSet.<init>()"),
            new Proof("ORDER_COMES_FROM_NO_HASH", "TakesOrderFromAHash.identity()", "IdentityHashMap.<init>()"),
            new Proof("ORDER_COMES_FROM_NO_HASH", "TakesOrderFromAHash.salted(", "Set.copyOf("),
            new Proof("ORDER_COMES_FROM_NO_HASH", "TakesOrderFromAHash.collected(", "Collectors.toSet()"),
            new Proof("A_MACHINE_RUNS_ON_ONE_THREAD", "StartsThreads.start()", "Thread.<init>("),
            new Proof("A_MACHINE_RUNS_ON_ONE_THREAD", "StartsThreads.start()", "Thread.start()"),
            new Proof("A_MACHINE_RUNS_ON_ONE_THREAD", "StartsThreads.pool()", "Executors.newCachedThreadPool()"),
            new Proof("A_MACHINE_RUNS_ON_ONE_THREAD", "StartsThreads.parallel(", ".parallelStream()"),
            new Proof("A_MACHINE_RUNS_ON_ONE_THREAD", "StartsThreads$Worker", "assignable to java.lang.Thread"),
            new Proof("STATE_IS_NOT_STATIC", "HasStaticState.instructions", "FINAL"),
            new Proof("NO_JAVA_SERIALIZATION", "UsesSerialization.read(", "java.io.ObjectInputStream"),
            new Proof("PACKAGES_HAVE_NO_CYCLES", "Slice vmm.wrong.first"),
            new Proof("PACKAGES_ARE_NAMED_AFTER_WHAT_IS_IN_THEM", "vmm.wrong.util.InUtil"),
            new Proof("PACKAGES_ARE_NAMED_AFTER_WHAT_IS_IN_THEM", "vmm.wrong.common.InCommon"),
            new Proof("PACKAGES_ARE_NAMED_AFTER_WHAT_IS_IN_THEM", "vmm.wrong.helper.InHelper"),
            new Proof("PACKAGES_ARE_NAMED_AFTER_WHAT_IS_IN_THEM", "vmm.wrong.manager.InManager"),
            new Proof("PACKAGES_ARE_NAMED_AFTER_WHAT_IS_IN_THEM", "vmm.wrong.impl.InImpl"),
            new Proof("ONLY_THE_COMMAND_LINE_TALKS_TO_THE_TERMINAL", "Prints.line()", "System.out"),
            new Proof("ONLY_THE_COMMAND_LINE_TALKS_TO_THE_TERMINAL", "Prints.trace(", "printStackTrace()"),
            new Proof("ONLY_THE_COMMAND_LINE_ENDS_THE_PROCESS", "EndsTheProcess.end()", "System.exit(int)"),
            new Proof("NULLNESS_IS_NOT_SWITCHED_OFF", "OptsOutOfNullness"));

    @TestFactory
    Stream<DynamicTest> everyRuleHolds() {
        return RULES.entrySet().stream()
                .map(rule -> dynamicTest(rule.getKey(), () -> rule.getValue().check(SHIPPED)));
    }

    @TestFactory
    Stream<DynamicTest> everyRuleFailsOnItsFixture() {
        return PROOFS.stream()
                .map(proof -> dynamicTest(proof.rule() + ": " + proof.words()[0], () -> {
                    List<String> report = reportOn(proof.rule());
                    assertTrue(report.stream().anyMatch(proof::isIn), () -> "not reported, only: " + report);
                }));
    }

    @Test
    void everyRuleHasAFixtureThatBreaksIt() {
        assertEquals(
                RULES.keySet(), new TreeSet<>(PROOFS.stream().map(Proof::rule).toList()));
    }

    @Test
    void whatIsAllowedIsNotReported() {
        assertAll(
                () -> assertFalse(
                        reportOn("NOBODY_ASKS_THE_WALL_CLOCK").toString().contains("Rightly")),
                () -> assertFalse(reportOn("RANDOMNESS_HAS_A_SEED").toString().contains("seeded")),
                () -> assertFalse(
                        reportOn("ORDER_COMES_FROM_NO_HASH").toString().contains("inOrder")),
                () -> assertFalse(reportOn("STATE_IS_NOT_STATIC").toString().contains("LIMIT")));
    }

    /** A rule holds on nothing, too: what the rules see must be what was compiled, class by class. */
    @Test
    void everyCompiledClassWasSeen() {
        List<String> compiled = new ArrayList<>();
        for (SourceTree.Module module : TREE.shippedModules()) {
            for (Path file : module.classFiles()) {
                String name = module.classes().relativize(file).toString();
                compiled.add(
                        name.substring(0, name.length() - ".class".length()).replace('/', '.'));
            }
        }
        List<String> seen = SHIPPED.stream().map(type -> type.getName()).toList();
        compiled.removeAll(seen);
        assertEquals(List.of(), compiled, "compiled, but not seen");
        assertTrue(seen.size() > 100, () -> "only " + seen.size() + " classes: is everything built?");
    }

    private static List<String> reportOn(String rule) {
        return RULES.get(rule).evaluate(FIXTURES).getFailureReport().getDetails();
    }

    private static Map<String, ArchRule> rulesOf(Class<?>... holders) {
        Map<String, ArchRule> rules = new TreeMap<>();
        for (Class<?> holder : holders) {
            for (Field field : holder.getDeclaredFields()) {
                if (field.getType() == ArchRule.class) {
                    try {
                        rules.put(field.getName(), (ArchRule) field.get(null));
                    } catch (IllegalAccessException problem) {
                        throw new IllegalStateException(problem);
                    }
                }
            }
        }
        return rules;
    }
}
