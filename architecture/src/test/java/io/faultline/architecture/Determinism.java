/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;

/** What would make two runs with the same seed differ. */
final class Determinism {

    /** The one package that may ask the wall clock: how long the user has waited, and whether a waiver has expired. */
    static final String WALL_CLOCK_PACKAGE = "io.faultline.cli.wallclock";

    static final ArchRule NOBODY_ASKS_THE_WALL_CLOCK = noClasses()
            .that()
            .resideOutsideOfPackage(WALL_CLOCK_PACKAGE)
            .should()
            .accessTargetWhere(Accesses.to(
                    "java.lang.System.currentTimeMillis(",
                    "java.lang.System.nanoTime(",
                    "java.time.Clock.system",
                    "java.time.Clock.tick",
                    "java.time.Instant.now(",
                    "java.time.LocalDate.now(",
                    "java.time.LocalDateTime.now(",
                    "java.time.LocalTime.now(",
                    "java.time.MonthDay.now(",
                    "java.time.OffsetDateTime.now(",
                    "java.time.OffsetTime.now(",
                    "java.time.Year.now(",
                    "java.time.YearMonth.now(",
                    "java.time.ZonedDateTime.now(",
                    "java.util.Calendar.getInstance(",
                    "java.util.Date.<init>()",
                    "java.util.GregorianCalendar.<init>()"))
            .as("nobody asks the wall clock, except " + WALL_CLOCK_PACKAGE)
            .because("time is virtual: a function of executed instructions and idle skips");

    static final ArchRule NOBODY_SLEEPS = noClasses()
            .should()
            .accessTargetWhere(Accesses.to(
                    "java.lang.Thread.sleep(",
                    "java.lang.Thread.yield(",
                    "java.lang.Thread.onSpinWait(",
                    "java.util.concurrent.TimeUnit.sleep(",
                    "java.util.concurrent.TimeUnit.timedWait(",
                    "java.util.concurrent.TimeUnit.timedJoin(",
                    "java.util.concurrent.locks.LockSupport.parkNanos(",
                    "java.util.concurrent.locks.LockSupport.parkUntil("))
            .as("nobody sleeps")
            .because("a run must not depend on how fast the host is");

    static final ArchRule RANDOMNESS_HAS_A_SEED = noClasses()
            .should()
            .accessTargetWhere(Accesses.to(
                    "java.lang.Math.random(",
                    "java.lang.StrictMath.random(",
                    "java.security.SecureRandom.",
                    "java.util.Collections.shuffle(java.util.List)",
                    "java.util.Random.<init>()",
                    "java.util.SplittableRandom.<init>()",
                    "java.util.UUID.randomUUID(",
                    "java.util.concurrent.ThreadLocalRandom.",
                    "java.util.random.RandomGenerator.getDefault(",
                    "java.util.random.RandomGenerator.of("))
            .as("every random number comes from a seed")
            .because("a failure must be replayable from its token");

    static final ArchRule ORDER_COMES_FROM_NO_HASH = noClasses()
            .should()
            .accessTargetWhere(Accesses.to(
                    "java.lang.System.identityHashCode(",
                    "java.util.HashMap.<init>(",
                    "java.util.HashSet.<init>(",
                    "java.util.Hashtable.<init>(",
                    "java.util.IdentityHashMap.<init>(",
                    "java.util.Map.copyOf(",
                    "java.util.Set.copyOf(",
                    "java.util.WeakHashMap.<init>(",
                    "java.util.concurrent.ConcurrentHashMap.",
                    "java.util.stream.Collectors.groupingBy(java.util.function.Function)",
                    "java.util.stream.Collectors.groupingBy(java.util.function.Function, java.util.stream.Collector)",
                    "java.util.stream.Collectors.toMap(java.util.function.Function, java.util.function.Function)",
                    "java.util.stream.Collectors.toMap(java.util.function.Function, java.util.function.Function, "
                            + "java.util.function.BinaryOperator)",
                    "java.util.stream.Collectors.toSet(",
                    "java.util.stream.Collectors.toUnmodifiableMap(",
                    "java.util.stream.Collectors.toUnmodifiableSet("))
            .as("no collection with hash order is made")
            .because("somebody will iterate over it: use an array, a list, an EnumMap, a LinkedHashMap or a TreeMap."
                    + " Map.of and Set.of are left for constant tables that are only looked up");

    static final ArchRule A_MACHINE_RUNS_ON_ONE_THREAD = noClasses()
            .that()
            .resideOutsideOfPackages("io.faultline.cli..", "io.faultline.vmm..")
            .should()
            .accessTargetWhere(Accesses.to(
                    "*.parallel()",
                    "*.parallelStream()",
                    "java.lang.Thread.<init>(",
                    "java.lang.Thread.start(",
                    "java.util.Timer.",
                    "java.util.concurrent.CompletableFuture.",
                    "java.util.concurrent.Executors.",
                    "java.util.concurrent.ForkJoinPool.",
                    "java.util.concurrent.ScheduledThreadPoolExecutor.",
                    "java.util.concurrent.ThreadPoolExecutor."))
            .orShould()
            .beAssignableTo(Thread.class)
            .as("no thread is started below the VMM and the command line")
            .because("one thread runs a machine, and its order comes from a seeded scheduler");

    static final ArchRule STATE_IS_NOT_STATIC = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .as("static fields are final")
            .because("all state belongs to a machine, so that it can be saved, restored and replayed");

    static final ArchRule NO_JAVA_SERIALIZATION = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(Object(Input|Output)Stream|Externalizable)")
            .as("nothing uses Java serialization")
            .because("saved state is versioned, describes itself and refuses what it does not know");

    private Determinism() {}
}
