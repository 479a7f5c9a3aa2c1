/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import io.faultline.conformance.rule.Gate;
import io.faultline.conformance.rule.Rule;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;

/** A rule in the tree of tests. */
final class RuleDescriptorNode extends AbstractTestDescriptor {
    static final String SEGMENT = "rule";

    private final Rule rule;

    RuleDescriptorNode(BackendDescriptorNode parent, Rule rule) {
        super(
                parent.getUniqueId().append(SEGMENT, rule.id()),
                rule.id() + " " + rule.sentence(),
                parent.getSource().orElseThrow());
        this.rule = rule;
    }

    Rule rule() {
        return rule;
    }

    boolean isUnchecked() {
        return rule.unchecked().isPresent();
    }

    @Override
    public Type getType() {
        return Type.TEST;
    }

    /** Surefire and IDEs show this name. */
    @Override
    public String getLegacyReportingName() {
        return rule.id();
    }

    @Override
    public Set<TestTag> getTags() {
        Set<TestTag> tags = new LinkedHashSet<>();
        tags.add(TestTag.create(rule.level().name()));
        tags.add(TestTag.create(rule.chapter()));
        rule.gates().stream().map(Gate::capability).map(TestTag::create).forEach(tags::add);
        return tags;
    }
}
