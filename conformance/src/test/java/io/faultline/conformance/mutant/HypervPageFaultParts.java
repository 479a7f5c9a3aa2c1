/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.backend.hyperv.HypervBackends;
import io.faultline.backend.hyperv.pagefault.PageFaultDecoration;
import io.faultline.backend.hyperv.pagefault.PageFaults;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Wraps one part of asynchronous page faults in the style of Hyper-V, so that a mutant overrides the one method that is wrong. */
final class HypervPageFaultParts {
    private HypervPageFaultParts() {}

    static Mutant of(String id, String rule, String words, Module bug) {
        HypervBackendProvider provider = new HypervBackendProvider();
        return new Mutant(
                id,
                "a bug in asynchronous page faults",
                rule,
                words,
                Set.copyOf(Collateral.of(id)),
                () -> HypervBackends.open(BackendConfiguration.defaults(provider.descriptor()), bug));
    }

    private static Mutant decoration(String id, String rule, String words, PageFaultDecoration bug) {
        return of(id, rule, words, new AbstractModule() {
            @Override
            protected void configure() {
                bind(PageFaultDecoration.class).toInstance(bug);
            }
        });
    }

    static Mutant policy(String id, String rule, String words, UnaryOperator<Policy.Builder> bug) {
        return decoration(id, rule, words, new PageFaultDecoration() {
            @Override
            public Policy policy(Policy right) {
                return bug.apply(PageFaultParts.copy(right)).build();
            }
        });
    }

    static Mutant tokens(
            String id, String rule, String words, BiFunction<FaultContext, OptionalLong, OptionalLong> bug) {
        return decoration(id, rule, words, new PageFaultDecoration() {
            @Override
            public TokenSource tokens(TokenSource right, PageFaults machine) {
                return new PageFaultParts.Tokens(right, bug);
            }
        });
    }

    static Mutant withoutVeto(String id, String rule, String words, Veto forgotten) {
        return decoration(id, rule, words, new PageFaultDecoration() {
            @Override
            public VetoRule rule(Veto veto, VetoRule right, PageFaults machine) {
                return veto == forgotten ? fault -> Optional.empty() : right;
            }
        });
    }

    static Mutant notPresent(
            String id, String rule, String words, BiFunction<NotPresentRoute, PageFaults, NotPresentRoute> bug) {
        return decoration(id, rule, words, new PageFaultDecoration() {
            @Override
            public NotPresentRoute notPresent(NotPresentRoute right, PageFaults machine) {
                return bug.apply(right, machine);
            }
        });
    }

    static Mutant ready(String id, String rule, String words, BiFunction<ReadyRoute, PageFaults, ReadyRoute> bug) {
        return decoration(id, rule, words, new PageFaultDecoration() {
            @Override
            public ReadyRoute ready(ReadyRoute right, PageFaults machine) {
                return bug.apply(right, machine);
            }
        });
    }

    static Mutant control(String id, String rule, String words, UnaryOperator<PageFaultControl> bug) {
        return decoration(id, rule, words, new PageFaultDecoration() {
            @Override
            public PageFaultControl control(PageFaultControl right, PageFaults machine) {
                return bug.apply(right);
            }
        });
    }
}
