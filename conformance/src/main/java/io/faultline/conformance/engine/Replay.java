/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.scenario.Subject;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs one check again as a token says.
 *
 * @param result what came of it this time
 * @param same whether the trace is bit for bit the one that the token names
 * @since 0.1
 */
public record Replay(RuleResult result, boolean same) {
    /**
     * Runs the check of a token on the backend of a provider.
     *
     * @param token the token
     * @param provider the backend that the token names
     * @param options suite and budget; filter, seed, cuts and waivers are those of the token, or none
     * @param trace is given each line of the trace
     * @return what came of it
     * @throws HypervisorException with INVALID_ARGUMENT if the token names another backend or a rule without a check
     */
    public static Replay run(
            ReplayToken token, HypervisorBackendProvider provider, RunOptions options, Consumer<String> trace) {
        if (!provider.descriptor().id().equals(token.backend())) {
            throw refused(
                    "token " + token + " is for backend " + token.backend(),
                    provider.descriptor().id());
        }
        BackendConfiguration configuration = BackendConfiguration.parse(provider.descriptor(), token.settings());
        try (Subject subject = Subject.open(provider, configuration)) {
            return run(token, subject, options, trace);
        }
    }

    /**
     * Runs the check of a token on an opened backend.
     *
     * @param token the token; its backend and settings are not looked at
     * @param subject the backend; stays open
     * @param options suite and budget; filter, seed, cuts and waivers are those of the token, or none
     * @param trace is given each line of the trace
     * @return what came of it
     * @throws HypervisorException with INVALID_ARGUMENT if the token names a rule without a check
     */
    public static Replay run(ReplayToken token, Subject subject, RunOptions options, Consumer<String> trace) {
        Rule rule = options.suite()
                .catalogue()
                .rule(token.rule())
                .filter(known -> options.suite().check(known.id()).isPresent())
                .orElseThrow(() -> refused("rule " + token.rule() + " of the token has no check", subject.id()));
        RunOptions exactly = options.seed(token.seed())
                .cuts(token.cuts())
                .waivers(Waivers.NONE)
                .filter(RuleFilter.ALL);
        RuleResult result = new RuleRunner(subject, exactly, Optional.of(trace)).run(rule);
        boolean same = result.token()
                .filter(again -> again.traceHash() == token.traceHash())
                .isPresent();
        return new Replay(result, same);
    }

    private static HypervisorException refused(String problem, String backend) {
        return new HypervisorException(
                ErrorId.INVALID_ARGUMENT, problem, "backend " + backend, "copy a token from a report of this version");
    }
}
