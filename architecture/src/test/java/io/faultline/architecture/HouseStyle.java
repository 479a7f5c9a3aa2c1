/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;

/** What the house looks like inside a module. */
final class HouseStyle {

    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("io.faultline.(**)")
            .should()
            .beFreeOfCycles()
            .as("packages depend on each other in one direction only")
            .because("a package that cannot be understood without another, and the other way round, is one package");

    static final ArchRule PACKAGES_ARE_NAMED_AFTER_WHAT_IS_IN_THEM = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..helper..", "..manager..", "..impl..")
            .as("no package is called util, common, helper, manager or impl")
            .because("such a name says nothing about what is inside, and so anything ends up there");

    static final ArchRule ONLY_THE_COMMAND_LINE_TALKS_TO_THE_TERMINAL = noClasses()
            .that()
            .resideOutsideOfPackage("io.faultline.cli..")
            .should()
            .accessTargetWhere(Accesses.to(
                    "java.lang.System.console(",
                    "java.lang.System.err",
                    "java.lang.System.in",
                    "java.lang.System.out",
                    "*.printStackTrace()"))
            .as("only the command line uses System.out, System.err and System.in")
            .because("standard output belongs to the guest's console and to reports");

    static final ArchRule ONLY_THE_COMMAND_LINE_ENDS_THE_PROCESS = noClasses()
            .that()
            .resideOutsideOfPackage("io.faultline.cli..")
            .should()
            .accessTargetWhere(Accesses.to(
                    "java.lang.Runtime.addShutdownHook(",
                    "java.lang.Runtime.exit(",
                    "java.lang.Runtime.halt(",
                    "java.lang.System.exit("))
            .as("only the command line ends the process")
            .because("everything else is a library inside somebody's program");

    static final ArchRule NULLNESS_IS_NOT_SWITCHED_OFF = noClasses()
            .should()
            .beAnnotatedWith("org.jspecify.annotations.NullUnmarked")
            .as("no class opts out of @NullMarked")
            .because("every module promises that what is not marked @Nullable is never null");

    private HouseStyle() {}
}
