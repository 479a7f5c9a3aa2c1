/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import io.faultline.api.error.HypervisorException;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RuleRunner;
import io.faultline.conformance.engine.Verdict;
import io.faultline.conformance.scenario.Subject;
import java.util.Optional;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;

/**
 * The suite as an engine of the JUnit Platform: a container for each backend, a test for each rule, with ids like
 * {@code [engine:faultline]/[backend:kvm]/[rule:SDEI-057]} and the tags level, chapter and needed capabilities.
 *
 * <p>Backends come from classes with {@link BackendConformance}; with the configuration parameter
 * {@value #BACKENDS_PARAMETER} also, without any class, from installed providers.
 *
 * @since 0.1
 */
public final class FaultlineTestEngine implements TestEngine {
    /** Id of the engine. */
    public static final String ID = "faultline";

    /** Configuration parameter: ids of installed backends to run, separated by commas, or {@code *} for all. */
    public static final String BACKENDS_PARAMETER = "faultline.conformance.backends";

    /** Configuration parameter: patterns of rules to run, separated by commas. */
    public static final String RULES_PARAMETER = "faultline.conformance.rules";

    /** Makes the engine; for the service loader. */
    public FaultlineTestEngine() {}

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public Optional<String> getGroupId() {
        return Optional.of("io.faultline");
    }

    @Override
    public Optional<String> getArtifactId() {
        return Optional.of("faultline-conformance");
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId uniqueId) {
        EngineDescriptor engine = new EngineDescriptor(uniqueId, "Faultline conformance");
        new Discovery(request, engine).run();
        return engine;
    }

    @Override
    public void execute(ExecutionRequest request) {
        EngineExecutionListener listener = request.getEngineExecutionListener();
        TestDescriptor engine = request.getRootTestDescriptor();
        listener.executionStarted(engine);
        for (TestDescriptor child : engine.getChildren()) {
            listener.executionStarted(child);
            listener.executionFinished(child, run((BackendDescriptorNode) child, listener));
        }
        listener.executionFinished(engine, TestExecutionResult.successful());
    }

    private static TestExecutionResult run(BackendDescriptorNode node, EngineExecutionListener listener) {
        try (Subject subject = Subject.open(node.provider(), node.configuration())) {
            RuleRunner runner = new RuleRunner(subject, node.options());
            for (TestDescriptor child : node.getChildren()) {
                run((RuleDescriptorNode) child, runner, listener);
            }
            return TestExecutionResult.successful();
        } catch (HypervisorException cannotOpen) {
            return TestExecutionResult.failed(cannotOpen);
        }
    }

    private static void run(RuleDescriptorNode node, RuleRunner runner, EngineExecutionListener listener) {
        if (node.isUnchecked()) {
            listener.executionSkipped(node, runner.run(node.rule()).message());
            return;
        }
        listener.executionStarted(node);
        listener.executionFinished(node, outcome(runner.run(node.rule())));
    }

    /** The Platform shows an aborted test as skipped, with the reason. */
    private static TestExecutionResult outcome(RuleResult result) {
        if (result.verdict() == Verdict.PASS) {
            return TestExecutionResult.successful();
        }
        return result.verdict().isProblem()
                ? TestExecutionResult.failed(new AssertionError(result.explanation()))
                : TestExecutionResult.aborted(new RuleNotJudged(result.verdict() + ": " + result.message()));
    }
}
