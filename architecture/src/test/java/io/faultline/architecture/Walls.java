/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;

/** Which module may use which. The picture is the one in the README; a wall that is wrong is changed here, on purpose. */
final class Walls {

    private static final String JDK = "java..";
    private static final String NULLNESS = "org.jspecify.annotations..";

    private static final String API = "io.faultline.api..";
    private static final String MODEL = "io.faultline.hwmodel..";
    private static final String CORE = "io.faultline.backend.core..";
    private static final String KVM = "io.faultline.backend.kvm..";
    private static final String XEN = "io.faultline.backend.xen..";
    private static final String HYPERV = "io.faultline.backend.hyperv..";
    private static final String CONFORMANCE = "io.faultline.conformance..";
    private static final String VMM = "io.faultline.vmm..";
    private static final String CLI = "io.faultline.cli..";

    private static final String[] GUICE = {"com.google.inject..", "jakarta.inject.."};

    static final ArchRule THE_API_DEPENDS_ON_NOTHING_BUT_THE_JDK = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, JDK, NULLNESS)
            .as("the API depends on nothing but the JDK")
            .because("a project that needs a hypervisor API must be able to take it without taking anything else");

    static final ArchRule HARDWARE_KNOWS_NO_HYPERVISOR = classes()
            .that()
            .resideInAPackage(MODEL)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    MODEL,
                    "io.faultline.api.arm64..",
                    "io.faultline.api.trace..",
                    "io.faultline.api.state..",
                    "io.faultline.api.error..",
                    JDK,
                    NULLNESS)
            .as(
                    "the hardware model takes from the API only the architecture's words, trace events, saved state and errors")
            .because("hardware knows no hypervisor: what a page fault or an event means is decided above it");

    static final ArchRule THE_BACKEND_CORE_STANDS_ON_THE_HARDWARE_MODEL_AND_THE_API = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CORE, MODEL, API, JDK, NULLNESS)
            .as("the backend core depends on the hardware model and the API only")
            .because("it is what every hypervisor shares, so it can know none of them, nor how they are wired");

    static final ArchRule BACKENDS_STAND_ON_THE_BACKEND_CORE = classes()
            .that()
            .resideInAnyPackage(KVM, XEN, HYPERV)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(KVM, XEN, HYPERV, CORE, MODEL, API, JDK, NULLNESS, GUICE[0], GUICE[1])
            .as("a backend depends on the backend core, the hardware model, the API and Guice only")
            .because("a backend does processor stuff and the VMM does everything else");

    static final ArchRule BACKENDS_DO_NOT_KNOW_EACH_OTHER = slices().matching("io.faultline.backend.(kvm|xen|hyperv)..")
            .should()
            .notDependOnEachOther()
            .as("a backend never imports another backend")
            .because("what two backends need moves down into the backend core");

    static final ArchRule THE_CONFORMANCE_SUITE_SEES_A_BACKEND_THROUGH_THE_API = classes()
            .that()
            .resideInAPackage(CONFORMANCE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    CONFORMANCE,
                    API,
                    JDK,
                    NULLNESS,
                    "javax.xml.stream..",
                    "com.google.gson..",
                    "org.junit.platform.engine..",
                    "org.junit.platform.commons..")
            .as("the conformance suite depends on the API only, beside the JUnit Platform and Gson")
            .because("it must be able to test a backend that has nothing to do with our hardware model");

    static final ArchRule THE_VMM_SEES_A_BACKEND_THROUGH_THE_API = classes()
            .that()
            .resideInAPackage(VMM)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(VMM, API, JDK, NULLNESS, "net.fornwall.jelf..")
            .as("the VMM depends on the API only, beside the ELF reader")
            .because("it must be able to run a guest on any backend");

    static final ArchRule THE_COMMAND_LINE_FINDS_BACKENDS_AS_PLUGINS = classes()
            .that()
            .resideInAPackage(CLI)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    CLI, CONFORMANCE, VMM, API, JDK, NULLNESS, GUICE[0], GUICE[1], "picocli..", "com.google.gson..")
            .as("the command line depends on the suite, the VMM and the API, never on a backend or the hardware model")
            .because("our own backends must be loaded exactly as a stranger's plugin is");

    static final ArchRule GUICE_WIRES_BACKENDS_AND_THE_COMMAND_LINE_ONLY = noClasses()
            .that()
            .resideOutsideOfPackages(KVM, XEN, HYPERV, CLI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GUICE)
            .as("Guice appears only inside backends and the command line")
            .because(
                    "it wires the inside of a backend, so it belongs in no signature that others see and in no hot path");

    static final ArchRule GUAVA_IS_GUICES_OWN_AFFAIR = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.common..", "com.google.errorprone..")
            .as("nothing depends on Guava")
            .because("it is on the module path for Guice alone, in a version we choose for Guice");

    private Walls() {}
}
