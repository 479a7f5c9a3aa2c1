/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckBody;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.fake.FakeBackend;
import io.faultline.conformance.fake.FakeProvider;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.rule.RuleCatalogue;
import io.faultline.conformance.scenario.Budget;
import io.faultline.conformance.scenario.CutPlan;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ConformanceRunnerTest {
    private static final String HEADER = "[%s]\nlevel = MUST\nsays = It works.\nsource = test\nhint = look\n";
    private static final LocalDate DAY = LocalDate.of(2026, 3, 1);

    private final FakeBackend backend = new FakeBackend();

    private static Suite suite(String gates, Check... checks) {
        StringBuilder rules = new StringBuilder();
        for (Check check : checks) {
            rules.append(String.format(HEADER, check.rule()));
            if (!gates.isEmpty()) {
                rules.append("applies = ").append(gates).append('\n');
            }
        }
        rules.append(String.format(HEADER, "ZZ-999")).append("unchecked = NOT_YET: nobody has\n");
        return new Suite(
                RuleCatalogue.parse("test", rules.toString()), List.of(CheckGroup.of("group", checks)), Map.of());
    }

    private static RunOptions options(CheckBody body) {
        return RunOptions.of(suite("", Check.of("AA-001", body)));
    }

    private RuleResult first(RunOptions options) {
        return ConformanceRunner.run(Subject.of(() -> backend), options)
                .results()
                .get(0);
    }

    @Test
    void aCheckThatReturnsIsAPass() {
        RuleResult result = first(options(s -> s.machine().cpu(0).settle()));
        assertEquals(Verdict.PASS, result.verdict());
        assertEquals("", result.message());
        assertEquals(2, result.operations());
        assertEquals(List.of(), result.trace());
        assertEquals(1, backend.closed);
    }

    @Test
    void aDemandThatIsNotMetIsAFailure() {
        RuleResult result =
                first(options(s -> s.expectEqual("answer", 0, s.machine().cpu(0).call(1, 42))));
        assertEquals(Verdict.FAIL, result.verdict());
        assertEquals("""
                AA-001 [MUST] FAIL
                  It works.
                  looked at: answer
                  expected:  0
                  actual:    42 (0x2a)
                  where:     vCPU 0 at 0x40010008, EL1h nzcv DAIF, operation 2
                  hint: look
                  last of the trace:
                    vcpu 0 0x40010000 MSR VBAR_EL1, X16 -> X0=0x0
                      2 ns GuestCall[vcpu=0, function=1, argument=42, result=42]
                    vcpu 0 0x40010004 HVC #0 with function 0x1 -> X0=0x2a
                  again: faultline replay 'fake/AA-001@1#TOKEN'""", result.explanation().replaceAll("#[0-9a-f]{16}", "#TOKEN"));
    }

    @Test
    void aWitnessThatIsMissingIsInconclusive() {
        Suite suite = suite("", Check.of("AA-001", s -> s.witness("one")).witnesses("one", "two", "three"));
        RuleResult result = first(RunOptions.of(suite));
        assertEquals(Verdict.INCONCLUSIVE, result.verdict());
        assertEquals("not witnessed: two, three", result.message());
        assertEquals(List.of("one"), result.witnessed());
    }

    @Test
    void whateverIsThrownCostsOneVerdictOnly() {
        Suite suite = suite(
                "",
                Check.of("AA-001", s -> {
                    throw new StackOverflowError();
                }),
                Check.of("AA-002", s -> {
                    throw new IllegalStateException("broken");
                }),
                Check.of("AA-003", s -> {}));
        ConformanceReport report = ConformanceRunner.run(Subject.of(() -> backend), RunOptions.of(suite));
        assertEquals(
                List.of(Verdict.ERROR, Verdict.ERROR, Verdict.PASS, Verdict.NOT_CHECKED),
                report.results().stream().map(RuleResult::verdict).toList());
        assertTrue(report.results()
                .get(1)
                .message()
                .startsWith("unexpected java.lang.IllegalStateException: broken\n  at"));
        assertFalse(report.isConforming());
        assertEquals(2, report.problems().size());
        assertEquals(1, report.totals().get(Verdict.NOT_CHECKED));
    }

    @Test
    void aBackendThatBreaksItsOwnMechanismFailsTheRule() {
        RuleResult broken = first(options(s -> {
            throw new HypervisorException(ErrorId.PROTOCOL_VIOLATION, "token 0", "guest driver", "");
        }));
        RuleResult refused = first(options(s -> {
            throw new HypervisorException(ErrorId.CLOSED, "the machine is closed", "", "");
        }));

        assertEquals(Verdict.FAIL, broken.verdict());
        assertEquals("the guest driver gave up: token 0 (guest driver) [PROTOCOL_VIOLATION]", broken.message());
        assertEquals(Verdict.ERROR, refused.verdict());
    }

    @Test
    void aMachineThatCannotBeClosedIsAnErrorUnlessThereIsAWorseOne() {
        backend.brokenClose = true;
        RuleResult closing = first(options(s -> s.machine()));
        assertEquals(Verdict.ERROR, closing.verdict());
        assertTrue(closing.message().startsWith("closing the machine threw"));
        RuleResult failing = first(options(s -> {
            s.machine();
            s.expectThat("no", false);
        }));
        assertEquals(Verdict.FAIL, failing.verdict());
    }

    @Test
    void aCheckThatGoesOnForEverIsTimedOut() {
        RunOptions options = options(s -> {
            while (true) {
                s.machine().cpu(0).settle();
            }
        });
        RuleResult result = first(options.budget(new Budget(50, 50)));
        assertEquals(Verdict.TIMED_OUT, result.verdict());
        assertEquals("more than 50 guest operations", result.message());
    }

    @Test
    void aCheckThatTheWatchdogGivesUpIsAnError() {
        RunOptions options = options(s -> {}).watchdog(new Watchdog() {
            @Override
            public <T> T watch(Supplier<T> work, Function<String, T> stuck) {
                return stuck.apply("stuck in Vcpu.step");
            }
        });
        RuleResult result = first(options);
        assertEquals(Verdict.ERROR, result.verdict());
        assertEquals("stuck in Vcpu.step", result.message());
    }

    @Test
    void withoutTheCapabilityARuleDoesNotApply() {
        RuleResult result = first(RunOptions.of(suite("sdei", Check.of("AA-001", s -> {}))));
        assertEquals(Verdict.NOT_APPLICABLE, result.verdict());
        assertEquals("the backend does not offer sdei", result.message());
        RuleResult other = first(RunOptions.of(suite("!vcpus", Check.of("AA-001", s -> {}))));
        assertEquals("the backend offers vcpus, and the rule is for those that do not", other.message());
        RuleResult few = first(RunOptions.of(suite("vcpus>=3", Check.of("AA-001", s -> {}))));
        assertEquals("the backend does not offer vcpus>=3", few.message());
    }

    @Test
    void withoutTheCapabilityItsAbsenceIsChecked() {
        RuleCatalogue rules = RuleCatalogue.parse(
                "test",
                String.format(HEADER, "AA-001") + "applies = sdei\n" + String.format(HEADER, "AA-002")
                        + "applies = !sdei\n");
        Check absence = Check.of(
                "AA-002",
                s -> s.expectEqual("result of a call", -1, s.machine().cpu(0).call(0xC400_0020)));
        CheckGroup group = CheckGroup.of("group", Check.of("AA-001", s -> {}), absence);
        Suite suite = new Suite(rules, List.of(group), Map.of("sdei", absence));
        backend.call = (function, argument) -> -1;
        RuleResult clean = first(RunOptions.of(suite));
        assertEquals(Verdict.NOT_APPLICABLE, clean.verdict());
        assertEquals("the backend does not offer sdei; AA-002 passed instead", clean.message());
        backend.call = (function, argument) -> 0;
        RuleResult wrong = first(RunOptions.of(suite));
        assertEquals(Verdict.FAIL, wrong.verdict());
        assertTrue(wrong.message().startsWith("the backend does not offer sdei; AA-002 instead:\nlooked at: result"));
    }

    @Test
    void everySeedIsRunUntilOneFails() {
        List<Long> seeds = new ArrayList<>();
        Check check = Check.of("AA-001", s -> {
                    seeds.add(s.seed());
                    s.expectThat("seed is small", s.seed() < 3);
                })
                .seeds(5);
        RuleResult result = first(RunOptions.of(suite("", check)));
        assertEquals(List.of(1L, 2L, 3L), seeds);
        assertEquals(3, result.seed());
        assertEquals(Verdict.FAIL, result.verdict());
        assertEquals(2, first(RunOptions.of(suite("", check)).seed(2)).seed());
        assertThrows(IllegalArgumentException.class, () -> check.seeds(0));
    }

    @Test
    void aWaiverTurnsAFailureIntoAKnownIssueUntilItExpires() {
        RunOptions options = options(s -> s.expectThat("no", false));
        Waivers waivers = Waivers.parse("w", "# known\n\nAA-001 fake 2026-03-01 https://issues/1\n", DAY);
        RuleResult known = first(options.waivers(waivers));
        assertEquals(Verdict.KNOWN_ISSUE, known.verdict());
        assertTrue(known.message().startsWith("waived until 2026-03-01, see https://issues/1\nlooked at: no"));
        RuleResult expired = first(options.waivers(new Waivers(waivers.waivers(), DAY.plusDays(1))));
        assertEquals(Verdict.FAIL, expired.verdict());
        assertTrue(expired.message().endsWith("the waiver for https://issues/1 expired on 2026-03-01"));
        RuleResult unexpected = first(options(s -> {}).waivers(waivers));
        assertEquals(Verdict.FAIL, unexpected.verdict());
        assertTrue(unexpected.message().startsWith("unexpected pass: remove the waiver for https://issues/1"));
        RuleResult other = first(options.waivers(Waivers.parse("w", "AA-001 kvm 2026-03-01 x", DAY)));
        assertEquals(Verdict.FAIL, other.verdict());
        Suite gated = suite("sdei", Check.of("AA-001", s -> {}));
        assertEquals(
                Verdict.NOT_APPLICABLE,
                first(RunOptions.of(gated).waivers(waivers)).verdict());
    }

    @Test
    void aMalformedWaiverIsRefusedByLine() {
        for (String line : List.of("AA-001 fake", "AA-001 fake tomorrow x", "a b c d e")) {
            HypervisorException refusal =
                    assertThrows(HypervisorException.class, () -> Waivers.parse("w", "\n" + line, DAY));
            assertEquals("w:2", refusal.where());
        }
    }

    @Test
    void rulesAreSelectedByPatterns() {
        Suite suite = suite("", Check.of("AA-001", s -> {}), Check.of("AA-012", s -> {}), Check.of("BB-011", s -> {}));
        RuleFilter filter = new RuleFilter(List.of("aa-01*", "??-999", "CC-*"));
        ConformanceReport report = ConformanceRunner.run(
                Subject.of(() -> backend), RunOptions.of(suite).filter(filter));
        assertEquals(
                List.of("AA-012", "ZZ-999"),
                report.results().stream().map(result -> result.rule().id()).toList());
        assertEquals(List.of("CC-*"), filter.unmatched(suite.catalogue()));
    }

    @Test
    void aListenerHearsOfEveryRule() {
        List<String> heard = new ArrayList<>();
        first(options(s -> {}).listener(new ProgressListener() {
            @Override
            public void started(Rule rule, int number, int total) {
                heard.add(rule.id() + " " + number + "/" + total);
            }

            @Override
            public void finished(RuleResult result) {
                heard.add(result.verdict().name());
            }
        }));
        assertEquals(List.of("AA-001 1/2", "PASS", "ZZ-999 2/2", "NOT_CHECKED"), heard);
    }

    @Test
    void withCutsOnlyChecksThatMayBeCutAreRun() {
        CheckBody body = s -> s.expectEqual("answer", 1, s.machine().cpu(0).call(1, 1));
        Suite suite =
                suite("", Check.of("AA-001", body), Check.of("AA-002", body).cut());
        RunOptions everywhere = RunOptions.of(suite).cuts(CutPlan.EVERYWHERE);
        ConformanceReport report = ConformanceRunner.run(Subject.of(() -> backend), everywhere);
        assertEquals(1, report.results().size());
        RuleResult result = report.results().get(0);
        assertEquals("AA-002", result.rule().id());
        assertEquals(Verdict.PASS, result.verdict());
        assertEquals(2, backend.saves);
        assertEquals("before every operation", report.cuts());
        assertTrue(result.token().orElseThrow().toString().startsWith("fake/AA-002@1~all#"));
        RunOptions once = RunOptions.of(suite).cuts(CutPlan.before(1));
        assertEquals(
                "before operation 1",
                ConformanceRunner.run(Subject.of(() -> backend), once).cuts());
    }

    @Test
    void aBackendThatForgetsOverACutFails() {
        CheckBody body = s -> s.expectEqual("answer", 1, s.machine().cpu(0).call(1, 1));
        Suite suite = suite("", Check.of("AA-001", body).cut());
        RunOptions everywhere = RunOptions.of(suite).cuts(CutPlan.EVERYWHERE);
        backend.forgetsRegisters = true;
        assertEquals(Verdict.PASS, first(RunOptions.of(suite)).verdict());
        assertTrue(first(everywhere).verdict().isProblem());
        backend.capabilities = CapabilitySet.builder().build();
        assertEquals(
                "the backend does not offer save-restore", first(everywhere).message());
    }

    @Test
    void aProviderIsOpenedAndClosed() {
        RunOptions options =
                options(s -> s.expectEqual("answer", 7, s.machine().cpu(0).call(1, 7)));
        assertTrue(ConformanceRunner.run(new FakeProvider(), options).isConforming());
        BackendConfiguration odd = BackendConfiguration.parse(FakeBackend.DESCRIPTOR, "mood=odd");
        ConformanceReport report = ConformanceRunner.run(new FakeProvider(), odd, options);
        assertFalse(report.isConforming());
        ReplayToken token = report.results().get(0).token().orElseThrow();
        assertEquals("mood=odd", token.settings());
        Replay replay = Replay.run(token, new FakeProvider(), options, line -> {});
        assertTrue(replay.same());
        assertEquals(Verdict.FAIL, replay.result().verdict());
    }

    @Test
    void aReplayComparesTheTraceBitForBit() {
        RunOptions options = options(s -> s.machine().cpu(0).call(1, s.random().nextInt()));
        ReplayToken token = first(options.seed(99)).token().orElseThrow();
        List<String> lines = new ArrayList<>();
        Replay again = Replay.run(token, Subject.of(FakeBackend::new), options, lines::add);
        assertTrue(again.same());
        assertEquals(3, lines.size());
        ReplayToken wrong = new ReplayToken("fake", "", "AA-001", 98, CutPlan.NONE, token.traceHash());
        assertFalse(Replay.run(wrong, Subject.of(FakeBackend::new), options, line -> {})
                .same());
    }

    @Test
    void aReplayOfSomethingElseIsRefused() {
        RunOptions options = options(s -> {});
        for (String rule : List.of("kvm/AA-001", "fake/ZZ-999", "fake/YY-001")) {
            ReplayToken token = ReplayToken.parse(rule + "@1#0000000000000000");
            HypervisorException refusal = assertThrows(
                    HypervisorException.class, () -> Replay.run(token, new FakeProvider(), options, line -> {}));
            assertEquals(ErrorId.INVALID_ARGUMENT, refusal.id());
        }
    }
}
