/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.suite.Suite;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.discovery.UniqueIdSelector;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.discovery.EngineDiscoveryRequestResolver;
import org.junit.platform.engine.support.discovery.SelectorResolver;

/** Finds the backends to check, and their rules. */
final class Discovery {
    private static final Predicate<Class<?>> IS_ANNOTATED = type ->
            !Modifier.isAbstract(type.getModifiers()) && AnnotationSupport.isAnnotated(type, BackendConformance.class);

    private final EngineDiscoveryRequest request;
    private final EngineDescriptor engine;
    private final Suite suite = Suite.standard();

    Discovery(EngineDiscoveryRequest request, EngineDescriptor engine) {
        this.request = request;
        this.engine = engine;
    }

    void run() {
        EngineDiscoveryRequestResolver.<EngineDescriptor>builder()
                .addClassContainerSelectorResolver(IS_ANNOTATED)
                .addSelectorResolver(new Resolver())
                .build()
                .resolve(request, engine);
        request.getConfigurationParameters()
                .get(FaultlineTestEngine.BACKENDS_PARAMETER)
                .ifPresent(this::addInstalled);
    }

    private void addInstalled(String ids) {
        BackendRegistry registry = BackendRegistry.discover();
        List<HypervisorBackendProvider> providers = ids.strip().equals("*")
                ? registry.providers()
                : words(ids).stream().map(registry::provider).toList();
        for (HypervisorBackendProvider provider : providers) {
            BackendDescriptorNode node = node(
                    provider.getClass(),
                    provider,
                    BackendConfiguration.defaults(provider.descriptor()),
                    filterOfRequest());
            if (engine.getChildren().stream()
                    .noneMatch(known -> known.getUniqueId().equals(node.getUniqueId()))) {
                engine.addChild(node);
                addRules(node);
            }
        }
    }

    private BackendDescriptorNode node(
            Class<?> origin,
            HypervisorBackendProvider provider,
            BackendConfiguration configuration,
            RuleFilter filter) {
        RunOptions options = RunOptions.of(suite).filter(filter);
        return new BackendDescriptorNode(engine.getUniqueId(), origin, provider, configuration, options);
    }

    private void addRules(BackendDescriptorNode node) {
        for (Rule rule : suite.catalogue().rules()) {
            if (node.options().filter().selects(rule.id())) {
                node.addChild(new RuleDescriptorNode(node, rule));
            }
        }
    }

    private RuleFilter filterOfRequest() {
        return new RuleFilter(request.getConfigurationParameters()
                .get(FaultlineTestEngine.RULES_PARAMETER)
                .map(Discovery::words)
                .orElse(List.of()));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Turns annotated classes and unique ids into descriptors. */
    private final class Resolver implements SelectorResolver {
        @Override
        public Resolution resolve(ClassSelector selector, Context context) {
            Class<?> type = selector.getJavaClass();
            return IS_ANNOTATED.test(type)
                    ? AnnotationSupport.findAnnotation(type, BackendConformance.class)
                            .flatMap(annotation ->
                                    context.addToParent(parent -> Optional.of(annotated(type, annotation))))
                            .map(node -> everything(node))
                            .orElse(Resolution.unresolved())
                    : Resolution.unresolved();
        }

        @Override
        public Resolution resolve(UniqueIdSelector selector, Context context) {
            UniqueId.Segment last = selector.getUniqueId().getLastSegment();
            return switch (last.getType()) {
                case BackendDescriptorNode.SEGMENT ->
                    context.addToParent(parent -> installed(last.getValue()))
                            .map(node -> everything(node))
                            .orElse(Resolution.unresolved());
                case RuleDescriptorNode.SEGMENT ->
                    context.addToParent(
                                    () -> DiscoverySelectors.selectUniqueId(
                                            selector.getUniqueId().removeLastSegment()),
                                    parent -> suite.catalogue()
                                            .rule(last.getValue())
                                            .map(rule -> new RuleDescriptorNode((BackendDescriptorNode) parent, rule)))
                            .map(node -> Resolution.match(Match.exact(node)))
                            .orElse(Resolution.unresolved());
                default -> Resolution.unresolved();
            };
        }

        /** The rules are added only when the backend is selected as a whole, not when one of its rules is. */
        private Resolution everything(BackendDescriptorNode node) {
            return Resolution.match(Match.exact(node, () -> {
                addRules(node);
                return Set.of();
            }));
        }

        private BackendDescriptorNode annotated(Class<?> type, BackendConformance annotation) {
            HypervisorBackendProvider provider = ReflectionSupport.newInstance(annotation.value());
            BackendConfiguration configuration =
                    BackendConfiguration.parse(provider.descriptor(), annotation.settings());
            RuleFilter filter =
                    annotation.rules().length == 0 ? filterOfRequest() : new RuleFilter(List.of(annotation.rules()));
            return node(type, provider, configuration, filter);
        }

        private Optional<BackendDescriptorNode> installed(String id) {
            return BackendRegistry.discover().providers().stream()
                    .filter(provider -> provider.descriptor().id().equals(id))
                    .findFirst()
                    .map(provider -> node(
                            provider.getClass(),
                            provider,
                            BackendConfiguration.defaults(provider.descriptor()),
                            RuleFilter.ALL));
        }
    }
}
