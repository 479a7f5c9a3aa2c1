/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.backend.hyperv.intercept.Interceptor;
import java.util.function.Function;

/** Wraps one side of memory intercepts, so that a mutant overrides the one method that is wrong. */
final class HypervInterceptParts {
    private HypervInterceptParts() {}

    /** A bug in what the VMM has. */
    static Mutant intercepts(String id, String rule, String words, Function<Injector, LikeIntercepts> bug) {
        return HypervMutant.part(id, rule, words, MemoryIntercepts.class, bug::apply);
    }

    /** A bug in what the machine asks. */
    static Mutant interceptor(String id, String rule, String words, Function<Injector, LikeInterceptor> bug) {
        return HypervMutant.part(id, rule, words, Interceptor.class, bug::apply);
    }
}
