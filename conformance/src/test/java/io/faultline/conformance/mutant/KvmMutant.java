/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.backend.kvm.KvmBackends;
import io.faultline.backend.kvm.sdei.CallDecoration;
import io.faultline.backend.kvm.sdei.CallOutcome;
import io.faultline.backend.kvm.sdei.HandlerOperation;
import io.faultline.backend.kvm.sdei.HandlerTransitions;
import io.faultline.backend.kvm.sdei.PeState;
import io.faultline.backend.kvm.sdei.SdeiCall;
import io.faultline.backend.kvm.sdei.StandardTransitions;
import io.faultline.backend.kvm.sdei.Transition;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongUnaryOperator;

/** Ways to put one bug into the KVM-style backend: by replacing one collaborator, and nothing else. */
final class KvmMutant {
    private KvmMutant() {}

    /** A bug in one call. */
    static Mutant call(
            String id,
            String rule,
            String words,
            SdeiFunction function,
            BiFunction<PeState, SdeiCall, CallOutcome> bug) {
        CallDecoration decoration =
                (candidate, call) -> candidate == function ? caller -> bug.apply(caller, call) : call;
        return part(id, rule, words, CallDecoration.class, decoration);
    }

    /** A call whose result is wrong. */
    static Mutant result(String id, String rule, String words, SdeiFunction function, LongUnaryOperator bug) {
        return call(id, rule, words, function, (caller, call) -> {
            CallOutcome outcome = call.execute(caller);
            return outcome.returns() ? CallOutcome.of(bug.applyAsLong(outcome.value())) : outcome;
        });
    }

    /** A bug in every call. */
    static Mutant everyCall(String id, String rule, String words, BiFunction<PeState, SdeiCall, CallOutcome> bug) {
        CallDecoration decoration = (function, call) -> caller -> bug.apply(caller, call);
        return part(id, rule, words, CallDecoration.class, decoration);
    }

    /** A wrong cell in the table of transitions. */
    static Mutant cell(
            String id, String rule, String words, HandlerOperation operation, int state, long result, int next) {
        HandlerTransitions right = new StandardTransitions();
        HandlerTransitions wrong = (asked, from) ->
                asked == operation && from == state ? new Transition(result, next) : right.of(asked, from);
        return part(id, rule, words, HandlerTransitions.class, wrong);
    }

    /** A replaced collaborator. */
    static <T> Mutant part(String id, String rule, String words, Class<T> type, T replacement) {
        return module(id, rule, words, new AbstractModule() {
            @Override
            protected void configure() {
                bind(type).toInstance(replacement);
            }
        });
    }

    /** A replaced collaborator that is itself made by the injector. */
    static <T> Mutant made(String id, String rule, String words, Class<T> type, Class<? extends T> replacement) {
        return module(id, rule, words, new AbstractModule() {
            @Override
            protected void configure() {
                bind(type).to(replacement);
            }
        });
    }

    /** Any override. */
    static Mutant module(String id, String rule, String words, Module override) {
        return module(id, rule, words, "", override);
    }

    /** A replaced collaborator of a backend with other settings than the defaults. */
    static <T> Mutant part(String id, String rule, String words, String settings, Class<T> type, T replacement) {
        return module(id, rule, words, settings, new AbstractModule() {
            @Override
            protected void configure() {
                bind(type).toInstance(replacement);
            }
        });
    }

    private static Mutant module(String id, String rule, String words, String settings, Module override) {
        BackendConfiguration configuration =
                BackendConfiguration.parse(new KvmBackendProvider().descriptor(), settings);
        return new Mutant(
                id,
                id.replace('-', ' '),
                rule,
                words,
                Set.copyOf(Collateral.of(id)),
                () -> KvmBackends.open(configuration, override));
    }
}
