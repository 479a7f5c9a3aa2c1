/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.conformance.fake.FakeProvider;
import io.faultline.conformance.suite.Suite;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.engine.TestTag;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

class FaultlineTestEngineTest {
    private static final String FAKE = "[engine:faultline]/[backend:fake]";

    @BackendConformance(
            value = FakeProvider.class,
            rules = {"API-015", "SDEI-006", "SDEI-013"})
    static class Selected {}

    @BackendConformance(value = FakeProvider.class, rules = "SDEI-011", settings = "mood=odd")
    static class Odd {}

    @BackendConformance(FakeProvider.class)
    static class Everything {}

    @BackendConformance(FakeProvider.class)
    abstract static class NotMeant {}

    @BackendConformance(value = Unopenable.class, rules = "API-015")
    static class CannotBeOpened {}

    /** A backend that is not available after all. */
    public static final class Unopenable implements HypervisorBackendProvider {
        @Override
        public BackendDescriptor descriptor() {
            return new BackendDescriptor("unopenable", "Unopenable", "tests", "1", List.of());
        }

        @Override
        public ProbeResult probe() {
            return new ProbeResult.Unavailable("no", "none");
        }

        @Override
        public HypervisorBackend open(BackendConfiguration configuration) {
            throw new HypervisorException(ErrorId.BACKEND_UNAVAILABLE, "not here", "", "");
        }
    }

    private static EngineTestKit.Builder kit() {
        return EngineTestKit.engine(FaultlineTestEngine.ID);
    }

    private static List<String> ids(Events events) {
        return events.stream()
                .map(event -> event.getTestDescriptor().getUniqueId().toString())
                .toList();
    }

    @Test
    void isFoundByTheServiceLoader() {
        assertTrue(ServiceLoader.load(TestEngine.class).stream()
                .anyMatch(engine -> engine.type() == FaultlineTestEngine.class));
        FaultlineTestEngine engine = new FaultlineTestEngine();
        assertEquals(
                "io.faultline:faultline-conformance",
                engine.getGroupId().get() + ":" + engine.getArtifactId().get());
    }

    @Test
    void anAnnotatedClassRunsTheRulesItNames() {
        EngineExecutionResults results =
                kit().selectors(selectClass(Selected.class)).execute();
        assertEquals(List.of(FAKE + "/[rule:API-015]"), ids(results.testEvents().succeeded()));
        Event notApplicable =
                results.testEvents().aborted().stream().findFirst().orElseThrow();
        assertEquals("SDEI-013", notApplicable.getTestDescriptor().getLegacyReportingName());
        assertTrue(notApplicable
                .getPayload()
                .toString()
                .contains("NOT_APPLICABLE: the backend does not offer sdei; SDEI-011 passed"));
        assertEquals(
                List.of(FAKE + "/[rule:SDEI-006]"), ids(results.testEvents().skipped()));
    }

    @Test
    void aRuleThatIsNotKeptFailsWithItsExplanation() {
        EngineExecutionResults results = kit().selectors(selectClass(Odd.class)).execute();
        Event failed = results.testEvents().failed().stream().findFirst().orElseThrow();
        assertTrue(failed.getPayload().toString().contains("SDEI-011 [MUST] FAIL"));
        assertTrue(failed.getPayload().toString().contains("again: faultline replay 'fake:mood=odd/SDEI-011@1#"));
    }

    @Test
    void aRuleHasLevelChapterAndCapabilitiesAsTags() {
        EngineExecutionResults results =
                kit().selectors(selectClass(Selected.class)).execute();
        TestDescriptor rule = results.testEvents().aborted().stream()
                .findFirst()
                .orElseThrow()
                .getTestDescriptor();
        assertEquals(
                List.of("MUST", "SDEI", "sdei"),
                rule.getTags().stream().map(TestTag::getName).toList());
        assertTrue(rule.getDisplayName().startsWith("SDEI-013 VERSION has bit 63"));
    }

    @Test
    void withoutRulesOfItsOwnAClassRunsThoseOfTheRequest() {
        EngineExecutionResults all =
                kit().selectors(selectClass(Everything.class)).execute();
        int rules = Suite.standard().catalogue().rules().size();
        assertEquals(
                rules,
                all.testEvents().started().count() + all.testEvents().skipped().count());
        EngineExecutionResults some = kit().selectors(selectClass(Everything.class))
                .configurationParameter(FaultlineTestEngine.RULES_PARAMETER, "API-015, API-099,")
                .execute();
        assertEquals(1, some.testEvents().started().count());
    }

    @Test
    void aClassThatIsNotMeantIsLeftAlone() {
        EngineExecutionResults results = kit().selectors(selectClass(NotMeant.class), selectClass(String.class))
                .execute();
        assertEquals(0, results.testEvents().count());
    }

    @Test
    void aBackendThatCannotBeOpenedFailsAsAContainer() {
        EngineExecutionResults results =
                kit().selectors(selectClass(CannotBeOpened.class)).execute();
        assertEquals(
                List.of("[engine:faultline]/[backend:unopenable]"),
                ids(results.containerEvents().failed()));
    }

    @Test
    void packagesAreSearchedForAnnotatedClasses() {
        EngineExecutionResults results = kit().selectors(selectPackage("io.faultline.conformance.junit"))
                .configurationParameter(FaultlineTestEngine.RULES_PARAMETER, "API-015")
                .execute();
        assertTrue(ids(results.allEvents()).contains(FAKE));
    }

    @Test
    void installedBackendsRunWithoutAnyClass() {
        EngineExecutionResults results = kit().selectors(selectPackage("java.lang"))
                .configurationParameter(FaultlineTestEngine.BACKENDS_PARAMETER, "fake")
                .configurationParameter(FaultlineTestEngine.RULES_PARAMETER, "API-015")
                .execute();
        assertEquals(List.of(FAKE + "/[rule:API-015]"), ids(results.testEvents().succeeded()));
        EngineExecutionResults both = kit().selectors(selectClass(Selected.class))
                .configurationParameter(FaultlineTestEngine.BACKENDS_PARAMETER, "fake")
                .execute();
        assertEquals(
                3,
                both.testEvents().started().count()
                        + both.testEvents().skipped().count());
    }

    @Test
    void aRuleOfAnInstalledBackendIsRunByItsId() {
        EngineExecutionResults rule =
                kit().selectors(selectUniqueId(FAKE + "/[rule:API-015]")).execute();
        assertEquals(1, rule.testEvents().succeeded().count());
        EngineExecutionResults backend = kit().selectors(selectUniqueId(FAKE)).execute();
        assertTrue(backend.testEvents().started().count() > 100);
        for (String unknown : List.of("[engine:faultline]/[backend:none]", FAKE + "/[rule:XX-001]", FAKE + "/[x:y]")) {
            assertEquals(
                    0,
                    kit().selectors(selectUniqueId(unknown))
                            .execute()
                            .testEvents()
                            .count(),
                    unknown);
        }
    }
}
